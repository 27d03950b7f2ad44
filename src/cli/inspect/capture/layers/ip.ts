import { ipv4Text, ipv6Text } from '../../../../wire/index.ts';
import { CUT, other, u16 } from './layer.ts';
import type { Inside } from './layer.ts';

/** Protocol numbers of IP (https://www.iana.org/assignments/protocol-numbers). */
const FRAGMENT = 44;
const AUTHENTICATION = 51;
/** Extension headers of IPv6 with a length in units of 8 octets: hop-by-hop, routing, destination, mobility, HIP, shim6. */
const EXTENSIONS = new Set([0, 43, 60, 135, 139, 140]);

const LATER_FRAGMENTS = other('IP fragments behind the first one');

/**
 * What is in an IP packet.
 *
 * @param missing octets of the frame that the capture does not hold, for packets that do not tell their length
 */
export function ofIp(packet: Buffer, missing: number): Inside {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4) return packet.length >= 20 ? ofIpv4(packet, missing) : CUT;
  if (version === 6) return packet.length >= 40 ? ofIpv6(packet, missing) : CUT;
  return other('packets that are not IP');
}

function ofIpv4(packet: Buffer, frameMissing: number): Inside {
  const start = ((packet[0] ?? 0) & 0xf) * 4;
  const fragment = packet.readUInt16BE(6);
  if (start < 20) return other('packets that are not IP');
  if (start > packet.length) return CUT;
  if ((fragment & 0x1fff) !== 0) return LATER_FRAGMENTS;
  // A total length of zero is left to the network card by senders that let it cut their segments.
  const total = packet.readUInt16BE(2);
  return behindExtensions({
    protocol: packet[9] ?? 0,
    octets: packet.subarray(start, total || packet.length),
    source: ipv4Text(packet, 12),
    destination: ipv4Text(packet, 16),
    missing: missingOf(total, packet.length, frameMissing, (fragment & 0x2000) !== 0),
  });
}

function ofIpv6(packet: Buffer, frameMissing: number): Inside {
  const payload = packet.readUInt16BE(4);
  const total = payload === 0 ? 0 : 40 + payload;
  return behindExtensions({
    protocol: packet[6] ?? 0,
    octets: packet.subarray(40, total || packet.length),
    source: ipv6Text(packet, 8),
    destination: ipv6Text(packet, 24),
    missing: missingOf(total, packet.length, frameMissing, false),
  });
}

/** @param moreFragments the rest of a packet comes in other fragments: how much it is, is not known */
function missingOf(total: number, there: number, frameMissing: number, moreFragments: boolean): number {
  if (moreFragments) return 1;
  return total === 0 ? frameMissing : Math.max(0, total - there);
}

interface Packet {
  protocol: number;
  octets: Buffer;
  source: string;
  destination: string;
  missing: number;
}

/** Takes extension headers off (RFC 8200 section 4), and the authentication header that IPv4 may have, too. */
function behindExtensions(packet: Packet): Inside {
  let { protocol, octets, missing } = packet;
  for (;;) {
    let size: number;
    if (EXTENSIONS.has(protocol) && packet.source.includes(':')) size = ((octets[1] ?? 0) + 1) * 8;
    else if (protocol === AUTHENTICATION) size = ((octets[1] ?? 0) + 2) * 4;
    else if (protocol === FRAGMENT) size = 8;
    else return { ...packet, layer: 'transport', protocol, octets, missing };
    if (octets.length < size || octets.length < 8) return CUT;
    if (protocol === FRAGMENT) {
      const fragment = u16(octets, 2);
      if (fragment >> 3 !== 0) return LATER_FRAGMENTS;
      if ((fragment & 1) !== 0) missing = 1;
    }
    protocol = octets[0] ?? 0;
    octets = octets.subarray(size);
  }
}
