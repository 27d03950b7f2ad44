import { spec } from '../../../../codegen/spec-entry.ts';

export default {
  ...spec,
  preamble: { ...spec.preamble, versionCommand: 11, length: 15, size: 16, version: 17 },
  tlvHead: { ...spec.tlvHead, length: 2 },
};
