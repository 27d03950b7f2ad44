import { faultAt, NEED } from '../scan.ts';

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
  const end = o + 3;
  let value = -1;
  for (let p = 0; p < text.length; p++) {
    const digit = text.charCodeAt(p) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (value === 0) return false;
      value = value < 0 ? digit : value * 10 + digit;
      if (value > 255) return false;
    } else {
      if (digit !== DOT - ZERO || value < 0 || o === end) return false;
      out[o++] = value;
      value = -1;
    }
  }
  if (value < 0 || o !== end) return false;
  out[o] = value;
  return true;
}
