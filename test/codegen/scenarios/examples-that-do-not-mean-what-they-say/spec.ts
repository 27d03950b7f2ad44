import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: [
    {
      name: 'A',
      code: 0xe4,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acne' }],
    },
    {
      name: 'B',
      code: 0xe5,
      value: { kind: 'u32le' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '00 00 00 2a', means: 42 }],
    },
    {
      name: 'C',
      code: 0xe6,
      value: { kind: 'u64be' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '00 00 00 00 00 00 00 2a', means: 42 }],
    },
    {
      name: 'D',
      code: 0xe8,
      value: {
        kind: 'struct',
        fields: [{ name: 'D_A', value: { kind: 'u16be' }, doc: 'A number.' }],
        holds: 'tlvs',
      },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '00 07 01 00 01 61', means: { D_A: 7, D_B: 'b' } }],
    },
    {
      name: 'D_B',
      parent: 'D',
      code: 0x01,
      value: { kind: 'utf8' },
      doc: 'Name of the tenant.',
      ref: { source: 'PROXY', section: '2.2.8' },
      examples: [{ wire: '61 63 6d 65', means: 'acme' }],
    },
  ],
});
