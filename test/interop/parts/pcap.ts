// The classic capture format, little endian: a file header, then each packet behind its time and two lengths.
const MAGIC = 0xa1b2c3d4;
const LINKTYPE_RAW = 101; // packets start at the IP header
const SERVER_PORT = 25;
const FIRST_CLIENT_PORT = 40_000;

/**
 * A capture file in which each payload is the first segment of a TCP connection of its own: packet n (from 0) goes
 * from port 40000 + n of 127.0.0.1 to port 25.
 */
export function pcapOf(payloads: readonly Uint8Array[]): Buffer {
  const file = Buffer.alloc(24);
  file.writeUInt32LE(MAGIC, 0);
  file.writeUInt16LE(2, 4);
  file.writeUInt16LE(4, 6);
  file.writeUInt32LE(0xffff, 16);
  file.writeUInt32LE(LINKTYPE_RAW, 20);
  return Buffer.concat([file, ...payloads.flatMap((payload, n) => packet(FIRST_CLIENT_PORT + n, payload))]);
}

function packet(clientPort: number, payload: Uint8Array): Buffer[] {
  const headers = Buffer.alloc(40);
  headers.set([0x45, 0], 0); // IPv4, 20 octets of header
  headers.writeUInt16BE(headers.length + payload.length, 2);
  headers.set([64, 6], 8); // time to live, TCP
  headers.set([127, 0, 0, 1, 127, 0, 0, 1], 12);
  headers.writeUInt16BE(clientPort, 20);
  headers.writeUInt16BE(SERVER_PORT, 22);
  headers.writeUInt32BE(1, 24);
  headers.writeUInt32BE(1, 28);
  headers.set([0x50, 0x18, 0xff, 0xff], 32); // 20 octets of header, PSH and ACK, window
  const record = Buffer.alloc(16);
  record.writeUInt32LE(headers.length + payload.length, 8);
  record.writeUInt32LE(headers.length + payload.length, 12);
  return [record, headers, Buffer.from(payload)];
}
