import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  sources: [{ name: 'Ours', title: 'Our balancer', where: 'https://example.com' }],
  tlvs: [
    {
      name: 'OUTER',
      code: 0xe4,
      value: { kind: 'struct', fields: [], holds: 'tlvs' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '01 0004 02 0001 61', means: { DEEP: 'a' } }],
    },
    {
      name: 'INNER',
      parent: 'OUTER',
      code: 0x01,
      value: { kind: 'struct', fields: [], holds: 'tlvs' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '02 0001 61', means: { DEEP: 'a' } }],
    },
    {
      name: 'DEEP',
      parent: 'INNER',
      code: 0x02,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '61', means: 'a' }],
    },
  ],
});
