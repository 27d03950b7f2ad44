import { showAddress } from '../../../shared/endpoints.ts';
import { CUT, other, u16 } from './layer.ts';
import type { Inside, Transport } from './layer.ts';
import { isTunnelPort, ofGre, ofUdpTunnel } from './tunnels.ts';

/** Protocol numbers of IP (https://www.iana.org/assignments/protocol-numbers). */
const TCP = 6;
const UDP = 17;
const IN_IP: Readonly<Record<number, string>> = { 4: 'IPv4 in IP', 41: 'IPv6 in IP' };
const GRE = 47;

const NAMES: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  50: 'ESP of IPsec, encrypted',
  58: 'ICMPv6',
  89: 'OSPF',
  103: 'PIM',
  112: 'VRRP',
  115: 'L2TP',
  132: 'SCTP',
};

/** What is in an IP packet, behind its headers. */
export function ofTransport(packet: Transport): Inside {
  const { protocol, octets } = packet;
  if (protocol === TCP) return ofTcp(packet);
  if (protocol === UDP) return ofUdp(packet);
  if (protocol === GRE) return ofGre(octets);
  const label = IN_IP[protocol];
  if (label !== undefined) return { layer: 'ip', octets, label };
  return other(NAMES[protocol] ?? `IP protocol ${protocol}`);
}

function ofTcp({ octets: tcp, source, destination, missing }: Transport): Inside {
  if (tcp.length < 20) return CUT;
  const start = ((tcp[12] ?? 0) >> 4) * 4;
  if (start < 20) return other('packets with a TCP header that is none');
  if (start > tcp.length) return CUT;
  const flags = tcp[13] ?? 0;
  const syn = (flags & 0x02) !== 0;
  const segment = {
    from: showAddress(source, tcp.readUInt16BE(0)),
    to: showAddress(destination, tcp.readUInt16BE(2)),
    via: '',
    sequence: tcp.readUInt32BE(4),
    answers: syn && (flags & 0x10) !== 0 ? tcp.readUInt32BE(8) : undefined,
    syn,
    fin: (flags & 0x01) !== 0,
    rst: (flags & 0x04) !== 0,
    payload: tcp.subarray(start),
    missing,
  };
  return { layer: 'held', held: { kind: 'segment', segment } };
}

function ofUdp({ octets: udp, source, destination }: Transport): Inside {
  if (udp.length < 8) return CUT;
  const [fromPort, toPort] = [u16(udp, 0), u16(udp, 2)];
  const payload = udp.subarray(8, u16(udp, 4) || udp.length);
  if (isTunnelPort(toPort)) {
    const inside = ofUdpTunnel(toPort, payload);
    if (inside !== undefined) return inside;
  }
  const datagram = {
    from: showAddress(source, fromPort),
    to: showAddress(destination, toPort),
    via: '',
    payload,
  };
  return { layer: 'held', held: { kind: 'datagram', datagram } };
}
