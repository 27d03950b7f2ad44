import type { CapturedPacket, PacketSource } from './captured-packet.ts';
import { OctetQueue } from './octet-queue.ts';
import { isPcap, pcapPackets } from './pcap.ts';
import { isPcapng, pcapngPackets } from './pcapng.ts';

/** Octets that decide whether something is a capture. */
export const CAPTURE_HEAD = 12;

/** Whether the octets begin like a capture file of tcpdump or Wireshark. */
export function isCapture(head: Buffer): boolean {
  return head.length >= CAPTURE_HEAD && (isPcap(head) || isPcapng(head));
}

/** The packets of a capture that comes in chunks. Of its octets no more is held than the packet that is being read. */
export class CaptureReader {
  readonly #queue = new OctetQueue();
  readonly #packets: PacketSource;
  #fault: string | undefined;
  #done = false;

  constructor(head: Buffer) {
    this.#packets = isPcapng(head) ? pcapngPackets(this.#queue) : pcapPackets(this.#queue);
  }

  /** Packets that are whole now. */
  *push(chunk: Buffer): Generator<CapturedPacket> {
    if (this.#done) return;
    this.#queue.push(chunk);
    yield* this.#read();
  }

  /** No octet will follow; gives what is wrong with the capture: that it ends inside a packet, or is damaged. */
  end(): string | undefined {
    this.#queue.ended = true;
    for (const _ of this.#read()) continue;
    return this.#fault;
  }

  *#read(): Generator<CapturedPacket> {
    while (!this.#done) {
      const { done = false, value } = this.#packets.next();
      this.#done = done;
      if (value === undefined) return;
      if (typeof value === 'string') this.#fault = value;
      else yield value;
    }
  }
}
