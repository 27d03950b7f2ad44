import { TLV_HEAD_SIZE } from '../../generated/tlv-table.ts';
import { bytes, hex, INDEX_STRIDE, type Tables, type TlvEntry } from '../wire/index.ts';
import { sameAttribs } from './same-attribs.ts';

/** One TLV as it stood on the wire. */
export interface TlvVector {
  /** Name of its row; `xNN`, or `PARENT_xNN` inside another, where it has none. */
  readonly name: string;
  /** Type, or sub-type. */
  readonly type: number;
  /** Name of the vector it stands in, or null. */
  readonly parent: string | null;
  /** Octets from the start of the TLVs to its first octet. */
  readonly offset: number;
  /** Its value as it came. */
  readonly octets: Uint8Array;
  /** Its value by its row; undefined where the octets do not fit it. */
  readonly value: unknown;
  /** Why there is no value, where there is none. */
  readonly fault?: string;
}

/** Makes a value of octets, or undefined where they do not fit. */
export type ValueReader = (b: Uint8Array, from: number, to: number) => unknown;

/** Octets of type and length; a constant of this file, which V8 need not look up. */
const HEAD = TLV_HEAD_SIZE;
const STRIDE = INDEX_STRIDE;

/** Where an index is made, before it is known how long it is; it grows to the longest and stays. */
const scratch: number[] = Array.from({ length: 64 * STRIDE }, () => 0);

/** The TLVs of a header by name, each also as a property: null where absent, undefined where its octets do not fit. */
export type ProxyTLVOf<V> = TlvMap & { readonly [K in keyof V]: V[K] | null | undefined };

/** What a `Map` hands out in the user's version of TypeScript; its name differs between them. */
type Iteration<T> = ReturnType<Map<T, T>['keys']>;

/**
 * A map from name to value over octets. Nothing is decoded before it is asked for: a property looks for its own
 * vector; the first use as a `Map` decodes everything.
 *
 * The octets of every TLV are there by number, too: `get('xEA')`, inside another `get('SSL_x22')`, a list where the
 * number stands more than once. Going through the map shows numbers where names do not tell all: of octets that do not
 * fit their row, and of what is repeated, of which a name gives the first.
 */
export class TlvMap extends Map<string, unknown> {
  readonly #tables: Tables;
  readonly #b: Uint8Array;
  readonly #start: number;
  readonly #end: number;
  #made: readonly number[] | undefined = undefined;
  #filled = false;

  constructor(tables: Tables, b: Uint8Array, start: number, end: number) {
    super();
    this.#tables = tables;
    this.#b = b;
    this.#start = start;
    this.#end = end;
  }

