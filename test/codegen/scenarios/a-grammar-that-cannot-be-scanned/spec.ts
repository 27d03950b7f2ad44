import { spec } from '../../../../codegen/spec-entry.ts';

const [header, ...rules] = spec.v1;
const line = (...more: readonly { readonly rule: string }[]) => ({
  ...header!,
  is: {
    seq: ['PROXY ', { alt: [{ rule: 'tcp4' }, { rule: 'tcp6' }, { rule: 'unknown' }, ...more] }, '\r\n'],
  },
});

export default {
  ...spec,
  v1: [
    line({ rule: 'a' }, { rule: 'b' }, { rule: 'c' }, { rule: 'd' }),
    ...rules,
    {
      name: 'a',
      is: { seq: ['A ', { field: 'srcAddr', is: 'ipv4' }] },
      longest: 20,
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [],
    },
    {
      name: 'b',
      is: {
        seq: [
          'B',
          { field: 'srcPort', is: 'port' },
          { field: 'srcAddr', is: 'ipv6' },
          ':',
          { opt: { skip: 'line' } },
        ],
      },
      longest: 20,
      family: 'UNSPEC',
      transport: 'UNSPEC',
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [{ wire: '50524f5859 20 42 31 3a3a 3a 0d0a', means: { srcPort: 1, srcAddr: '::' } }],
    },
    {
      name: 'c',
      is: { seq: ['C ', { opt: { seq: [' ', { field: 'srcHost', is: 'ipv4' }] } }, { skip: 'line' }, ' '] },
      longest: 20,
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [],
    },
    {
      name: 'd',
      is: { alt: [] },
      longest: 20,
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [],
    },
  ],
};
