import { LONGEST_HEADER } from '../longest-header.ts';
import type { Segment } from './tcp-segments.ts';

/** The first octets that a client sent on a TCP connection. */
export interface FirstOctets {
  from: string;
  to: string;
  octets: Buffer;
}

interface Stream {
  from: string;
  to: string;
  /** Sequence number of the first octet; known from a SYN or its answer, or from the first payload seen. */
  start: number;
  segments: Map<number, Buffer>;
}

/** The first octets of each TCP connection that has any, in the order of the capture, put together from its segments. */
export function firstOctets(segments: Iterable<Segment>): FirstOctets[] {
  const all: Stream[] = [];
  const latest = new Map<string, Stream>();
  for (const segment of segments) {
    const { from, to, sequence, syn, payload } = segment;
    const key = [from, to].toSorted().join(' ');
    let connection = latest.get(key);
    if (connection === undefined || opensAnother(segment, connection)) {
      if (!syn && payload.length === 0) continue;
      connection = opened(segment);
      latest.set(key, connection);
      all.push(connection);
    }
    if (from !== connection.from || payload.length === 0) continue;
    const offset = (sequence + (syn ? 1 : 0) - connection.start) >>> 0;
    const before = connection.segments.get(offset);
    if (offset < LONGEST_HEADER && (before === undefined || before.length < payload.length)) {
      connection.segments.set(offset, payload);
    }
  }
  return all
    .map(({ from, to, segments: parts }) => ({ from, to, octets: joined(parts) }))
    .filter(({ octets }) => octets.length > 0);
}

/** The same ports again: another SYN with another number. */
function opensAnother({ sequence, syn, answers }: Segment, { start }: Stream): boolean {
  return syn && answers === undefined && (sequence + 1) >>> 0 !== start;
}

function opened({ from, to, sequence, syn, answers }: Segment): Stream {
  if (answers !== undefined) return { from: to, to: from, start: answers, segments: new Map() };
  return { from, to, start: (sequence + (syn ? 1 : 0)) >>> 0, segments: new Map() };
}

/** The octets from the first one on, up to the first gap. */
function joined(segments: ReadonlyMap<number, Buffer>): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const [offset, payload] of [...segments].toSorted(([a], [b]) => a - b)) {
    if (offset > at) break;
    const fresh = payload.subarray(at - offset);
    parts.push(fresh);
    at += fresh.length;
  }
  return Buffer.concat(parts);
}
