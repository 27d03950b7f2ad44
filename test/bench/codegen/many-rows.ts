import { extendSpec, spec, type Tlv } from '../../../codegen/spec-entry.ts';

const ROWS = 300;
const KINDS = ['utf8', 'ascii', 'bytes', 'u8', 'u16be', 'u32be', 'u32le', 'u64be'] as const;
const WIDTHS: Readonly<Record<string, number>> = { u8: 1, u16be: 2, u32be: 4, u32le: 4, u64be: 8 };

/** Rows of every kind, at the top level and inside AWS and SSL. */
function row(i: number): Tlv {
  const kind = KINDS[i % KINDS.length]!;
  const width = WIDTHS[kind];
  const value = { kind } as Tlv['value'];
  const means = kind === 'u64be' ? '0' : width === undefined ? (kind === 'bytes' ? '61' : 'a') : 0;
  const places = [
    { code: 0x40 + i },
    { code: 0x02 + (i - 140), parent: 'AWS' },
    { code: 0x30 + (i - 240), parent: 'SSL' },
  ] as const;
  return {
    name: `ROW_${i}`,
    ...places[i < 140 ? 0 : i < 240 ? 1 : 2],
    value,
    doc: `Row number ${i} of many, which says a little about what it is for.`,
    ref: { source: 'PROXY', section: '2.2.8' },
    examples: [{ wire: width === undefined ? '61' : '00'.repeat(width), means }],
  };
}

export default extendSpec(spec, { tlvs: Array.from({ length: ROWS - spec.tlvs.length }, (_, i) => row(i)) });
