import { need } from './octet-queue.ts';
import type { OctetQueue } from './octet-queue.ts';

/** Octets of a packet that are looked at; the largest that a network card hands on whole has some 520,000. */
const MOST_LOOKED_AT = 0x10_0000;
/** No capture holds a packet as large as this: its length is not one. */
const IMPOSSIBLE = 0x400_0000;

/** The octets of a captured packet; or a sentence when they are not there. */
export function* packetOctets(queue: OctetQueue, captured: number): Generator<undefined, Buffer | string> {
  if (captured > IMPOSSIBLE) return `the capture is damaged: a packet of ${captured} octets`;
  const count = Math.min(captured, MOST_LOOKED_AT);
  if (!(yield* need(queue, count))) return 'the capture ends inside a packet';
  const octets = queue.take(count);
  queue.skip(captured - count);
  return octets;
}
