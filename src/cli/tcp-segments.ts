import { ipv4Text, ipv6Text } from '../wire/index.ts';
import type { CapturedPacket } from './capture-file.ts';
import { showAddress } from './endpoints.ts';

/** A TCP segment with its addresses as text. */
export interface Segment {
  from: string;
  to: string;
  sequence: number;
  syn: boolean;
  payload: Buffer;
}

const TCP = 6;
const ETHERNET_IPV4 = 0x0800;
const ETHERNET_IPV6 = 0x86dd;
const ETHERNET_VLAN = new Set([0x8100, 0x88a8]);

/** Octets before the IP header, by link type (https://www.tcpdump.org/linktypes.html); raw IP for any other. */
const LINK_HEADERS: Readonly<Record<number, number>> = { 0: 4, 108: 4, 113: 16, 276: 20 };

/** The TCP segment in a captured packet, or `undefined` when it holds none. */
export function segmentOfCapture({ linkType, octets }: CapturedPacket): Segment | undefined {
  if (linkType === 1) return segmentOfEthernet(octets);
  return segmentOfPacket(octets.subarray(LINK_HEADERS[linkType] ?? 0));
}

function segmentOfEthernet(frame: Buffer): Segment | undefined {
  let at = 12;
  while (at + 2 <= frame.length && ETHERNET_VLAN.has(frame.readUInt16BE(at))) at += 4;
  const type = at + 2 <= frame.length ? frame.readUInt16BE(at) : 0;
  return type === ETHERNET_IPV4 || type === ETHERNET_IPV6
    ? segmentOfPacket(frame.subarray(at + 2))
    : undefined;
}

/** The TCP segment in a packet that begins with its IP header, or `undefined` when it holds none. */
export function segmentOfPacket(packet: Buffer): Segment | undefined {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet.length >= 20) return segmentOfIpv4(packet);
  if (version === 6 && packet.length >= 40) return segmentOfIpv6(packet);
  return undefined;
}

function segmentOfIpv4(packet: Buffer): Segment | undefined {
  const start = ((packet[0] ?? 0) & 0xf) * 4;
  const isFirstFragment = (packet.readUInt16BE(6) & 0x1fff) === 0;
  if (start < 20 || packet[9] !== TCP || !isFirstFragment) return undefined;
  // A total length of zero is left to the network card by senders that let it cut their segments.
  const total = packet.readUInt16BE(2) || packet.length;
  return segmentOfTcp(packet.subarray(start, total), ipv4Text(packet, 12), ipv4Text(packet, 16));
}

function segmentOfIpv6(packet: Buffer): Segment | undefined {
  if (packet[6] !== TCP) return undefined;
  const length = packet.readUInt16BE(4) || packet.length - 40;
  return segmentOfTcp(packet.subarray(40, 40 + length), ipv6Text(packet, 8), ipv6Text(packet, 24));
}

function segmentOfTcp(tcp: Buffer, source: string, destination: string): Segment | undefined {
  if (tcp.length < 20) return undefined;
  const start = ((tcp[12] ?? 0) >> 4) * 4;
  if (start < 20 || start > tcp.length) return undefined;
  return {
    from: showAddress(source, tcp.readUInt16BE(0)),
    to: showAddress(destination, tcp.readUInt16BE(2)),
    sequence: tcp.readUInt32BE(4),
    syn: ((tcp[13] ?? 0) & 0x02) !== 0,
    payload: tcp.subarray(start),
  };
}
