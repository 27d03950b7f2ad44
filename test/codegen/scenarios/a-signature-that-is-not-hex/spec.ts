import { spec } from '../../../../codegen/spec-entry.ts';

export default { ...spec, preamble: { ...spec.preamble, signature: '' }, pairs: [] };
