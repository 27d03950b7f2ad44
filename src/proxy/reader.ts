import { FAULT, type Limits, type Scan, type Tables } from '../wire/index.ts';
import type { ProxyData } from './data.ts';

/** What a `ProxyReader` needs of the codec it belongs to. */
export interface ReaderContext<V> {
  readonly tables: Tables<V>;
  /** The result of the last scan, shared by all readers of the codec. */
  readonly scan: Scan;
  /** Decodes octets that hold a whole header, or a fault, whose hint is taken from those that were `seen`. */
  finish(b: Uint8Array, length: number, seen?: Uint8Array): ProxyData<V>;
  /** The error for octets that end before the header does. */
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
  /** Octets of a header that is not whole. */
  #held: Gathered | undefined = undefined;
  /** Octets behind a whole one. */
  #rest: Gathered | undefined = undefined;
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
    return this.#rest?.octets ?? EMPTY;
  }

  /**
   * Takes the next octets. Gives the header as soon as it is whole, and again at every later call; a malformed one as
   * soon as no further octets can make it valid, then with `valid` false; undefined while more is needed.
   */
  push(chunk: Uint8Array): ProxyData<V> | undefined {
    if (this.#data !== undefined) {
      if (this.#data.valid) (this.#rest ??= new Gathered(EMPTY)).add(chunk);
      return this.#data;
    }
    const { tables, scan, finish } = this.#context;
    this.#held?.add(chunk);
    const b = this.#held?.octets ?? chunk;
    const result = tables.scanHeader(b, this.#limits, scan);
    if (result > 0) {
      this.#data = finish(copy(b, result), result);
      if (result < b.length) this.#rest = new Gathered(b.subarray(result));
    } else if (result === FAULT) {
      const seen = copy(b, Math.min(b.length, scan.offset + TELLING));
      this.#data = finish(seen.subarray(0, scan.offset + 1), result, seen);
    } else {
      this.#held ??= new Gathered(copy(b, b.length));
      return undefined;
    }
    this.#held = undefined;
    return this.#data;
  }

  /** Says that no octets follow. A header that is not whole by now is malformed. */
  end(): ProxyData<V> {
    const held = this.#held?.octets ?? EMPTY;
    this.#data ??= this.#context.incomplete(copy(held, held.length));
    return this.#data;
  }
}

/** So many octets from a fault on tell what stands there. */
const TELLING = 24;

const EMPTY = new Uint8Array(0);

/** The first octets, apart from `b`: `slice` of a Buffer shares its memory. */
function copy(b: Uint8Array, length: number): Uint8Array {
  return Uint8Array.prototype.slice.call(b, 0, length);
}

/** Octets in one piece. The buffer doubles when it grows, so that many small chunks cost linear time. */
class Gathered {
  octets: Uint8Array;
  /** The buffer that `octets` is the start of; undefined when the memory behind them belongs to the caller. */
  #room: Uint8Array | undefined = undefined;

  /** @param octets are not written to. */
  constructor(octets: Uint8Array) {
    this.octets = octets;
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
