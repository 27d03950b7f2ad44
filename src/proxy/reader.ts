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
  #held: Uint8Array = EMPTY;
  #rest: Uint8Array = EMPTY;
  #data: ProxyData<V> | undefined;

  constructor(context: ReaderContext<V>, limits: Limits) {
    this.#context = context;
    this.#limits = limits;
  }

  /** Octets that came behind the header, so far: they belong to the application. Of a malformed header, nothing. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /**
   * Takes the next octets. Gives the header as soon as it is whole, and again at every later call; a malformed one as
   * soon as no continuation can mend it, then with `valid` false; undefined while more is needed.
   */
  push(chunk: Uint8Array): ProxyData<V> | undefined {
    if (this.#data !== undefined) {
      if (this.#data.valid) this.#rest = join(this.#rest, chunk);
      return this.#data;
    }
    const before = this.#held.length;
    const b = before === 0 ? chunk : join(this.#held, chunk);
    const result = this.#context.tables.scanHeader(b, this.#limits, this.#scan);
    if (result > 0) {
      this.#data = this.#context.finish(copy(b, result), result, this.#scan);
      this.#rest = b.subarray(result);
    } else if (result === FAULT) {
      this.#data = this.#context.finish(copy(b, this.#scan.offset + 1), result, this.#scan);
    } else {
      this.#held = before === 0 ? copy(b, b.length) : b;
      return undefined;
    }
    this.#held = EMPTY;
    return this.#data;
  }

  /** Says that no octets follow. A header that is not whole by now is malformed. */
  end(): ProxyData<V> {
    this.#data ??= this.#context.incomplete(this.#held);
    return this.#data;
  }
}

const EMPTY = new Uint8Array(0);

/** The first octets, apart from `b`: the `slice` of a Buffer would share its memory. */
function copy(b: Uint8Array, length: number): Uint8Array {
  return Uint8Array.prototype.slice.call(b, 0, length);
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
