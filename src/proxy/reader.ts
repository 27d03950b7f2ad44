import { FAULT, type Limits, Scan, type Tables } from '../wire/index.ts';
import type { ProxyData } from './data.ts';

/** What a `ProxyReader` needs of the codec it belongs to. */
export interface ReaderContext<V> {
  readonly tables: Tables<V>;
  /** Decodes octets that hold a whole header, or a fault. */
  finish(b: Uint8Array, length: number, scan: Scan): ProxyData<V>;
  /** A header that never ended. */
  incomplete(b: Uint8Array): ProxyData<V>;
}

/**
 * Reads a header from a stream of chunks. It holds no more octets than the header has, and copies them, so that no
 * chunk is kept alive.
 *
 * @example
 * import { ProxyReader } from 'truepeer/proxy';
 * const reader = new ProxyReader();
 * console.log(reader.push(Buffer.from('PROXY TCP4 203.0.113.7 198.51.1'))); // undefined
 * const data = reader.push(Buffer.from('00.25 4321 25\r\nEHLO'));
 * console.log(data?.srcAddr, Buffer.from(reader.rest).toString()); // 203.0.113.7 EHLO
 */
export class HeaderReader<V> {
  readonly #context: ReaderContext<V>;
  readonly #limits: Limits;
  readonly #scan = new Scan();
  /** Octets of a header that is not whole. */
  readonly #held = new Gathered();
  /** Octets behind a whole one. */
  readonly #rest = new Gathered();
  #data: ProxyData<V> | undefined;

  constructor(context: ReaderContext<V>, limits: Limits) {
    this.#context = context;
    this.#limits = limits;
  }

  /**
   * Octets that came behind the header, so far: they belong to the application. Of a malformed header, nothing. They
   * gather as long as you push: once you have the header, hand these on, and what comes then to the application.
   */
  get rest(): Uint8Array {
    return this.#rest.octets;
  }

  /**
   * Takes the next octets. Gives the header as soon as it is whole, and again at every later call; a malformed one as
   * soon as no continuation can mend it, then with `valid` false; undefined while more is needed.
   */
  push(chunk: Uint8Array): ProxyData<V> | undefined {
    if (this.#data !== undefined) {
      if (this.#data.valid) this.#rest.add(chunk);
      return this.#data;
    }
    const first = this.#held.octets.length === 0;
    if (!first) this.#held.add(chunk);
    const b = first ? chunk : this.#held.octets;
    const result = this.#context.tables.scanHeader(b, this.#limits, this.#scan);
    if (result > 0) {
      this.#data = this.#context.finish(copy(b, result), result, this.#scan);
      this.#rest.start(b.subarray(result));
    } else if (result === FAULT) {
      this.#data = this.#context.finish(copy(b, this.#scan.offset + 1), result, this.#scan);
    } else {
      if (first) this.#held.start(copy(b, b.length));
      return undefined;
    }
    this.#held.start(EMPTY);
    return this.#data;
  }

  /** Says that no octets follow. A header that is not whole by now is malformed. */
  end(): ProxyData<V> {
    this.#data ??= this.#context.incomplete(copy(this.#held.octets, this.#held.octets.length));
    return this.#data;
  }
}

const EMPTY = new Uint8Array(0);

/** The first octets, apart from `b`: the `slice` of a Buffer would share its memory. */
function copy(b: Uint8Array, length: number): Uint8Array {
  return Uint8Array.prototype.slice.call(b, 0, length);
}

/** Octets in one piece. The room for them doubles, so that a thousand small chunks cost no more than a large one. */
class Gathered {
  octets: Uint8Array = EMPTY;
  /** What `octets` is the beginning of; undefined where the memory is not ours to write behind them. */
  #room: Uint8Array | undefined = undefined;

  /** Begins anew, with octets that are not written to. */
  start(octets: Uint8Array): void {
    this.octets = octets;
    this.#room = undefined;
  }

  add(chunk: Uint8Array): void {
    const length = this.octets.length + chunk.length;
    if (this.#room === undefined || this.#room.length < length) {
      this.#room = new Uint8Array(Math.max(length, 2 * this.octets.length, LEAST));
      this.#room.set(this.octets);
    }
    this.#room.set(chunk, this.octets.length);
    this.octets = this.#room.subarray(0, length);
  }
}

const LEAST = 64;
