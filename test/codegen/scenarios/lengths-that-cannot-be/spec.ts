import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'A',
      code: 0xe4,
      value: { kind: 'utf8', min: 5, max: 3 },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'B',
      code: 0xe5,
      value: { kind: 'bytes', min: -1 },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61', means: '61' }],
    },
    {
      name: 'C',
      code: 0xe6,
      value: { kind: 'ascii', max: 70000 },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
    {
      name: 'D',
      code: 0xe8,
      value: { kind: 'ascii', min: 70000 },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [],
    },
    {
      name: 'AWS_E',
      parent: 'AWS',
      code: 0x05,
      value: { kind: 'bytes', min: 65535 },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [],
    },
    {
      name: 'SSL_F',
      parent: 'SSL',
      code: 0x05,
      value: { kind: 'bytes', min: 65530 },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [],
    },
  ],
});
