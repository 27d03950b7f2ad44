import type { Endpoints } from './inet-text.ts';

/** Floor: a v1 line for TCP over IPv4, addresses given as text and believed. */
export function encodeV1Tcp4({ srcAddr, dstAddr, srcPort, dstPort }: Endpoints): Buffer {
  return Buffer.from(`PROXY TCP4 ${srcAddr} ${dstAddr} ${srcPort} ${dstPort}\r\n`, 'latin1');
}
