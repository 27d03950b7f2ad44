/** Parts of a stream that are kept beside its beginning, at most; a retransmission fills the holes between them. */
const MOST_PARTS = 64;

/** The beginning of a stream, put together from segments in any order; what came first stays. */
export class Assembly {
  readonly #most: number;
  #octets: Buffer = Buffer.alloc(0);
  /** What is there, as ranges that do not touch, in order. */
  #ranges: (readonly [from: number, to: number])[] = [];

  /** @param most octets of the stream that are kept; those behind are not */
  constructor(most: number) {
    this.#most = most;
  }

  /** Octets in memory. */
  get size(): number {
    return this.#octets.length;
  }

  /** Octets from the first one on, up to the first hole. Of use until the next `add`. */
  get octets(): Buffer {
    const [first] = this.#ranges;
    return first?.[0] === 0 ? this.#octets.subarray(0, first[1]) : Buffer.alloc(0);
  }

  /** The first hole that something stands behind. */
  get hole(): { from: number; to: number } | undefined {
    const [first, second] = this.#ranges;
    if (first === undefined) return undefined;
    if (first[0] > 0) return { from: 0, to: first[0] };
    return second === undefined ? undefined : { from: first[1], to: second[0] };
  }

  /** Adds octets at an offset of the stream. */
  add(offset: number, octets: Buffer): void {
    const end = Math.min(this.#most, offset + octets.length);
    if (offset >= end) return;
    this.#reserve(end);
    let at = offset;
    for (const [from, to] of this.#ranges) {
      if (to <= at) continue;
      if (from >= end) break;
      if (from > at) octets.copy(this.#octets, at, at - offset, from - offset);
      at = Math.max(at, to);
    }
    if (at < end) octets.copy(this.#octets, at, at - offset, end - offset);
    this.#join(offset, end);
  }

  #reserve(end: number): void {
    if (end <= this.#octets.length) return;
    const larger = Buffer.alloc(Math.min(this.#most, Math.max(end, this.#octets.length * 2)));
    this.#octets.copy(larger);
    this.#octets = larger;
  }

  #join(offset: number, end: number): void {
    const apart = this.#ranges.filter(([from, to]) => to < offset || from > end);
    const touching = this.#ranges.filter(([from, to]) => to >= offset && from <= end);
    const from = Math.min(offset, ...touching.map((range) => range[0]));
    const to = Math.max(end, ...touching.map((range) => range[1]));
    this.#ranges = [...apart, [from, to] as const].toSorted((a, b) => a[0] - b[0]).slice(0, MOST_PARTS);
  }
}
