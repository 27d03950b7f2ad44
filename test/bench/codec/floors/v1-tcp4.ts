import type { Endpoints } from './inet-text.ts';

const SPACE = 0x20;
const DOT = 0x2e;
const CR = 0x0d;

/** Floor: `PROXY TCP4 a b p q CRLF` read octet by octet, as strictly as the standard asks (section 2.1). */
export function v1Tcp4(b: Buffer): Endpoints | undefined {
  if (!startsRight(b)) return undefined;
  const src = addressEnd(b, 11);
  if (src < 0) return undefined;
  const dst = addressEnd(b, src + 1);
  if (dst < 0) return undefined;
  const srcPort = port(b, dst + 1, SPACE);
  if (srcPort < 0) return undefined;
  const atDstPort = dst + 2 + digits(srcPort);
  const dstPort = port(b, atDstPort, CR);
  if (dstPort < 0 || b[atDstPort + digits(dstPort) + 1] !== 0x0a) return undefined;
  return { srcAddr: b.latin1Slice(11, src), dstAddr: b.latin1Slice(src + 1, dst), srcPort, dstPort };
}

function startsRight(b: Uint8Array): boolean {
  return (
    b[0] === 0x50 &&
    b[1] === 0x52 &&
    b[2] === 0x4f &&
    b[3] === 0x58 &&
    b[4] === 0x59 &&
    b[5] === SPACE &&
    b[6] === 0x54 &&
    b[7] === 0x43 &&
    b[8] === 0x50 &&
    b[9] === 0x34 &&
    b[10] === SPACE
  );
}

/** Offset of the space behind an IPv4 address that starts at `at`; -1 if there is none. */
function addressEnd(b: Uint8Array, at: number): number {
  for (let part = 0; part < 4; part++) {
    const start = at;
    let value = 0;
    for (let digit = b[at]! - 0x30; digit >= 0 && digit <= 9; digit = b[at]! - 0x30) {
      value = value * 10 + digit;
      if (++at - start > 3) return -1;
    }
    if (at === start || value > 255 || (b[start] === 0x30 && at - start > 1)) return -1;
    if (b[at++] !== (part < 3 ? DOT : SPACE)) return -1;
  }
  return at - 1;
}

/** The port that starts at `at` and is followed by `stop`; -1 if it is none. */
function port(b: Uint8Array, at: number, stop: number): number {
  const start = at;
  let value = 0;
  for (let digit = b[at]! - 0x30; digit >= 0 && digit <= 9; digit = b[at]! - 0x30) {
    value = value * 10 + digit;
    if (++at - start > 5) return -1;
  }
  if (at === start || value > 65535 || (b[start] === 0x30 && at - start > 1)) return -1;
  return b[at] === stop ? value : -1;
}

function digits(value: number): number {
  return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10000 ? 4 : 5;
}
