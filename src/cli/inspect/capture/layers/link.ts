import { CUT, other, u16 } from './layer.ts';
import type { Inside } from './layer.ts';

/** Ethernet types (https://www.iana.org/assignments/ieee-802-numbers). */
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = new Set([0x8100, 0x88a8, 0x9100]);
const MPLS = new Set([0x8847, 0x8848]);
const PPPOE = 0x8864;
const BRIDGED = 0x6558;
const PPP = 0x880b;
/** Below this an Ethernet type is a length, and an LLC header follows. */
const LEAST_TYPE = 0x600;
const SNAP = 0xaaaa;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  0x0806: 'ARP',
  0x8863: 'PPPoE discovery',
  0x888e: 'EAP over LAN',
  0x88cc: 'LLDP',
  0x88e5: 'MACsec, encrypted',
};

/**
 * The link layers that are known, by their number in a capture (https://www.tcpdump.org/linktypes.html): what begins
 * at which octet, or where an Ethernet type stands.
 */
const LINKS: Readonly<Record<number, { type?: number; layer?: 'ethernet' | 'ppp' | 'ip'; packet: number }>> =
  {
    0: { layer: 'ip', packet: 4 }, // loopback of BSD and macOS
    1: { layer: 'ethernet', packet: 0 },
    9: { layer: 'ppp', packet: 0 },
    12: { layer: 'ip', packet: 0 }, // raw IP, as some systems number it
    14: { layer: 'ip', packet: 0 },
    50: { layer: 'ppp', packet: 0 },
    51: { type: 0, packet: 0 }, // PPPoE
    101: { layer: 'ip', packet: 0 }, // raw IP
    108: { layer: 'ip', packet: 4 }, // loopback of OpenBSD
    113: { type: 14, packet: 16 }, // "any" of Linux, version 1
    228: { layer: 'ip', packet: 0 }, // IPv4
    229: { layer: 'ip', packet: 0 }, // IPv6
    276: { type: 0, packet: 20 }, // "any" of Linux, version 2
  };

const LINK_NAMES: Readonly<Record<number, string>> = {
  105: ', IEEE 802.11',
  127: ', IEEE 802.11 with radiotap',
  189: ', USB of Linux',
  220: ', USB of Linux',
  239: ', netfilter log of Linux',
};

/** What is in a captured frame. */
export function ofLink(linkType: number, frame: Buffer): Inside {
  const link = LINKS[linkType];
  if (link === undefined)
    return other(`frames of link layer ${linkType}${LINK_NAMES[linkType] ?? ''}, which is not read`);
  if (frame.length <= link.packet) return CUT;
  const octets = frame.subarray(link.packet);
  if (link.layer !== undefined) return { layer: link.layer, octets };
  return { layer: 'ethertype', type: linkType === PPPOE_LINK ? PPPOE : u16(frame, link.type ?? 0), octets };
}

const PPPOE_LINK = 51;

export function ofEthernet(frame: Buffer): Inside {
  if (frame.length < 14) return CUT;
  return { layer: 'ethertype', type: frame.readUInt16BE(12), octets: frame.subarray(14) };
}

/** What follows an Ethernet type. */
export function ofEthertype(type: number, octets: Buffer): Inside {
  if (type === IPV4 || type === IPV6) return { layer: 'ip', octets };
  if (VLAN.has(type)) return ofVlan(octets);
  if (MPLS.has(type)) return ofMpls(octets);
  if (type === PPPOE) return { layer: 'ppp', octets: octets.subarray(6), label: 'PPPoE' };
  if (type === BRIDGED) return { layer: 'ethernet', octets };
  if (type === PPP) return { layer: 'ppp', octets };
  if (type < LEAST_TYPE) {
    const isSnap = u16(octets, 0) === SNAP && octets.length > 8;
    return isSnap ? { layer: 'ethertype', type: u16(octets, 6), octets: octets.subarray(8) } : other('LLC');
  }
  return other(TYPE_NAMES[type] ?? `Ethernet type 0x${type.toString(16).padStart(4, '0')}`);
}

function ofVlan(octets: Buffer): Inside {
  if (octets.length < 4) return CUT;
  const label = `VLAN ${octets.readUInt16BE(0) & 0xfff}`;
  return { layer: 'ethertype', type: octets.readUInt16BE(2), octets: octets.subarray(4), label };
}

/** A stack of labels (RFC 3032); the last has the bit "bottom of stack". */
function ofMpls(octets: Buffer): Inside {
  const labels: number[] = [];
  for (let at = 0; at + 4 < octets.length; at += 4) {
    labels.push(octets.readUInt32BE(at) >>> 12);
    if (((octets[at + 2] ?? 0) & 1) === 0) continue;
    const inside = octets.subarray(at + 4);
    const label = `MPLS ${labels.join(' ')}`;
    const version = (inside[0] ?? 0) >> 4;
    if (version === 4 || version === 6) return { layer: 'ip', octets: inside, label };
    // A pseudowire: Ethernet behind a control word, which begins with a zero nibble.
    return { layer: 'ethernet', octets: version === 0 ? inside.subarray(4) : inside, label };
  }
  return CUT;
}

/** PPP, with or without its address and control octets; numbers of https://www.iana.org/assignments/ppp-numbers. */
export function ofPpp(octets: Buffer): Inside {
  const at = u16(octets, 0) === 0xff03 ? 2 : 0;
  const isShort = ((octets[at] ?? 0) & 1) === 1;
  const protocol = isShort ? octets[at] : u16(octets, at);
  const inside = octets.subarray(at + (isShort ? 1 : 2));
  if (protocol === 0x21 || protocol === 0x57) return { layer: 'ip', octets: inside };
  if (protocol === 0x281) return ofMpls(inside);
  return other('PPP control');
}
