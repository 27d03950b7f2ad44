import { faultAt, NEED } from '../scan.ts';

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

/** Digits of a number 0..65535. */
export function portSize(port: number): number {
  return port < 10 ? 1 : port < 100 ? 2 : port < 1000 ? 3 : port < 10_000 ? 4 : 5;
}

/** Writes a number 0..65535 in decimal at `o`; the offset behind it. */
export function writePort(port: number, out: Uint8Array, o: number): number {
  const end = o + portSize(port);
  let value = port;
  for (let p = end - 1; p >= o; p--) {
    const rest = (value / 10) | 0;
    out[p] = ZERO + value - 10 * rest;
    value = rest;
  }
  return end;
}
