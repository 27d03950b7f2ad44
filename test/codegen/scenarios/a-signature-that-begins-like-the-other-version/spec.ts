import { spec } from '../../../../codegen/spec-entry.ts';

export default {
  ...spec,
  preamble: { ...spec.preamble, signature: '50 0a 0d 0a 00 0d 0a 51 55 49 54 0a' },
  pairs: [],
};
