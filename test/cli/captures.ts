/** Builds packets and capture files for tests. */

export type Endpoint = readonly [a: number, b: number, c: number, d: number, port: number];

interface PacketParts {
  from: Endpoint;
  to: Endpoint;
  sequence: number;
  syn?: boolean;
  fin?: boolean;
  rst?: boolean;
  /** The number of a SYN that this one answers. */
  answers?: number;
  payload: Buffer;
}

/** An IPv4 packet with a TCP segment. Checksums are left zero. */
export function tcpPacket({ from, to, payload, ...parts }: PacketParts): Buffer {
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(40 + payload.length, 2);
  ip[8] = 64;
  ip[9] = 6;
  ip.set(from.slice(0, 4), 12);
  ip.set(to.slice(0, 4), 16);
  return Buffer.concat([ip, tcpHeader({ fromPort: from[4], toPort: to[4], ...parts }), payload]);
}

/** An IPv6 packet from 2001:db8::1, port 40000, to 2001:db8::2, port 25; `chain` lists extension headers: number, length field. */
export function tcpOverIpv6(payload: Buffer, chain: readonly (readonly [number, number])[]): Buffer {
  const numbers = [...chain.map(([number]) => number), 6];
  const extensions = chain.map(([number, units], index) => {
    const header = Buffer.alloc(number === 51 ? (units + 2) * 4 : (units + 1) * 8);
    header[0] = numbers[index + 1] ?? 0;
    header[1] = units;
    return header;
  });
  const inside = Buffer.concat([
    ...extensions,
    tcpHeader({ fromPort: 40000, toPort: 25, sequence: 1 }),
    payload,
  ]);
  const ip = Buffer.alloc(40);
  ip[0] = 0x60;
  ip.writeUInt16BE(inside.length, 4);
  ip[6] = numbers[0] ?? 0;
  ip.set([0x20, 0x01, 0x0d, 0xb8], 8);
  ip[23] = 1;
  ip.set([0x20, 0x01, 0x0d, 0xb8], 24);
  ip[39] = 2;
  return Buffer.concat([ip, inside]);
}

interface TcpParts {
  fromPort: number;
  toPort: number;
  sequence: number;
  syn?: boolean;
  fin?: boolean;
  rst?: boolean;
  answers?: number;
}

function tcpHeader({ fromPort, toPort, sequence, syn, fin, rst, answers }: TcpParts): Buffer {
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(fromPort, 0);
  tcp.writeUInt16BE(toPort, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp.writeUInt32BE(answers ?? 0, 8);
  tcp[12] = 0x50;
  const flags = syn === true ? (answers === undefined ? 0x02 : 0x12) : 0x18;
  tcp[13] = flags | (fin === true ? 0x01 : 0) | (rst === true ? 0x04 : 0);
  return tcp;
}

interface PcapForm {
  linkType?: number;
  little?: boolean;
  magic?: number;
}

/** A pcap file of frames. */
export function pcap(
  frames: readonly Buffer[],
  { linkType = 1, little = true, magic = 0xa1b2c3d4 }: PcapForm = {},
): Buffer {
  const words = (numbers: readonly number[]) => {
    const octets = Buffer.alloc(numbers.length * 4);
    numbers.forEach((number, index) =>
      little ? octets.writeUInt32LE(number, index * 4) : octets.writeUInt32BE(number, index * 4),
    );
    return octets;
  };
  const records = frames.flatMap((frame) => [words([0, 0, frame.length, frame.length]), frame]);
  const version = little ? 0x0004_0002 : 0x0002_0004;
  return Buffer.concat([words([magic, version, 0, 0, 65535, linkType]), ...records]);
}

/** A big-endian pcapng file of raw IP packets. */
export function pcapng(packets: readonly Buffer[]): Buffer {
  const section = block(0x0a0d0d0a, Buffer.from('1a2b3c4d00010000ffffffffffffffff', 'hex'));
  const link = block(1, Buffer.from('0065000000000000', 'hex'));
  const blocks = packets.map((packet) => {
    const head = Buffer.alloc(20);
    head.writeUInt32BE(packet.length, 12);
    head.writeUInt32BE(packet.length, 16);
    return block(6, Buffer.concat([head, packet, Buffer.alloc((4 - (packet.length % 4)) % 4)]));
  });
  return Buffer.concat([section, link, ...blocks]);
}

function block(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(type, 0);
  head.writeUInt32BE(body.length + 12, 4);
  return Buffer.concat([head, body, head.subarray(4)]);
}

/** An Ethernet frame, its addresses zero. */
export function ethernet(type: string, inside: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(12), Buffer.from(type, 'hex'), inside]);
}

/** An IPv4 packet from 10.1.0.1 to 10.1.0.2 of any protocol. */
export function ipv4(protocol: number, inside: Buffer, fragment = 0): Buffer {
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + inside.length, 2);
  ip.writeUInt16BE(fragment, 6);
  ip[9] = protocol;
  ip.set([10, 1, 0, 1, 10, 1, 0, 2], 12);
  return Buffer.concat([ip, inside]);
}

/** A UDP datagram from 10.1.0.1, port 5000, to 10.1.0.2. */
export function udpPacket(toPort: number, payload: Buffer): Buffer {
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(5000, 0);
  udp.writeUInt16BE(toPort, 2);
  udp.writeUInt16BE(8 + payload.length, 4);
  return ipv4(17, Buffer.concat([udp, payload]));
}
