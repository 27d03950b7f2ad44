import { faultAt, NEED } from './scan.ts';

const DOT = 0x2e;
const ZERO = 0x30;

const last = Array.from({ length: 256 }, (_, octet) => String(octet));
const dotted = last.map((text) => `${text}.`);

/** Text of the four octets at `o`. */
export function ipv4Text(b: Uint8Array, o: number): string {
  return dotted[b[o]!]! + dotted[b[o + 1]!]! + dotted[b[o + 2]!]! + last[b[o + 3]!]!;
}

/**
 * Scans `numbers` decimal numbers 0..255 with dots between and without leading zeros.
 * Returns the end, `NEED`, or the first octet that can not stand there (`faultAt`).
 */
export function scanIpv4(b: Uint8Array, p: number, n: number, numbers = 4): number {
  for (let left = numbers; ;) {
    if (p >= n) return NEED;
    let value = b[p]! - ZERO;
    if (value < 0 || value > 9) return faultAt(p);
    p++;
    for (; ; p++) {
      if (p >= n) return NEED;
      const digit = b[p]! - ZERO;
      if (digit < 0 || digit > 9) break;
      if (value === 0) return faultAt(p);
      value = value * 10 + digit;
      if (value > 255) return faultAt(p);
    }
    if (--left === 0) return p;
    if (b[p] !== DOT) return faultAt(p);
    p++;
  }
}

/**
 * Writes the address in `text` as four octets at `o`.
 * Returns false when `text` is not exactly a dotted quad as version 1 spells it; `out` is then undefined there.
 */
export function writeIpv4(text: string, out: Uint8Array, o: number): boolean {
  const n = text.length;
  let p = 0;
  for (let i = 0; i < 4; i++) {
    let value = text.charCodeAt(p++) - ZERO;
    if (!(value >= 0 && value <= 9)) return false;
    for (; p < n; p++) {
      const digit = text.charCodeAt(p) - ZERO;
      if (digit < 0 || digit > 9) break;
      if (value === 0) return false;
      value = value * 10 + digit;
      if (value > 255) return false;
    }
    if (i < 3 ? text.charCodeAt(p++) !== DOT : p !== n) return false;
    out[o + i] = value;
  }
  return true;
}
