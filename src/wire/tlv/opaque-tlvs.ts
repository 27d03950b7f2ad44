import { u32be } from '../integers.ts';
import { FAULT } from '../scan.ts';

/** Octets of type and length, before every value. */
const HEAD = 3;

/**
 * Where the TLVs of a header begin that names no client. Its family means nothing, so that they stand right behind the
 * preamble, as AWS sends them, or behind the address block of that family, as HAProxy does. What ends exactly where the
 * header does is taken; where both do, the first, unless a checksum is right in the second alone.
 *
 * @param block Octets of the address block of the family; 0 where it has none.
 * @param checksum Type of the TLV that holds a checksum; -1 where there is none.
 * @returns `end` where no octets are TLVs.
 */
export function opaqueTlvs(
  b: Uint8Array,
  preamble: number,
  block: number,
  end: number,
  checksum: number,
  crc: (b: Uint8Array, end: number, zeroed: number) => number,
): number {
  let first = end;
  for (const start of block === 0 ? [preamble] : [preamble, preamble + block]) {
    const stated = checksumAmong(b, start, end, checksum);
    if (stated > 0 && crc(b, end, stated) === u32be(b, stated)) return start;
    if (stated !== FAULT && first === end) first = start;
  }
  return first;
}

/**
 * Where the first checksum of four octets stands among TLVs that end exactly at `end`; 0 where there is none, FAULT
 * where the octets are no TLVs. Nobody has type 0: zeros are addresses left out, or padding.
 */
function checksumAmong(b: Uint8Array, start: number, end: number, checksum: number): number {
  let stated = 0;
  let p = start;
  while (p + HEAD <= end && b[p] !== 0) {
    const length = (b[p + 1]! << 8) | b[p + 2]!;
    if (stated === 0 && b[p] === checksum && length === 4) stated = p + HEAD;
    p += HEAD + length;
  }
  return p === end ? stated : FAULT;
}
