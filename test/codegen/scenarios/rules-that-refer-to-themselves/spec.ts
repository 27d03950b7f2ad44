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
    line({ rule: 'a' }),
    ...rules,
    {
      name: 'a',
      is: { seq: ['A', { rule: 'b' }] },
      longest: 20,
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [],
    },
    {
      name: 'b',
      is: { opt: { rule: 'a' } },
      longest: 20,
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [],
    },
  ],
};
