/**
 * A reflected 32-bit CRC with all ones before and after, eight octets at a time ("slicing-by-8"). The tables are
 * eight separate arrays: one flat table is twice as slow in V8.
 *
 * `polynomial` has its most significant bit first. The result takes octets, their end, and the offset of four octets
 * that count as zero (-1: none), and gives an unsigned number.
 */
export function makeCrc32(polynomial: number): (b: Uint8Array, end: number, zeroed: number) => number {
  const reflected = reverse(polynomial);
  const t0 = new Int32Array(256);
  for (let octet = 0; octet < 256; octet++) {
    let c = octet;
    for (let bit = 0; bit < 8; bit++) c = (c >>> 1) ^ (c & 1 ? reflected : 0);
    t0[octet] = c;
  }
  const next = (t: Int32Array): Int32Array => t.map((c) => (c >>> 8) ^ t0[c & 0xff]!);
  const t1 = next(t0);
  const t2 = next(t1);
  const t3 = next(t2);
  const t4 = next(t3);
  const t5 = next(t4);
  const t6 = next(t5);
  const t7 = next(t6);

  function run(b: Uint8Array, from: number, to: number, crc: number): number {
    let c = crc;
    let p = from;
    for (; p + 8 <= to; p += 8) {
      c ^= b[p]! | (b[p + 1]! << 8) | (b[p + 2]! << 16) | (b[p + 3]! << 24);
      c =
        t7[c & 0xff]! ^
        t6[(c >>> 8) & 0xff]! ^
        t5[(c >>> 16) & 0xff]! ^
        t4[c >>> 24]! ^
        t3[b[p + 4]!]! ^
        t2[b[p + 5]!]! ^
        t1[b[p + 6]!]! ^
        t0[b[p + 7]!]!;
    }
    for (; p < to; p++) c = (c >>> 8) ^ t0[(c ^ b[p]!) & 0xff]!;
    return c;
  }

  return (b, end, zeroed) => {
    if (zeroed < 0) return ~run(b, 0, end, -1) >>> 0;
    let c = run(b, 0, zeroed, -1);
    c = t3[c & 0xff]! ^ t2[(c >>> 8) & 0xff]! ^ t1[(c >>> 16) & 0xff]! ^ t0[c >>> 24]!;
    return ~run(b, zeroed + 4, end, c) >>> 0;
  };
}

function reverse(bits: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed |= ((bits >>> bit) & 1) << (31 - bit);
  return reversed;
}
