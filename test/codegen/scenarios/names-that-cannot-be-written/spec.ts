import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'tenant-id',
      code: 0xe4,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: '4TENANT',
      code: 0xe5,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'ТЕНАНТ',
      code: 0xe6,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: '__proto__',
      code: 0xe7,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
