import { ipv4Text, scanIpv4 } from './ipv4.ts';
import { faultAt, NEED } from '../scan.ts';
import { latin1 } from '../text.ts';

const COLON = 0x3a;
const DOT = 0x2e;
const MAPPED = 0xffff;

/** Value of an ASCII hex digit, or -1. */
const HEX = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  HEX[text.charCodeAt(0)] = digit;
  HEX[text.toUpperCase().charCodeAt(0)] = digit;
}

/**
 * Scans IPv6 text (RFC 4291, section 2.2): eight groups of one to four hex digits, at most one "::" that stands
 * for at least one group, a dotted quad only behind "::ffff:". Returns the end, `NEED`, or the first octet that
 * can not stand there (`faultAt`).
 */
export function scanIpv6(b: Uint8Array, start: number, n: number): number {
  let p = start;
  let groups = 0;
  let compressed = false;
  let leading = false;
  let value = 0;
  if (p >= n) return NEED;
  if (b[p] === COLON) {
    if (++p >= n) return NEED;
    if (b[p] !== COLON) return faultAt(p);
    p++;
    compressed = leading = true;
  }
  for (let afterGap = compressed; ;) {
    const previous = value;
    const group = p;
    value = 0;
    let c: number;
    for (; ; p++) {
      if (p >= n) return NEED;
      c = b[p]!;
      const digit = HEX[c]!;
      if (digit < 0) break;
      if (p - group === 4 || (compressed && groups === 7)) return faultAt(p);
      value = (value << 4) | digit;
    }
    if (p === group) return afterGap && c !== COLON && c !== DOT ? p : faultAt(p);
    if (c === DOT) {
      const mapped = leading && groups === 1 && previous === MAPPED && isDecimalOctet(b, group, p);
      return mapped ? scanIpv4(b, p + 1, n, 3) : faultAt(p);
    }
    groups++;
    if (c !== COLON) return (compressed ? groups < 8 : groups === 8) ? p : faultAt(p);
    if (groups === (compressed ? 7 : 8)) return faultAt(p);
    if (++p >= n) return NEED;
    afterGap = b[p] === COLON;
    if (afterGap) {
      if (compressed) return faultAt(p);
      compressed = true;
      p++;
    }
  }
}

function isDecimalOctet(b: Uint8Array, from: number, to: number): boolean {
  const end = scanIpv4(b, from, to + 1, 1);
  return end === to;
}

/** Writes the address whose text is valid and stands in `from..to` as 16 octets at `o`. */
export function readIpv6(b: Uint8Array, from: number, to: number, out: Uint8Array, o: number): void {
  let gap = -1;
  let at = o;
  for (let p = from; p < to;) {
    if (b[p] === COLON) {
      if (b[p + 1] !== COLON) {
        p++;
        continue;
      }
      gap = at;
      p += 2;
      continue;
    }
    let value = 0;
    let decimal = 0;
    for (; p < to && HEX[b[p]!]! >= 0; p++) {
      value = (value << 4) | HEX[b[p]!]!;
      decimal = decimal * 10 + HEX[b[p]!]!;
    }
    if (b[p] === DOT && p < to) {
      out[at++] = decimal;
      for (let i = 0; i < 3; i++) {
        decimal = 0;
        for (p++; p < to && b[p] !== DOT; p++) decimal = decimal * 10 + HEX[b[p]!]!;
        out[at++] = decimal;
      }
      break;
    }
    out[at++] = value >> 8;
    out[at++] = value & 0xff;
  }
  if (gap < 0) return;
  const end = o + 16;
  const tail = at - gap;
  out.copyWithin(end - tail, gap, at);
  out.fill(0, gap, end - tail);
}

/** Scans an address of either family, for senders that name one of each. */
export function scanAddress(b: Uint8Array, p: number, n: number): number {
  const four = scanIpv4(b, p, n);
  if (four >= 0) return four;
  const six = scanIpv6(b, p, n);
  if (six >= 0) return six;
  return four === NEED || six === NEED ? NEED : Math.min(four, six);
}

const address = new Uint8Array(16);

/** The address that is spelled, validly, in `from..to`, as the RFCs would spell it. */
export function addressText(b: Uint8Array, from: number, to: number): string {
  if (b[from + 1] === DOT || b[from + 2] === DOT || b[from + 3] === DOT) return latin1(b, from, to);
  readIpv6(b, from, to, address, 0);
  return ipv6Text(address, 0);
}

const spelled = new Uint8Array(48);

/** Writes the address in `text` as 16 octets at `o`; false when `text` is not what `scanIpv6` accepts. */
export function writeIpv6(text: string, out: Uint8Array, o: number): boolean {
  const n = text.length;
  if (n > 45) return false;
  for (let i = 0; i < n; i++) {
    const c = text.charCodeAt(i);
    if (c > 0x7f) return false;
    spelled[i] = c;
  }
  spelled[n] = 0;
  const end = scanIpv6(spelled, 0, n + 1);
  if (end !== n) return false;
  readIpv6(spelled, 0, n, out, o);
  return true;
}

/** Whether text as `ipv6Text` makes it is of an IPv4-mapped address, ::ffff:a.b.c.d. */
export function isMappedText(text: string): boolean {
  return text.startsWith('::ffff:') && text.includes('.');
}

const pairs = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));
const shorts = Array.from({ length: 256 }, (_, octet) => octet.toString(16));

/** Text of the 16 octets at `o` as RFC 5952 spells it: lower case, the longest run of zero groups as "::". */
export function ipv6Text(b: Uint8Array, o: number): string {
  let best = 8;
  let length = 1;
  let run = 0;
  for (let i = 0; i < 8; i++) {
    if ((b[o + 2 * i]! | b[o + 2 * i + 1]!) !== 0) run = 0;
    else if (++run > length) {
      length = run;
      best = i - run + 1;
    }
  }
  if (best === 0 && length === 5 && b[o + 10] === 0xff && b[o + 11] === 0xff)
    return `::ffff:${ipv4Text(b, o + 12)}`;
  if (best === 8) return groupsText(b, o, 0, 8);
  return `${groupsText(b, o, 0, best)}::${groupsText(b, o, best + length, 8)}`;
}

function groupsText(b: Uint8Array, o: number, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) {
    const high = b[o + 2 * i]!;
    const low = b[o + 2 * i + 1]!;
    if (i > from) text += ':';
    text += high === 0 ? shorts[low]! : shorts[high]! + pairs[low]!;
  }
  return text;
}
