import type { Field } from '../spec/types.ts';
import { tlvHead } from '../spec/v2.ts';

/** Octets of a TLV before its value. The checker lets no spec have another number. */
export const TLV_HEAD = tlvHead.size;

const ADDRESS_OCTETS: Readonly<Record<string, number>> = { ipv4: 4, ipv6: 16, u16be: 2 };

/** Octets that a field of an address block takes; undefined for a kind that cannot stand there. */
export function sizeInBlock({ value }: Field): number | undefined {
  return value.kind === 'unixPath' ? value.size : ADDRESS_OCTETS[value.kind];
}

/** The same, where the checker has passed the tables. */
export function addressOctets(field: Field): number {
  return sizeInBlock(field) ?? 0;
}

/** Octets of pairs of hex digits with blanks anywhere between pairs, or undefined. */
export function octetsOf(wire: string): Uint8Array | undefined {
  const digits = wire.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A polynomial of 32 bits with its least significant bit first, as a checksum that shifts right needs it. */
export function reflected(polynomial: number): number {
  let bits = 0;
  for (let bit = 0; bit < 32; bit++) if ((polynomial >>> bit) & 1) bits |= 1 << (31 - bit);
  return bits >>> 0;
}
