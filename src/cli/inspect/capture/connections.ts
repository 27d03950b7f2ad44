import { Assembly } from './assembly.ts';
import type { Datagram, Route, Segment } from './layers/layer.ts';

/** What the opener of a TCP connection sent first, or a datagram. */
export interface FirstOctets extends Route {
  transport: 'TCP' | 'UDP';
  octets: Buffer;
  /** Octets that the capture lacks although later ones, or the length of the segment, show that they were sent. */
  hole?: { from: number; to: number | undefined };
}

/** How far the octets of a connection decide: not the header; the header, but not what is behind it; all. */
export type Progress = 'begun' | 'header' | 'all';

export interface Listener {
  /** Asked whenever there are more octets of a connection. */
  progress(octets: Buffer): Progress;
  /** Called once for each connection with payload: when all is decided, it ends, or somebody asked for it. */
  found(first: FirstOctets): void;
  /** Called when what follows the header of a connection came after `found`. */
  followed(first: FirstOctets): void;
}

/** Bounds of what is held, so that a capture may be of any size. */
export interface Bounds {
  /** Octets kept of each connection. */
  octets: number;
  /** Octets kept of all connections. */
  total: number;
  /** Connections whose octets do not decide yet. */
  open: number;
  /** Connections that are told, remembered so that their further packets are none of a new one. */
  told: number;
}

/** Counts of what was not looked at, for sentences at the end. */
export interface Counts {
  /** Connections that were given up for newer ones before their octets decided. */
  givenUp: number;
  /** Packets with payload whose connection began before the capture, or was forgotten. */
  stray: number;
  /** Connections without a single octet of payload. */
  silent: number;
}

interface Connection extends Route {
  /** Sequence number of the first octet; known from a SYN or its answer, or from the first payload seen. */
  start: number;
  assembly: Assembly;
  /** End of a segment that the capture does not hold to its end. */
  cutAt: number | undefined;
  progress: Progress;
  told: boolean;
  /** When the header was whole, in milliseconds of `performance.now`. */
  since: number;
}

/** The TCP connections of a capture, as far as their first octets. */
export class Connections {
  readonly counts: Counts = { givenUp: 0, stray: 0, silent: 0 };
  readonly #listener: Listener;
  readonly #bounds: Bounds;
  readonly #open = new Map<string, Connection>();
  /** Where those that are told began. */
  readonly #told = new Map<string, number>();
  #size = 0;
  #forgot = false;

  constructor(listener: Listener, bounds: Bounds) {
    this.#listener = listener;
    this.#bounds = bounds;
  }

  segment(segment: Segment): void {
    const key = keyOf(segment);
    const connection = this.#connectionOf(key, segment);
    if (connection === undefined) return;
    if (segment.rst) this.#end(key, connection);
    if (segment.from !== connection.from || segment.rst) return;
    if (segment.payload.length > 0 || segment.missing > 0) this.#add(key, connection, segment);
    const isWhole = connection.assembly.hole === undefined && connection.cutAt === undefined;
    if (segment.fin && isWhole) this.#end(key, connection);
  }

