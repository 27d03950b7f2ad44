import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  sources: [{ name: 'Ours', title: 'Our balancer', where: 'https://example.com' }],
  tlvs: [
    {
      name: 'class',
      code: 0xe4,
      value: { kind: 'utf8' },
      doc: "Ends a comment */ and opens /* another, `with` ${things} \\u0041 and 'quotes'.",
      ref: { source: 'Ours' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'delete_me',
      code: 0xe5,
      value: { kind: 'utf8' },
      doc: 'Not ASCII: é, \u2028 and \u202e.',
      ref: { source: 'Ours' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'await',
      code: 0xe6,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'TlvValues',
      code: 0xe8,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'Uint8Array',
      code: 0xe9,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'default',
      parent: 'SSL',
      code: 0x09,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'Ours' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
