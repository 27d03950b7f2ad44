// The classic capture format, little endian: a file header, then each packet behind its time and two lengths.
const MAGIC = 0xa1b2c3d4;
const LINKTYPE_RAW = 101; // packets start at the IP header
const SERVER_PORT = 25;
const FIRST_CLIENT_PORT = 40_000;

const FLAGS = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10 } as const;

/** A segment of a client of 127.0.0.1 that goes to port 25. */
export interface Segment {
  readonly payload: Uint8Array;
  /** Clients count from 0 and have ports from 40000. */
  readonly client?: number;
  /** Sequence number of the first octet. Default 1. */
  readonly sequence?: number;
  /** Beside PSH and ACK. */
  readonly flags?: readonly (keyof typeof FLAGS)[];
  /** A datagram in its place. */
  readonly udp?: boolean;
}

/** A capture file in which each payload is the first segment of a TCP connection of its own: packet n is of client n. */
export function pcapOf(payloads: readonly Uint8Array[]): Buffer {
  return captureOf(payloads.map((payload, client) => ({ payload, client })));
}

/** A capture file of these segments in this order. */
export function captureOf(segments: readonly Segment[]): Buffer {
  const file = Buffer.alloc(24);
  file.writeUInt32LE(MAGIC, 0);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(0xffff, 16);
  file.writeUInt32LE(LINKTYPE_RAW, 20);
  return Buffer.concat([file, ...segments.flatMap(packet)]);
}

function packet(segment: Segment): Buffer[] {
  const transport = segment.udp === true ? udp(segment) : tcp(segment);
  const ip = Buffer.alloc(20);
  const size = ip.length + transport.length + segment.payload.length;
  ip.set([0x45, 0], 0); // IPv4, 20 octets of header
  ip.writeUInt16BE(size, 2);
  ip.set([64, segment.udp === true ? 17 : 6], 8); // time to live, protocol
  ip.set([127, 0, 0, 1, 127, 0, 0, 1], 12);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(size, 8);
  record.writeUInt32LE(size, 12);
  return [record, ip, transport, Buffer.from(segment.payload)];
}

function tcp({ client = 0, sequence = 1, flags = [] }: Segment): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(FIRST_CLIENT_PORT + client, 0);
  header.writeUInt16BE(SERVER_PORT, 2);
  header.writeUInt32BE(sequence, 4);
  header.writeUInt32BE(1, 8);
  const bits = [...flags, 'PSH', 'ACK'] as const;
  header.set([0x50, bits.reduce((sum, flag) => sum | FLAGS[flag], 0), 0xff, 0xff], 12); // 20 octets of header, window
  return header;
}

function udp({ client = 0, payload }: Segment): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(FIRST_CLIENT_PORT + client, 0);
  header.writeUInt16BE(SERVER_PORT, 2);
  header.writeUInt16BE(header.length + payload.length, 4);
  return header;
}
