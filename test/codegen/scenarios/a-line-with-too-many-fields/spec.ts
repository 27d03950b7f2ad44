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
    line({ rule: 'five' }),
    ...rules,
    {
      name: 'five',
      is: {
        seq: [
          'FIVE ',
          { field: 'srcPort', is: 'port' },
          ' ',
          { field: 'dstPort', is: 'port' },
          ' ',
          { field: 'srcPort', is: 'port' },
          ' ',
          { field: 'dstPort', is: 'port' },
          ' ',
          { field: 'srcPort', is: 'port' },
        ],
      },
      longest: 42,
      family: 'UNSPEC',
      transport: 'UNSPEC',
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [
        {
          wire: '50524f5859 20 46495645 20 31 20 32 20 33 20 34 20 35 0d0a',
          means: { srcPort: 5, dstPort: 4 },
        },
      ],
    },
  ],
};
