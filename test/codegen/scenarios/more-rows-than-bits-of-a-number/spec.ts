import { extendSpec, spec } from '../../../../codegen/spec-entry.ts';

export default extendSpec(spec, {
  tlvs: Array.from({ length: 40 }, (_, i) => ({
    name: `N_${i}`,
    code: 0x80 + i,
    value: { kind: 'u8' as const },
    doc: 'One of many.',
    ref: { source: 'PROXY' },
    examples: [{ wire: '01', means: 1 }],
  })),
});
