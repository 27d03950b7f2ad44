import type { Endpoints } from './inet-text.ts';

const START = [
  0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12,
] as const;

/** Floor: a v2 header for TCP over IPv4, addresses given as text and believed. */
export function encodeInet(from: Endpoints): Uint8Array {
  const out = new Uint8Array(28);
  for (let at = 0; at < START.length; at++) out[at] = START[at]!;
  putAddress(out, 16, from.srcAddr);
  putAddress(out, 20, from.dstAddr);
  out[24] = from.srcPort >> 8;
  out[25] = from.srcPort;
  out[26] = from.dstPort >> 8;
  out[27] = from.dstPort;
  return out;
}

function putAddress(out: Uint8Array, at: number, text: string): void {
  let octet = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      out[at++] = octet;
      octet = 0;
    } else octet = octet * 10 + code - 0x30;
  }
  out[at] = octet;
}
