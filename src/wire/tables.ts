import type { Limits, Scan } from './scan.ts';

/** The interface between generated tables and the hand-written codec. Types only. */

/** A row of the TLV tables, or a fixed field inside one, by its index in the table. */
export interface TlvEntry {
  readonly name: string;
  /** Type or sub-type; the offset in octets for a field. */
  readonly code: number;
  /** Index of the row around it, or -1. */
  readonly parent: number;
  readonly kind:
    | 'bytes'
    | 'ascii'
    | 'utf8'
    | 'u8'
    | 'u16be'
    | 'u16le'
    | 'u32be'
    | 'u32le'
    | 'u64be'
    | 'u64le'
    | 'flags'
    | 'struct'
    | 'variant';
  /** A fixed field of its parent, not a vector of its own. */
  readonly field: boolean;
  /** May stand once. */
  readonly singleton: boolean;
  readonly role: 'checksum' | 'padding' | undefined;
  /** Octets, inclusive. */
  readonly min: number;
  readonly max: number;
  /** The option that sets `max`, where users may. */
  readonly limit: 'maxAuthority' | 'maxUniqueId' | undefined;
}

/** The address block of a family. */
export interface AddressBlock {
  readonly size: number;
  readonly address: 'ipv4' | 'ipv6' | 'unixPath';
  /** Octets of one address. */
  readonly addressSize: number;
  readonly ports: boolean;
}

/** A row of the error catalogue. */
export interface ErrorEntry {
  readonly code: string;
  readonly doc: string;
  readonly expected: string;
  readonly found: 'octet' | 'number' | 'tlv' | 'checksum' | 'none';
  readonly section: string;
}

/** A scanned header: what `Scan` left of it, kept beside its octets. */
export interface Scanned {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly version: 1 | 2 | null;
  readonly rule: number;
  readonly marks: number;
  readonly proxied: boolean;
}

/** An address block to write; a family that has no ports ignores them. */
export interface Endpoints {
  readonly srcAddr: string;
  readonly dstAddr: string;
  readonly srcPort: number;
  readonly dstPort: number;
}

export interface Tables<V = unknown> {
  /** Phantom: the values of the TLVs by name. */
  readonly values?: V | undefined;
  readonly limits: Limits;
  readonly errors: readonly ErrorEntry[];
  readonly tlvs: readonly TlvEntry[];
  /** Ranges that may not be sent, and those any vendor may use. */
  readonly ranges: readonly {
    readonly name: string;
    readonly from: number;
    readonly to: number;
    readonly usable: boolean;
  }[];
  readonly names: {
    readonly command: Readonly<Record<number, string>>;
    readonly family: Readonly<Record<number, string>>;
    readonly transport: Readonly<Record<number, string>>;
  };
  /** Numbers by name, other names included. */
  readonly codes: {
    readonly command: Readonly<Record<string, number>>;
    readonly family: Readonly<Record<string, number>>;
    readonly transport: Readonly<Record<string, number>>;
  };
  /** The octets of family and transport that the standard names. */
  readonly pairs: readonly number[];
  readonly typeNames: Readonly<Record<number, string>>;
  /** Length of the header at the start of `b`, or NEED, or FAULT. */
  scanHeader(b: Uint8Array, limits: Limits, scan: Scan): number;
  /** Checks TLVs in `start..end`, of which the octets below `avail` are there: `end`, NEED or FAULT. */
  scanTlvs(b: Uint8Array, start: number, avail: number, end: number, limits: Limits, scan: Scan): number;
  /** Writes (row, start, value start, value end) of each vector and field in checked TLVs behind the first `filled` numbers of `out`, and returns how many there are then; a type without a row as `~(type | (parent + 1) << 8)`. */
  indexTlvs(b: Uint8Array, start: number, end: number, out: number[], filled: number): number;
  /** The value of a row, or undefined where the octets do not fit it. */
  readTlv(row: number, b: Uint8Array, from: number, to: number): unknown;
  /** The octets of a value of a row, or undefined where it can hold no such value. */
  writeTlv(row: number, value: unknown): Uint8Array | undefined;
  /** What the header says of the connection; only of a scanned header, addresses and ports only where it is `proxied`. */
  command(h: Scanned): number | null;
  family(h: Scanned): number;
  transport(h: Scanned): number;
  srcAddr(h: Scanned): string | null;
  dstAddr(h: Scanned): string | null;
  srcPort(h: Scanned): number | null;
  dstPort(h: Scanned): number | null;
  /** Where what is neither address nor framing begins, and where it ends. */
  restStart(h: Scanned): number;
  restEnd(h: Scanned): number;
  readonly preambleSize: number;
  /** The address block of each family that has one. */
  readonly blocks: Readonly<Record<number, AddressBlock>>;
  /** Writes the first octets of a version 2 header. */
  writePreamble(out: Uint8Array, command: number, family: number, transport: number, length: number): void;
  /** Writes an address block behind it; the name of the first field that does not fit, or undefined. */
  writeBlock(out: Uint8Array, family: number, endpoints: Endpoints): keyof Endpoints | undefined;
  /** A version 1 line for a family and a transport, or undefined where it has no word for them. */
  writeLine(family: number, transport: number, endpoints: Endpoints): Uint8Array | undefined;
  /** Octets of the head of a TLV: its type and its length. */
  readonly tlvHeadSize: number;
  /** Writes the head of a TLV. */
  writeTlvHead(out: Uint8Array, o: number, type: number, length: number): void;
  /** The checksum of a whole header, four octets at `zeroed` counted as zero. */
  crc(b: Uint8Array, end: number, zeroed: number): number;
}
