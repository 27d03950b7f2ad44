/** Ethernet types of what may be inside a frame (https://www.iana.org/assignments/ieee-802-numbers). */
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN = new Set([0x8100, 0x88a8, 0x9100]);
const PPPOE = 0x8864;

/**
 * The link layers that are known, by their number in a capture (https://www.tcpdump.org/linktypes.html): where an
 * Ethernet type stands and where the packet begins, or only the latter where IP is all there can be.
 */
const LINKS: Readonly<Record<number, { type?: number; packet: number }>> = {
  0: { packet: 4 }, // loopback of BSD and macOS
  1: { type: 12, packet: 14 }, // Ethernet
  12: { packet: 0 }, // raw IP, as some systems number it
  14: { packet: 0 },
  101: { packet: 0 }, // raw IP
  108: { packet: 4 }, // loopback of OpenBSD
  113: { type: 14, packet: 16 }, // "any" of Linux, version 1
  228: { packet: 0 }, // IPv4
  229: { packet: 0 }, // IPv6
  276: { type: 0, packet: 20 }, // "any" of Linux, version 2
};

/** Whether this link layer is known. */
export function isKnownLink(linkType: number): boolean {
  return Object.hasOwn(LINKS, linkType);
}

/** The IP packet in a captured frame, or `undefined` when it holds none. */
export function ipOfLink(linkType: number, frame: Buffer): Buffer | undefined {
  const link = LINKS[linkType];
  if (link === undefined) return undefined;
  if (link.type === undefined) return frame.subarray(link.packet);
  let type = u16(frame, link.type);
  let at = link.packet;
  while (VLAN.has(type)) {
    type = u16(frame, at + 2);
    at += 4;
  }
  if (type === PPPOE) return frame.subarray(at + 8);
  return type === IPV4 || type === IPV6 ? frame.subarray(at) : undefined;
}

function u16(octets: Buffer, at: number): number {
  return at + 2 <= octets.length ? octets.readUInt16BE(at) : 0;
}
