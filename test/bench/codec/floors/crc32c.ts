import { lazyView } from './lazy-view.ts';

/** What the floor learns from a header with AWS, UNIQUE_ID and NOOP: where each value is, and that the sum holds. */
export interface CheckedIndex {
  bytes: Uint8Array;
  /** Offset and length of each TLV's value, in turn; type in the first of three. */
  index: number[];
  length: number;
}

/** Floor: walk the TLVs, then compare the CRC32C of the header with the one it carries. */
export function checkedTlvs(b: Uint8Array): CheckedIndex | undefined {
  const view = lazyView(b);
  if (view === undefined || view.family !== 0x11) return undefined;
  const end = view.length;
  const index: number[] = [];
  let sumAt = -1;
  let at = 28;
  while (at + 3 <= end) {
    const length = (b[at + 1]! << 8) | b[at + 2]!;
    if (at + 3 + length > end) return undefined;
    if (b[at] === 0x03 && length === 4) sumAt = at + 3;
    index.push(b[at]!, at + 3, length);
    at += 3 + length;
  }
  if (at !== end) return undefined;
  if (sumAt >= 0 && crc32cWithHole(b, end, sumAt) !== readU32(b, sumAt)) return undefined;
  return { bytes: b, index, length: end };
}

function readU32(b: Uint8Array, at: number): number {
  return (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!;
}

/** CRC32C of b[0..end) with the four octets at `hole` taken as zero; a signed 32-bit number. */
function crc32cWithHole(b: Uint8Array, end: number, hole: number): number {
  let crc = update(-1, b, 0, hole);
  crc = T3[crc & 255]! ^ T2[(crc >>> 8) & 255]! ^ T1[(crc >>> 16) & 255]! ^ T0[crc >>> 24]!;
  return ~update(crc, b, hole + 4, end);
}

function update(crc: number, b: Uint8Array, at: number, end: number): number {
  for (; at + 8 <= end; at += 8) {
    crc =
      T7[(crc ^ b[at]!) & 255]! ^
      T6[((crc >>> 8) ^ b[at + 1]!) & 255]! ^
      T5[((crc >>> 16) ^ b[at + 2]!) & 255]! ^
      T4[(crc >>> 24) ^ b[at + 3]!]! ^
      T3[b[at + 4]!]! ^
      T2[b[at + 5]!]! ^
      T1[b[at + 6]!]! ^
      T0[b[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ T0[(crc ^ b[at]!) & 255]!;
  return crc;
}

/** Slicing-by-8 (Kounavis and Berry, 2005): table k holds the effect of an octet k places further on. */
const T0 = Int32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});
const T1 = T0.map((crc) => (crc >>> 8) ^ T0[crc & 255]!);
const T2 = T1.map((crc) => (crc >>> 8) ^ T0[crc & 255]!);
const T3 = T2.map((crc) => (crc >>> 8) ^ T0[crc & 255]!);
const T4 = T3.map((crc) => (crc >>> 8) ^ T0[crc & 255]!);
const T5 = T4.map((crc) => (crc >>> 8) ^ T0[crc & 255]!);
const T6 = T5.map((crc) => (crc >>> 8) ^ T0[crc & 255]!);
const T7 = T6.map((crc) => (crc >>> 8) ^ T0[crc & 255]!);
