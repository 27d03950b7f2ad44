import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  pairs: [
    {
      code: 0x23,
      family: 'INET6',
      transport: 'STREAM',
      doc: 'Another octet.',
      ref: { source: 'PROXY' },
      examples: spec.pairs[3]!.examples,
    },
    {
      code: 0x41,
      family: 'ETHER',
      transport: 'STREEM',
      doc: 'Of nothing that is there.',
      ref: { source: 'PROXY' },
      examples: spec.pairs[3]!.examples,
    },
  ],
});
