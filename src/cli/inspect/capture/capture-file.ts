import { UsageError } from '../../shared/failure.ts';

/** A captured packet: its octets from the link layer on, and the number of that link layer. */
export interface CapturedPacket {
  linkType: number;
  octets: Buffer;
}

const PCAP_MAGIC = new Set([0xa1b2c3d4, 0xa1b23c4d]);
const PCAPNG_SECTION = 0x0a0d0d0a;
const PCAPNG_BYTE_ORDER = 0x1a2b3c4d;
const PCAPNG_INTERFACE = 1;
const PCAPNG_SIMPLE_PACKET = 3;
const PCAPNG_PACKET = 6;

/** Whether the octets begin like a capture file of tcpdump or Wireshark. */
export function isCapture(file: Buffer): boolean {
  if (file.length < 12) return false;
  return (
    PCAP_MAGIC.has(file.readUInt32LE(0)) ||
    PCAP_MAGIC.has(file.readUInt32BE(0)) ||
    file.readUInt32BE(0) === PCAPNG_SECTION
  );
}

/**
 * The packets of a capture file, in order: pcap (draft-ietf-opsawg-pcap) or pcapng (draft-ietf-opsawg-pcapng). A file
 * that was cut off gives the packets that are whole.
 *
 * @throws UsageError when the octets are of neither kind
 */
export function packetsOf(file: Buffer): Generator<CapturedPacket> {
  if (!isCapture(file)) throw new UsageError('Expected a pcap or pcapng file.');
  return file.readUInt32BE(0) === PCAPNG_SECTION ? pcapngPackets(file) : pcapPackets(file);
}

function* pcapPackets(file: Buffer): Generator<CapturedPacket> {
  const read32 = reader(file, PCAP_MAGIC.has(file.readUInt32LE(0)));
  if (file.length < 24) return;
  const linkType = read32(20) & 0xffff;
  for (let at = 24; at + 16 <= file.length;) {
    const length = read32(at + 8);
    const start = at + 16;
    if (start + length > file.length) return;
    yield { linkType, octets: file.subarray(start, start + length) };
    at = start + length;
  }
}

function* pcapngPackets(file: Buffer): Generator<CapturedPacket> {
  let little = true;
  let interfaces: number[] = [];
  for (let at = 0; at + 12 <= file.length;) {
    const isSection = file.readUInt32BE(at) === PCAPNG_SECTION;
    if (isSection) {
      little = file.readUInt32LE(at + 8) === PCAPNG_BYTE_ORDER;
      interfaces = [];
    }
    const read32 = reader(file, little);
    const type = isSection ? PCAPNG_SECTION : read32(at);
    const length = read32(at + 4);
    if (length < 12 || at + length > file.length) return;
    const end = at + length - 4;
    if (type === PCAPNG_INTERFACE && length >= 20) {
      interfaces.push(little ? file.readUInt16LE(at + 8) : file.readUInt16BE(at + 8));
    }
    if (type === PCAPNG_PACKET && length >= 32) {
      const octets = file.subarray(at + 28, Math.min(end, at + 28 + read32(at + 20)));
      yield { linkType: interfaces[read32(at + 8)] ?? -1, octets };
    }
    if (type === PCAPNG_SIMPLE_PACKET && length >= 16) {
      yield {
        linkType: interfaces[0] ?? -1,
        octets: file.subarray(at + 12, Math.min(end, at + 12 + read32(at + 8))),
      };
    }
    at += length;
  }
}

function reader(file: Buffer, little: boolean): (at: number) => number {
  return little ? (at) => file.readUInt32LE(at) : (at) => file.readUInt32BE(at);
}
