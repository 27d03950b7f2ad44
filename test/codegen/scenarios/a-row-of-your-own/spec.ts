import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  sources: [{ name: 'Ours', title: 'Our balancer', where: 'https://example.com' }],
  tlvs: [
    {
      name: 'TENANT_ID',
      code: 0xe4,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
