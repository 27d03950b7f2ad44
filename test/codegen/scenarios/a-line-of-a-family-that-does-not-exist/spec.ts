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
    line({ rule: 'a' }, { rule: 'b' }),
    ...rules,
    {
      name: 'a',
      is: 'A',
      longest: 9,
      family: 'INETT',
      transport: 'STREAM',
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [{ wire: '50524f5859 20 41 0d0a', means: {} }],
    },
    {
      name: 'b',
      is: 'B',
      longest: 9,
      family: 'INET',
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [{ wire: '50524f5859 20 41 0d0a', means: {} }],
    },
  ],
};