  get #index(): readonly number[] {
    this.#made ??= scratch.slice(0, this.#tables.indexTlvs(this.#b, this.#start, this.#end, scratch, 0));
    return this.#made;
  }

  /** Offset of each name from the start of the TLVs, nested ones too. */
  get tlvLoc(): Record<string, number> {
    const loc: Record<string, number> = {};
    this.#each((name, at) => {
      loc[name] ??= this.#index[at + 1]! - this.#start;
    });
    return loc;
  }

  /** Every vector in wire order, nested ones behind the one around them. */
  get vectors(): readonly TlvVector[] {
    const vectors: TlvVector[] = [];
    this.#each((name, at, entry) => {
      if (entry?.field === true) return;
      const row = this.#index[at]!;
      const value = this.#valueAt(at);
      const parent = entry === undefined ? (~row >> 8) - 1 : entry.parent;
      const octets = this.#rawAt(at);
      vectors.push({
        name,
        type: entry?.code ?? ~row & 0xff,
        parent: this.#tables.tlvs[parent]?.name ?? null,
        offset: this.#index[at + 1]! - this.#start,
        octets,
        value,
        ...(value === undefined && entry !== undefined ? { fault: faultOf(entry, octets) } : {}),
      });
    });
    return vectors;
  }

  /** The value of a row by its index in the tables: null where absent. */
  read(row: number): unknown {
    const index = this.#index;
    for (let at = 0; at < index.length; at += STRIDE) {
      if (index[at] === row) return this.#tables.readTlv(row, this.#b, index[at + 2]!, index[at + 3]!);
    }
    return null;
  }

  /** The value of the first TLV of a type at the top level: null where absent. */
  readTop(type: number, read: ValueReader): unknown {
    const b = this.#b;
    const p = find(b, this.#start, this.#end, type);
    return p < 0 ? null : read(b, p + HEAD, nextOf(b, p));
  }

  /** The same for a type among the TLVs that stand `skip` octets into the value of type `outer`. */
  readInside(outer: number, skip: number, type: number, read: ValueReader): unknown {
    const b = this.#b;
    const around = find(b, this.#start, this.#end, outer);
    if (around < 0) return null;
    const p = find(b, around + HEAD + skip, nextOf(b, around), type);
    return p < 0 ? null : read(b, p + HEAD, nextOf(b, p));
  }

  /** The same for a field of `size` octets, `offset` into the value of type `outer`. */
  readField(outer: number, offset: number, size: number, read: ValueReader): unknown {
    const around = find(this.#b, this.#start, this.#end, outer);
    const from = around + HEAD + offset;
    return around < 0 ? null : read(this.#b, from, from + size);
  }

  /** Whether each name is there and its value is the expected one; with `raises` a `KeyError` or `ValueError` says what is not. */
  sameAttribs(expected: Readonly<Record<string, unknown>>, options: { raises?: boolean } = {}): boolean {
    return sameAttribs(expected, options.raises ?? false, (name) =>
      this.has(name) ? { value: this.get(name), octets: this.#octetsOf(name) } : undefined,
    );
  }

  override get size(): number {
    this.#decode();
    return super.size;
  }
  override get(name: string): unknown {
    this.#decode();
    return super.has(name) ? super.get(name) : oneOrAll(this.#byNumber(name));
  }
  override has(name: string): boolean {
    this.#decode();
    return super.has(name) || this.#byNumber(name).length > 0;
  }
  override set(name: string, value: unknown): this {
    this.#decode();
    return super.set(name, value);
  }
  override delete(name: string): boolean {
    this.#decode();
    return super.delete(name);
  }
  override clear(): void {
    this.#filled = true;
    super.clear();
  }
  override entries(): Iteration<[string, unknown]> {
    this.#decode();
    return super.entries();
  }
  override keys(): Iteration<string> {
    this.#decode();
    return super.keys();
  }
  override values(): Iteration<unknown> {
    this.#decode();
    return super.values();
  }
  override forEach(
    callback: (value: unknown, name: string, map: Map<string, unknown>) => void,
    self?: unknown,
  ): void {
    this.#decode();
    super.forEach(callback, self);
  }
  override [Symbol.iterator](): Iteration<[string, unknown]> {
    return this.entries();
  }

  /** Octets in hex, wide integers in decimal; a name whose octets do not fit its row is there by number alone. */
  toJSON(): Record<string, unknown> {
    const told = [...this].filter(([, value]) => value !== undefined);
    return Object.fromEntries(told.map(([name, value]) => [name, plain(value)]));
  }

  [Symbol.for('nodejs.util.inspect.custom')](): Map<string, unknown> {
    return new Map(this);
  }

  #decode(): void {
    if (this.#filled) return;
    this.#filled = true;
    const untold = new Map<number, Uint8Array[]>();
    this.#each((name, at, entry) => {
      const value = this.#valueAt(at);
      if ((value === undefined || super.has(name)) && entry?.field !== true) untold.set(this.#keyAt(at), []);
      if (!super.has(name)) super.set(name, value);
    });
    if (untold.size === 0) return;
    this.#each((_, at, entry) => {
      if (entry?.field !== true) untold.get(this.#keyAt(at))?.push(this.#rawAt(at));
    });
    for (const [key, octets] of untold) super.set(this.#unnamed(key), oneOrAll(octets));
  }

  /** The octets of each vector of a number, `xNN` or `PARENT_xNN`, whether it has a row or not. */
  #byNumber(name: string): Uint8Array[] {
    const found: Uint8Array[] = [];
    if (!NUMBER.test(name)) return found;
    const canonical = name.slice(0, -2) + name.slice(-2).toUpperCase();
    this.#each((_, at, entry) => {
      if (entry?.field !== true && this.#unnamed(this.#keyAt(at)) === canonical) found.push(this.#rawAt(at));
    });
    return found;
  }

  /** The octets that the value of a name is read from. */
  #octetsOf(name: string): Uint8Array | undefined {
    let found: Uint8Array | undefined;
    this.#each((each, at) => {
      if (each === name) found ??= this.#rawAt(at);
    });
    return found;
  }

  #rawAt(at: number): Uint8Array {
    return bytes(this.#b, this.#index[at + 2]!, this.#index[at + 3]!);
  }

  /** The type of a vector, and above its eight bits the row around it, from 1. */
  #keyAt(at: number): number {
    const row = this.#index[at]!;
    const entry = this.#tables.tlvs[row];
    return entry === undefined ? ~row : entry.code | ((entry.parent + 1) << 8);
  }

  #valueAt(at: number): unknown {
    const [row, from, to] = [this.#index[at]!, this.#index[at + 2]!, this.#index[at + 3]!];
    return row < 0 ? bytes(this.#b, from, to) : this.#tables.readTlv(row, this.#b, from, to);
  }

  #each(visit: (name: string, at: number, entry: TlvEntry | undefined) => void): void {
    for (let at = 0; at < this.#index.length; at += STRIDE) {
      const row = this.#index[at]!;
      const entry = this.#tables.tlvs[row];
      visit(entry?.name ?? this.#unnamed(~row), at, entry);
    }
  }

  #unnamed(key: number): string {
    const name = `x${(key & 0xff).toString(16).toUpperCase().padStart(2, '0')}`;
    const parent = this.#tables.tlvs[(key >> 8) - 1];
    return parent === undefined ? name : `${parent.name}_${name}`;
  }
}

