import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  ranges: [
    {
      name: 'WIDE',
      from: 0xd0,
      to: 0xe1,
      shared: true,
      usable: true,
      doc: 'Reaches into another.',
      ref: { source: 'PROXY' },
    },
    {
      name: 'BACKWARDS',
      from: 0x9f,
      to: 0x90,
      shared: true,
      usable: true,
      doc: 'Ends before it begins.',
      ref: { source: 'PROXY' },
    },
    {
      name: 'OUTSIDE',
      from: 0x1f0,
      to: 0x1f8,
      shared: true,
      usable: true,
      doc: 'Is in no octet.',
      ref: { source: 'PROXY' },
    },
  ],
});
