import { spec } from '../../../../codegen/spec-entry.ts';

export default { ...spec, v1: [{ ...spec.v1[0]!, is: { seq: [{ rule: 'tcp4' }, '\n'] } }, spec.v1[1]!] };