/** A number as a name. */
const NUMBER = /^(?:\w+_)?x[0-9a-fA-F]{2}$/;

/** The only one of a list, or all of several; undefined for none. */
function oneOrAll(octets: readonly Uint8Array[]): Uint8Array | readonly Uint8Array[] | undefined {
  return octets.length > 1 ? octets : octets[0];
}

/** Start of the first TLV of a type among checked ones, or -1. */
function find(b: Uint8Array, start: number, end: number, type: number): number {
  for (let p = start; p < end; p = nextOf(b, p)) if (b[p] === type) return p;
  return -1;
}

/** Start of what follows the TLV at `p`. */
function nextOf(b: Uint8Array, p: number): number {
  return p + HEAD + ((b[p + 1]! << 8) | b[p + 2]!);
}

/** A value as JSON can hold it: octets in hex, wide integers in decimal. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return hex(value);
  return typeof value === 'bigint' ? String(value) : value;
}

/** Why octets do not fit a row. */
function faultOf(entry: TlvEntry, octets: Uint8Array): string {
  const { kind, min, max } = entry;
  if (octets.length < min || octets.length > max) {
    const allowed = min === max ? String(min) : `${min}..${max}`;
    return `length ${octets.length}, where ${entry.name} has ${allowed}`;
  }
  if (kind === 'utf8') return 'not UTF-8 without control characters';
  if (kind === 'ascii') return 'not printable US-ASCII';
  return kind === 'variant'
    ? `sub-type 0x${hex(octets, 0, 1)} is not known or does not fit`
    : `not a ${kind}`;
}
