import { faultAt, NEED } from './scan.ts';

const ZERO = 0x30;

/**
 * Scans a decimal number 0..65535 without leading zeros.
 * Returns the end, `NEED`, or the first octet that can not stand there (`faultAt`).
 */
export function scanPort(b: Uint8Array, p: number, n: number): number {
  if (p >= n) return NEED;
  let value = b[p]! - ZERO;
  if (value < 0 || value > 9) return faultAt(p);
  for (p++; ; p++) {
    if (p >= n) return NEED;
    const digit = b[p]! - ZERO;
    if (digit < 0 || digit > 9) return p;
    if (value === 0) return faultAt(p);
    value = value * 10 + digit;
    if (value > 65535) return faultAt(p);
  }
}

/** Value of the decimal digits in `from..to`. */
export function readPort(b: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let p = from; p < to; p++) value = value * 10 + b[p]! - ZERO;
  return value;
}
