import type { PacketSource } from './captured-packet.ts';
import { packetOctets } from './packet-octets.ts';
import { need } from './octet-queue.ts';
import type { OctetQueue } from './octet-queue.ts';

/** Magic numbers, and the size of the header that each packet then has: micro- and nanoseconds; the "modified" form. */
const PACKET_HEADS: ReadonlyMap<number, number> = new Map([
  [0xa1b2c3d4, 16],
  [0xa1b23c4d, 16],
  [0xa1b2cd34, 24],
]);
const FILE_HEAD = 24;

/** Whether the octets begin like a pcap file, of either byte order. */
export function isPcap(head: Buffer): boolean {
  return PACKET_HEADS.has(head.readUInt32LE(0)) || PACKET_HEADS.has(head.readUInt32BE(0));
}

/** The packets of a pcap file (draft-ietf-opsawg-pcap). */
export function* pcapPackets(queue: OctetQueue): PacketSource {
  if (!(yield* need(queue, FILE_HEAD))) return 'the capture ends inside its own header';
  const head = queue.take(FILE_HEAD);
  const little = PACKET_HEADS.has(head.readUInt32LE(0));
  const u32 = (octets: Buffer, at: number) => (little ? octets.readUInt32LE(at) : octets.readUInt32BE(at));
  const linkType = u32(head, 20) & 0xffff;
  const size = PACKET_HEADS.get(u32(head, 0)) ?? 16;
  for (;;) {
    if (!(yield* need(queue, size))) return queue.isEmpty ? undefined : 'the capture ends inside a packet';
    const packet = queue.take(size);
    const captured = u32(packet, 8);
    const length = u32(packet, 12);
    const octets = yield* packetOctets(queue, captured);
    if (typeof octets === 'string') return octets;
    yield { linkType, octets, length };
  }
}
