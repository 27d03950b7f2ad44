/** Builds packets and capture files for tests. */

type Endpoint = readonly [a: number, b: number, c: number, d: number, port: number];

interface PacketParts {
  from: Endpoint;
  to: Endpoint;
  sequence: number;
  syn?: boolean;
  payload: Buffer;
}

/** An IPv4 packet with a TCP segment. Checksums are left zero. */
export function tcpPacket({ from, to, sequence, syn = false, payload }: PacketParts): Buffer {
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(40 + payload.length, 2);
  ip[8] = 64;
  ip[9] = 6;
  ip.set(from.slice(0, 4), 12);
  ip.set(to.slice(0, 4), 16);
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(from[4], 0);
  tcp.writeUInt16BE(to[4], 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp[12] = 0x50;
  tcp[13] = syn ? 0x02 : 0x18;
  return Buffer.concat([ip, tcp, payload]);
}

/** A little-endian pcap file of Ethernet frames. */
export function pcap(packets: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65535, 16);
  head.writeUInt32LE(1, 20);
  const records = packets.map((packet) => {
    const frame = Buffer.concat([Buffer.alloc(12), Buffer.from('0800', 'hex'), packet]);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([head, ...records]);
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
