import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'TENANT_ID',
      code: 0x1e4,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'AWS_TENANT',
      parent: 'AWS',
      code: 256,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
