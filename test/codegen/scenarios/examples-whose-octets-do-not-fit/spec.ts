import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'A',
      code: 0xe4,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 0a', means: 'a' }],
    },
    {
      name: 'B',
      code: 0xe5,
      value: { kind: 'u32be' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '2a', means: 42 }],
    },
    {
      name: 'C',
      code: 0xe6,
      value: { kind: 'ascii', max: 2 },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 62 63', means: 'abc' }],
    },
    {
      name: 'D',
      code: 0xe8,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: 'ff', means: '' }],
    },
    {
      name: 'AWS_E',
      parent: 'AWS',
      code: 0x05,
      value: { kind: 'ascii' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: 'c3 a9', means: 'é' }],
    },
    {
      name: 'F',
      code: 0xe9,
      value: { kind: 'variant' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [
        { wire: '09', means: {} },
        { wire: '', means: {} },
      ],
    },
    {
      name: 'F_G',
      parent: 'F',
      code: 0x01,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
