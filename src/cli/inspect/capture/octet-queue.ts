/** Octets that come in chunks and are taken in other sizes; holds what was not taken yet, and no more. */
export class OctetQueue {
  readonly #chunks: Buffer[] = [];
  #size = 0;
  /** Octets still to be dropped, of those that are to come. */
  #debt = 0;
  /** No more will come. */
  ended = false;

  /** Octets that can be taken. */
  get size(): number {
    return this.#size;
  }

  /** Whether nothing is left, and nothing is still to be dropped. */
  get isEmpty(): boolean {
    return this.#size === 0 && this.#debt === 0;
  }

  push(chunk: Buffer): void {
    const dropped = Math.min(this.#debt, chunk.length);
    this.#debt -= dropped;
    if (dropped === chunk.length) return;
    this.#chunks.push(chunk.subarray(dropped));
    this.#size += chunk.length - dropped;
  }

  /** The next octets, which must be there. They are of use until the next `push`: what is kept longer is copied. */
  take(count: number): Buffer {
    const [first] = this.#chunks;
    if (first === undefined || first.length < count)
      this.#chunks.splice(0, Infinity, Buffer.concat(this.#chunks));
    const chunk = this.#chunks[0] ?? Buffer.alloc(0);
    this.#advance(chunk, count);
    return chunk.subarray(0, count);
  }

  /** Drops the next octets, now or when they come. */
  skip(count: number): void {
    let left = count;
    for (let [chunk] = this.#chunks; chunk !== undefined && left > 0; [chunk] = this.#chunks) {
      const dropped = Math.min(left, chunk.length);
      this.#advance(chunk, dropped);
      left -= dropped;
    }
    this.#debt += left;
  }

  #advance(first: Buffer, count: number): void {
    if (first.length === count) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#size -= count;
  }
}

/**
 * Waits, in a generator that yields `undefined` for "more octets are needed", until that many are there; gives false
 * when the input ended before.
 */
export function* need(queue: OctetQueue, count: number): Generator<undefined, boolean> {
  while (queue.size < count) {
    if (queue.ended) return false;
    yield undefined;
  }
  return true;
}
