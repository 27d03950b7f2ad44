/** The shape of every table. Data only: a spec survives JSON.stringify and back. */

/** Where a fact is written down: a source of `sources.ts` and a section of it. */
export interface Ref {
  readonly source: string;
  readonly section?: string;
}

export interface Source {
  readonly name: string;
  readonly title: string;
  readonly where: string;
}

/** One named value on the wire. */
export interface Row {
  readonly name: string;
  readonly code: number;
  /** Other names of the same value, kept for readers who know them. */
  readonly aliases?: readonly string[];
  readonly doc: string;
  readonly ref: Ref;
}

/** An upper bound: octets, or the name of a limit that users may set. */
export type Bound = number | { readonly limit: string };

/** Length in octets, inclusive. */
export interface Length {
  readonly min?: number;
  readonly max?: Bound;
}

export type IntegerKind = 'u8' | 'u16be' | 'u16le' | 'u32be' | 'u32le' | 'u64be' | 'u64le';

export type Value =
  | ({ readonly kind: 'bytes' | 'ascii' | 'utf8' } & Length)
  | { readonly kind: IntegerKind }
  /** One octet; `constant` names the const object of its bits. */
  | { readonly kind: 'flags'; readonly constant: string; readonly bits: readonly Row[] }
  /** Fixed fields and, where it says so, child TLVs behind them up to the end. */
  | { readonly kind: 'struct'; readonly fields: readonly Field[]; readonly holds?: 'tlvs' }
  /** One octet chooses the child row that lays out what follows. */
  | { readonly kind: 'variant' }
  /** Address layouts only. */
  | { readonly kind: 'ipv4' | 'ipv6' }
  /** Address layouts only: a path in `size` octets, zeros behind it. */
  | { readonly kind: 'unixPath'; readonly size: number };

export interface Field {
  readonly name: string;
  readonly value: Value;
  readonly doc: string;
}

/** What an example means: text, a number, hex of opaque octets, or the named parts of a group. */
export type Meaning = string | number | Readonly<Record<string, string | number>>;

/** Octets in hex, blanks allowed, and what they mean. */
export interface Example {
  readonly wire: string;
  readonly means: Meaning;
}

export interface Tlv extends Row {
  /** The row whose value holds this one; `code` is then its sub-type. */
  readonly parent?: string;
  readonly value: Value;
  readonly role?: 'checksum' | 'padding';
  /** The standard allows it more than once; in a shared range every row may repeat. */
  readonly repeats?: boolean;
  /** `wire` holds the octets of the value, without type and length. */
  readonly examples: readonly Example[];
}

/** Numbers set aside by the standard. */
export interface Range {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Anybody may use a number of it: a row there is a guess, so misfits are no error and repeats are allowed. */
  readonly shared: boolean;
  /** Whether a row, and the encoder, may use it. */
  readonly usable: boolean;
  readonly doc: string;
  readonly ref: Ref;
}

/** An address block, stated twice: its size, and its fields in wire order. */
export interface Layout {
  readonly family: string;
  readonly fields: readonly Field[];
  readonly size: number;
  readonly ref: Ref;
}

/** A family/transport octet, stated twice: the octet, and the two rows of its nibbles. */
export interface Pair {
  readonly code: number;
  readonly family: string;
  readonly transport: string;
  readonly doc: string;
  readonly ref: Ref;
  /** `wire` is a whole header. */
  readonly examples: readonly Example[];
}

/** The fixed first octets of a version 2 header. */
export interface Preamble {
  readonly signature: string;
  readonly version: number;
  /** Offsets of the three fields behind the signature, and the size of it all. */
  readonly versionCommand: number;
  readonly familyTransport: number;
  readonly length: number;
  readonly size: number;
  readonly ref: Ref;
}

/** What stands before the value of every TLV: offsets of its type and of its length, and the size of it all. */
export interface TlvHead {
  readonly type: number;
  readonly length: number;
  readonly size: number;
  readonly ref: Ref;
}

export interface Checksum {
  readonly name: string;
  /** Most significant bit first. */
  readonly polynomial: number;
  /** The checksum of the nine ASCII digits 123456789. */
  readonly check: number;
  readonly ref: Ref;
}

/** Typed words of the version 1 grammar, with their longest spelling in octets. */
export type Word = 'ipv4' | 'ipv6' | 'port';

export type Production =
  /** A case-sensitive literal. */
  | string
  | { readonly rule: string }
  | { readonly seq: readonly Production[] }
  /** Alternatives start with different octets. */
  | { readonly alt: readonly Production[] }
  | { readonly opt: Production }
  | { readonly field: string; readonly is: Word }
  /** Any octets up to the CRLF, ignored. */
  | { readonly skip: 'line' };

export interface Rule {
  readonly name: string;
  readonly is: Production;
  /** Octets of the longest line it can match, CRLF included, as the standard states them. */
  readonly longest: number;
  /** What a line of this rule says about the connection. */
  readonly family?: string;
  readonly transport?: string;
  readonly doc: string;
  readonly ref: Ref;
  /** `wire` is a whole line in hex. */
  readonly examples: readonly Example[];
}

/** What an error shows of the input at its place. */
export type Found = 'octet' | 'number' | 'tlv' | 'checksum' | 'none';

export interface ErrorRow {
  readonly name: string;
  /** Reading a header, or writing one. */
  readonly side: 'decode' | 'encode';
  readonly doc: string;
  /** Completes the sentence "expected ...". */
  readonly expected: string;
  readonly found: Found;
  readonly ref: Ref;
  /** For decode errors a header in hex that triggers it, and the offset it is reported at. */
  readonly examples: readonly Example[];
}

/** A bound that users may set. */
export interface Limit {
  readonly name: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly doc: string;
  readonly ref: Ref;
}

export interface Spec {
  readonly sources: readonly Source[];
  readonly preamble: Preamble;
  readonly commands: readonly Row[];
  readonly families: readonly Row[];
  readonly transports: readonly Row[];
  readonly layouts: readonly Layout[];
  readonly pairs: readonly Pair[];
  readonly ranges: readonly Range[];
  readonly tlvHead: TlvHead;
  readonly tlvs: readonly Tlv[];
  readonly checksum: Checksum;
  readonly v1: readonly Rule[];
  readonly errors: readonly ErrorRow[];
  readonly limits: readonly Limit[];
}
