import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ProxyData } from '../../index.ts';

/** How the TLV of a header compares with the secret. */
export type Comparison = 'right' | 'wrong' | 'missing';

/** A secret that the proxy and the listener share, in a TLV of its own. It is kept as a digest that nobody can print. */
export class SharedSecret {
  readonly #key = randomBytes(32);
  readonly #digest: Buffer;
  readonly #type: number;

  constructor(secret: string | Uint8Array, type: number) {
    this.#digest = this.#digestOf(typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret);
    this.#type = type;
  }

  /** Compares in constant time, and zeroes the octets in the header: it may be logged, and sent on, from now on. */
  take(data: ProxyData): Comparison {
    let found: Comparison = 'missing';
    for (const { type, parent, octets } of data.tlv?.vectors ?? []) {
      if (type !== this.#type || parent !== null) continue;
      const equal = timingSafeEqual(this.#digestOf(octets), this.#digest);
      if (found !== 'right') found = equal ? 'right' : 'wrong';
      octets.fill(0);
    }
    return found;
  }

  #digestOf(octets: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(octets).digest();
  }
}
