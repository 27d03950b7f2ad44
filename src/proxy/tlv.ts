import { bytes, hex, type Tables, type TlvEntry } from '../wire/index.ts';
import { sameAttribs } from './error.ts';

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

/** Numbers of an index for each vector or field: row, start, value start, value end. */
const STRIDE = 4;

/** Where an index is made, before it is known how long it is; it grows to the longest and stays. */
const scratch: number[] = Array.from({ length: 64 * STRIDE }, () => 0);

/** The TLVs of a header by name, each also as a property: null where absent, undefined where its octets do not fit. */
export type ProxyTLVOf<V> = TlvMap & { readonly [K in keyof V]: V[K] | null | undefined };

/**
 * A map from name to value that is made of an index. Nothing is decoded before it is asked for; the first use as a
 * `Map` decodes everything.
 */
export class TlvMap extends Map<string, unknown> {
  readonly #tables: Tables;
  readonly #b: Uint8Array;
  readonly #start: number;
  readonly #index: readonly number[];
  #filled = false;

  constructor(tables: Tables, b: Uint8Array, start: number, end: number) {
    super();
    this.#tables = tables;
    this.#b = b;
    this.#start = start;
    this.#index = scratch.slice(0, tables.indexTlvs(b, start, end, scratch, 0));
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
      const octets = bytes(this.#b, this.#index[at + 2]!, this.#index[at + 3]!);
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

  /** Whether each name is there and its value is the expected one; with `raises` a `KeyError` or `ValueError` says what is not. */
  sameAttribs(expected: Readonly<Record<string, unknown>>, options: { raises?: boolean } = {}): boolean {
    return sameAttribs(expected, options.raises ?? false, (name) => ({
      present: this.has(name),
      value: this.get(name),
    }));
  }

  override get size(): number {
    this.#decode();
    return super.size;
  }
  override get(name: string): unknown {
    this.#decode();
    return super.get(name);
  }
  override has(name: string): boolean {
    this.#decode();
    return super.has(name);
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
  override entries(): MapIterator<[string, unknown]> {
    this.#decode();
    return super.entries();
  }
  override keys(): MapIterator<string> {
    this.#decode();
    return super.keys();
  }
  override values(): MapIterator<unknown> {
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
  override [Symbol.iterator](): MapIterator<[string, unknown]> {
    return this.entries();
  }

  /** Octets in hex, wide integers in decimal. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries([...this].map(([name, value]) => [name, plain(value)]));
  }

  [Symbol.for('nodejs.util.inspect.custom')](): Map<string, unknown> {
    return new Map(this);
  }

  #decode(): void {
    if (this.#filled) return;
    this.#filled = true;
    this.#each((name, at) => {
      if (!super.has(name)) super.set(name, this.#valueAt(at));
    });
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

/** A value as JSON can hold it: octets in hex, wide integers in decimal. */
export function plain(value: unknown): unknown {
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
