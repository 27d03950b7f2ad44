import { spec } from '../../../../codegen/spec-entry.ts';

export default {
  ...spec,
  commands: spec.commands.filter((row) => row.name !== 'LOCAL'),
  pairs: spec.pairs.filter((row) => row.code !== 0),
  errors: spec.errors.filter((row) => row.name !== 'BAD_CHECKSUM'),
  limits: spec.limits.filter((row) => row.name !== 'maxTLVs'),
};
