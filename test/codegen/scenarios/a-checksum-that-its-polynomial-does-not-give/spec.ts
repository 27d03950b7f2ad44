import { spec } from '../../../../codegen/spec-entry.ts';

export default { ...spec, checksum: { ...spec.checksum, polynomial: 0x04c11db7 } };
