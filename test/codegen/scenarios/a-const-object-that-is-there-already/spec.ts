import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'TENANT_ID',
      code: 0xe4,
      value: { kind: 'flags', constant: 'PP2_CLIENT', bits: [] },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '04', means: 4 }],
    },
    {
      name: 'B',
      code: 0xe5,
      value: { kind: 'flags', constant: 'AF', bits: [] },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '04', means: 4 }],
    },
    {
      name: 'C',
      code: 0xe6,
      value: { kind: 'flags', constant: 'my flags', bits: [] },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '04', means: 4 }],
    },
    {
      name: 'D',
      code: 0xe8,
      value: { kind: 'flags', constant: 'PP2_SUBTYPE_SSL', bits: [] },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '04', means: 4 }],
    },
  ],
});
