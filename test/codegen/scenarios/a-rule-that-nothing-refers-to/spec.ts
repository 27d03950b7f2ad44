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
    line(),
    ...rules,
    {
      name: 'lonely',
      is: 'LONELY',
      longest: 16,
      doc: 'A rule of its own.',
      ref: { source: 'PROXY' },
      examples: [],
    },
  ],
};
