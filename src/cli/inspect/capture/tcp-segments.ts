import { ipv4Text, ipv6Text } from '../../../wire/index.ts';
import { showAddress } from '../../shared/endpoints.ts';
import { ipOfLink } from './link-layer.ts';

/** A TCP segment with its addresses as text. */
export interface Segment {
  from: string;
  to: string;
  sequence: number;
  /** The number that a SYN answers; `undefined` for the SYN that opens, and for every segment without SYN. */
  answers: number | undefined;
  syn: boolean;
  payload: Buffer;
}

/** Protocol numbers of IP (https://www.iana.org/assignments/protocol-numbers). */
const TCP = 6;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** Extension headers of IPv6 with a length in units of 8 octets: hop-by-hop, routing, destination, mobility, HIP, shim6. */
const EXTENSIONS = new Set([0, 43, 60, 135, 139, 140]);

/** The TCP segment in a dumped packet that begins with its IP header, or with an Ethernet header before that. */
export function segmentOfDump(octets: Buffer): Segment | undefined {
  const ethernet = ipOfLink(1, octets);
  return segmentOfPacket(octets) ?? (ethernet === undefined ? undefined : segmentOfPacket(ethernet));
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
  const total = 40 + (packet.readUInt16BE(4) || packet.length - 40);
  const start = tcpOfIpv6(packet);
  if (start === undefined) return undefined;
  return segmentOfTcp(packet.subarray(start, total), ipv6Text(packet, 8), ipv6Text(packet, 24));
}

/** Where TCP begins, behind the extension headers (RFC 8200 section 4). */
function tcpOfIpv6(packet: Buffer): number | undefined {
  let next = packet[6] ?? 0;
  let at = 40;
  while (next !== TCP) {
    if (at + 8 > packet.length) return undefined;
    const units = packet[at + 1] ?? 0;
    let size: number;
    if (EXTENSIONS.has(next)) size = (units + 1) * 8;
    else if (next === AUTHENTICATION) size = (units + 2) * 4;
    else if (next === FRAGMENT && packet.readUInt16BE(at + 2) >> 3 === 0) size = 8;
    else return undefined;
    next = packet[at] ?? 0;
    at += size;
  }
  return at;
}

function segmentOfTcp(tcp: Buffer, source: string, destination: string): Segment | undefined {
  if (tcp.length < 20) return undefined;
  const start = ((tcp[12] ?? 0) >> 4) * 4;
  if (start < 20 || start > tcp.length) return undefined;
  const flags = tcp[13] ?? 0;
  const syn = (flags & 0x02) !== 0;
  return {
    from: showAddress(source, tcp.readUInt16BE(0)),
    to: showAddress(destination, tcp.readUInt16BE(2)),
    sequence: tcp.readUInt32BE(4),
    answers: syn && (flags & 0x10) !== 0 ? tcp.readUInt32BE(8) : undefined,
    syn,
    payload: tcp.subarray(start),
  };
}