  /** A datagram that begins with a header; told once for each pair of addresses. */
  datagram({ from, to, via, payload }: Datagram): void {
    const key = `UDP ${via} ${from} ${to}`;
    if (this.#told.has(key)) return;
    this.#remember(key, 0);
    this.#listener.found({ transport: 'UDP', from, to, via, octets: payload });
  }

  /**
   * Tells connections whose header is whole, without what follows it.
   *
   * @param before only those whose header was whole at that time
   */
  flush(before: number): void {
    for (const connection of this.#open.values())
      if (connection.progress === 'header' && !connection.told && connection.since <= before)
        this.#tell(connection);
  }

  /** No packet follows: tells what is left. */
  end(): void {
    for (const [key, connection] of this.#open) this.#end(key, connection);
  }

  /** The connection that a segment belongs to; `undefined` when it tells nothing. */
  #connectionOf(key: string, segment: Segment): Connection | undefined {
    const before = this.#open.get(key);
    const start = before?.start ?? this.#told.get(key);
    if (start !== undefined && !opensAnother(segment, start)) return before;
    if (!segment.syn && segment.payload.length === 0) return undefined;
    if (!segment.syn && this.#forgot) {
      this.counts.stray++;
      return undefined;
    }
    if (before !== undefined) this.#end(key, before);
    this.#told.delete(key);
    const connection = opened(segment, this.#bounds.octets);
    this.#open.set(key, connection);
    if (this.#open.size > this.#bounds.open) this.#giveUpOldest();
    return connection;
  }

  #add(key: string, connection: Connection, { sequence, syn, payload, missing }: Segment): void {
    const { assembly } = connection;
    const offset = (sequence + (syn ? 1 : 0) - connection.start) >>> 0;
    const before = assembly.size;
    assembly.add(offset, payload);
    this.#size += assembly.size - before;
    const { octets } = assembly;
    const end = offset + payload.length;
    if (missing > 0 && offset < this.#bounds.octets) connection.cutAt ??= end;
    else if (connection.cutAt !== undefined && octets.length > connection.cutAt) connection.cutAt = undefined;
    if (octets.length > 0) this.#judge(key, connection, octets);
    while (this.#size > this.#bounds.total) this.#giveUpOldest();
  }

  #judge(key: string, connection: Connection, octets: Buffer): void {
    const isFull = octets.length >= this.#bounds.octets;
    const progress = isFull ? 'all' : this.#listener.progress(octets);
    if (progress !== connection.progress) connection.since = performance.now();
    connection.progress = progress;
    if (progress === 'all') this.#end(key, connection);
  }

  #giveUpOldest(): void {
    for (const [key, connection] of this.#open) {
      const isEmpty = connection.assembly.size === 0;
      if (isEmpty) this.#open.delete(key);
      else this.#end(key, connection);
      if (!isEmpty) this.counts.givenUp++;
      return;
    }
  }

  #end(key: string, connection: Connection): void {
    if (!this.#open.delete(key)) return;
    this.#size -= connection.assembly.size;
    if (connection.assembly.size === 0 && connection.cutAt === undefined) {
      this.counts.silent++;
      return;
    }
    if (connection.told) {
      if (connection.progress === 'all') this.#listener.followed(firstOctets(connection));
    } else this.#tell(connection);
    this.#remember(key, connection.start);
  }

  #tell(connection: Connection): void {
    connection.told = true;
    this.#listener.found(firstOctets(connection));
  }

  #remember(key: string, start: number): void {
    this.#told.set(key, start);
    if (this.#told.size <= this.#bounds.told) return;
    const [oldest = ''] = this.#told.keys();
    this.#told.delete(oldest);
    this.#forgot = true;
  }
}

function keyOf({ from, to, via }: Route): string {
  return from < to ? `${from} ${to} ${via}` : `${to} ${from} ${via}`;
}

/** The same ports again: another SYN with another number. */
function opensAnother({ sequence, syn, answers }: Segment, start: number): boolean {
  return syn && answers === undefined && (sequence + 1) >>> 0 !== start;
}

function opened({ from, to, via, sequence, syn, answers }: Segment, most: number): Connection {
  const isAnswer = answers !== undefined;
  return {
    from: isAnswer ? to : from,
    to: isAnswer ? from : to,
    via,
    start: isAnswer ? answers : (sequence + (syn ? 1 : 0)) >>> 0,
    assembly: new Assembly(most),
    cutAt: undefined,
    progress: 'begun',
    told: false,
    since: 0,
  };
}

function firstOctets({ from, to, via, assembly, cutAt }: Connection): FirstOctets {
  const { octets, hole = cutAt === undefined ? undefined : { from: cutAt, to: undefined } } = assembly;
  return { transport: 'TCP', from, to, via, octets, ...(hole === undefined ? {} : { hole }) };
}
