import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'size',
      code: 0xe4,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'constructor',
      code: 0xe5,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'tlvLoc',
      code: 0xe6,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'x7f',
      code: 0xe8,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'xE5',
      code: 0xec,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'SSL_x7f',
      code: 0xe9,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
