import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  sources: [{ name: 'Ours', title: 'Our balancer', where: 'https://example.com' }],
  tlvs: [
    {
      name: 'AWS_REGION',
      parent: 'AWS',
      code: 0x02,
      value: { kind: 'ascii', max: 32 },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '65 75', means: 'eu' }],
    },
    {
      name: 'SSL_TENANT',
      parent: 'SSL',
      code: 0x2a,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
