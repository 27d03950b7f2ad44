import type { CapturedPacket, PacketSource } from './captured-packet.ts';
import { packetOctets } from './packet-octets.ts';
import { need } from './octet-queue.ts';
import type { OctetQueue } from './octet-queue.ts';

/** Numbers of draft-ietf-opsawg-pcapng, section 4. */
const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const PACKET = 6;

/** Octets of a type and a length before a block's body, and of the length again behind it. */
const FRAME = 12;
/** Octets before those of the packet, in the body of each kind of packet. */
const BODY_HEADS: ReadonlyMap<number, number> = new Map([
  [OLD_PACKET, 20],
  [SIMPLE_PACKET, 4],
  [PACKET, 20],
]);
/** More interfaces than any machine has; further ones are not remembered. */
const MOST_INTERFACES = 0x1_0000;

/** Whether the octets begin like a pcapng file. */
export function isPcapng(head: Buffer): boolean {
  return head.readUInt32BE(0) === SECTION;
}

interface Interface {
  linkType: number;
  /** The most octets that are captured of a packet; 0: no limit. */
  snapLength: number;
}

/** The packets of a pcapng file: all sections, each with its own byte order and interfaces; other blocks are skipped. */
export function* pcapngPackets(queue: OctetQueue): PacketSource {
  let order = { u16: Buffer.prototype.readUInt16BE, u32: Buffer.prototype.readUInt32BE };
  let interfaces: Interface[] = [];
  for (;;) {
    // The byte order of a section stands behind the length of its first block.
    if (!(yield* need(queue, FRAME))) return queue.isEmpty ? undefined : 'the capture ends inside a block';
    const head = queue.take(8);
    const type = head.readUInt32BE(0) === SECTION ? SECTION : order.u32.call(head, 0);
    let read = 0;
    if (type === SECTION) {
      const magic = queue.take(4);
      read = 4;
      const little = magic.readUInt32LE(0) === BYTE_ORDER;
      if (!little && magic.readUInt32BE(0) !== BYTE_ORDER)
        return 'the capture is damaged: a section of no byte order';
      order = little
        ? { u16: Buffer.prototype.readUInt16LE, u32: Buffer.prototype.readUInt32LE }
        : { u16: Buffer.prototype.readUInt16BE, u32: Buffer.prototype.readUInt32BE };
      interfaces = [];
    }
    const length = order.u32.call(head, 4);
    if (length < FRAME + read) return `the capture is damaged: a block of ${length} octets`;
    const body = length - FRAME;
    const bodyHead = type === INTERFACE ? 8 : (BODY_HEADS.get(type) ?? 0);
    if (bodyHead > 0 && body >= bodyHead) {
      if (!(yield* need(queue, bodyHead))) return 'the capture ends inside a block';
      const fields = queue.take(bodyHead);
      read = bodyHead;
      if (type !== INTERFACE) {
        const { captured, ...packet } = packetFields(type, fields, order, interfaces, body);
        const octets = yield* packetOctets(queue, captured);
        if (typeof octets === 'string') return octets;
        read += captured;
        yield { ...packet, octets };
      } else if (interfaces.length < MOST_INTERFACES)
        interfaces.push({ linkType: order.u16.call(fields, 0), snapLength: order.u32.call(fields, 4) });
    }
    queue.skip(length - 8 - read);
  }
}

type Fields = Omit<CapturedPacket, 'octets'> & { captured: number };

function packetFields(
  type: number,
  fields: Buffer,
  order: { u16: (this: Buffer, at: number) => number; u32: (this: Buffer, at: number) => number },
  interfaces: readonly Interface[],
  body: number,
): Fields {
  const room = body - fields.length;
  if (type === SIMPLE_PACKET) {
    const length = order.u32.call(fields, 0);
    const { linkType = -1, snapLength = 0 } = interfaces[0] ?? {};
    return { linkType, captured: Math.min(length, snapLength || length, room), length };
  }
  const number = type === PACKET ? order.u32.call(fields, 0) : order.u16.call(fields, 0);
  return {
    linkType: interfaces[number]?.linkType ?? -1,
    captured: Math.min(order.u32.call(fields, 12), room),
    length: order.u32.call(fields, 16),
  };
}
