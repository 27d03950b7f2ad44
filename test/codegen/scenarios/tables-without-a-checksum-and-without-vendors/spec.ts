import { spec } from '../../../../codegen/spec-entry.ts';

const ours = ['AUTHORITY', 'NOOP', 'UNIQUE_ID'];

export default { ...spec, tlvs: spec.tlvs.filter((row) => ours.includes(row.name)) };
