/**
 * How scanning reports. Every scanner takes octets and a position and returns a number: where it ended, or
 * one of the two below. Nothing is allocated; the last fault stands in the one `Scan` that the caller hands in.
 */

/** More octets are needed to decide. */
export const NEED = -1;

/** No further octets can make it valid; the `Scan` says why and where. */
export const FAULT = -2;

/** The negative result of a word scanner for an octet that is not allowed at `offset`; `offsetOf` reads it. */
export function faultAt(offset: number): number {
  return FAULT - offset;
}

/** The offset in a result of a word scanner that is at most `FAULT`. */
export function offsetOf(result: number): number {
  return FAULT - result;
}

/** Bits that the end of a field of a version 1 line takes in `Scan.marks`. */
const MARK_BITS = 7;

/** The end of a field as it stands in `Scan.marks`. */
export function mark(field: number, end: number): number {
  return end << (MARK_BITS * field);
}

/** The end of a field from `Scan.marks`. */
export function endOf(marks: number, field: number): number {
  return (marks >> (MARK_BITS * field)) & ((1 << MARK_BITS) - 1);
}

/** The bounds a header is checked against, with every option resolved. */
export interface Limits {
  /** Largest length field of version 2, in octets. */
  readonly maxLength: number;
  /** Most TLVs, nested ones counted. */
  readonly maxTLVs: number;
  /** Longest AUTHORITY, in octets. */
  readonly maxAuthority: number;
  /** Longest UNIQUE_ID, in octets. */
  readonly maxUniqueId: number;
  /** A singleton TLV may repeat, and the first one counts. */
  readonly repeats: boolean;
  /** A version 1 line may name addresses of both families. */
  readonly mixedFamilies: boolean;
  /** Malformed TLVs do not make the header invalid. */
  readonly lenient: boolean;
  /** Versions accepted: bit 0 for 1, bit 1 for 2. */
  readonly versions: number;
}

/** The result of a scan; the object is reused for the next header. */
export class Scan {
  /** Index of the error in the catalogue, of the last fault. */
  error = 0;
  /** Octet the fault is at. */
  offset = 0;
  /** What the error shows: a number, or type and length in one. */
  found = 0;
  /** The expected checksum, where it is wrong. */
  due = 0;
  /** Octets needed, in all and at least, after `NEED`. */
  needed = 0;
  version = 0;
  /** Version 1: the rule that matched, and the ends of its fields, `MARK_BITS` each, the first one lowest. */
  rule = 0;
  marks = 0;
  /** Whether the header holds the addresses of a client. */
  proxied = false;
  /** Version 2: where the TLVs begin (0: there are none). */
  tlvStart = 0;
  /** TLVs seen, and offset of the checksum (0: none). */
  count = 0;
  checksum = 0;

  /** Notes a fault and returns `FAULT`. */
  fail(error: number, offset: number, found = 0): number {
    this.error = error;
    this.offset = offset;
    this.found = found;
    return FAULT;
  }

  /** Notes that `needed` octets are needed in all, at least, and returns `NEED`. */
  need(needed: number): number {
    this.needed = needed;
    return NEED;
  }
}
