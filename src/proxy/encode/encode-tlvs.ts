import type { Limits, Tables, TlvEntry } from '../../wire/index.ts';
import { show } from '../../wire/escape.ts';
import { refuse } from './encode-error.ts';

type Values = Readonly<Record<string, unknown>>;

/** A vector to write. */
interface Vector {
  readonly type: number;
  readonly name: string;
  readonly octets: Uint8Array;
}

/** TLVs as octets, and where among them the value of the checksum is (-1: there is none). */
export interface EncodedTlvs {
  readonly octets: Uint8Array;
  readonly checksum: number;
}

/** A name of a number without a row: `xNN`, or `PARENT_xNN`. */
const UNREGISTERED = /^(?:(?<parent>\w+)_)?x(?<type>[0-9a-fA-F]{2})$/;

/** Writes TLVs in the order given. Throws a `ProxyError` that names the one at fault. */
export function encodeTlvs(
  tables: Tables,
  list: readonly Values[],
  checksum: boolean,
  limits: Limits,
): EncodedTlvs {
  const row = tables.tlvs.findIndex((entry) => entry.role === 'checksum' && entry.parent < 0);
  const entry = tables.tlvs[row];
  const vectors = list.flatMap((values) => new Group(tables, values, limits).vectors());
  const asked = vectors.some(({ type }) => type === entry?.code);
  if (checksum && !asked && entry !== undefined) {
    vectors.push({ type: entry.code, name: entry.name, octets: new Uint8Array(entry.max) });
  }
  once(tables, vectors, -1);
  const octets = join(tables, vectors);
  let at = -1;
  let p = 0;
  for (const vector of vectors) {
    if (vector.type === entry?.code) at = p + HEAD;
    p += HEAD + vector.octets.length;
  }
  return { octets, checksum: at };
}

/** Octets of type and length. */
const HEAD = 3;

function join(tables: Tables, vectors: readonly Vector[]): Uint8Array {
  const out = new Uint8Array(vectors.reduce((sum, { octets }) => sum + HEAD + octets.length, 0));
  let p = 0;
  for (const { type, octets } of vectors) {
    tables.writeTlvHead(out, p, type, octets.length);
    out.set(octets, p + HEAD);
    p += HEAD + octets.length;
  }
  return out;
}

/** Throws when a singleton stands twice among the vectors inside `parent`. */
function once(tables: Tables, vectors: readonly Vector[], parent: number): void {
  const seen = new Set<number>();
  for (const { type, name } of vectors) {
    const entry = tables.tlvs.find((row) => row.parent === parent && row.code === type && !row.field);
    if (entry?.singleton === true && seen.has(type))
      throw refuse(tables, 'encode-duplicate-tlv', `a second ${name}`);
    seen.add(type);
  }
}

/** The values of one object, by the row that holds them. */
class Group {
  readonly #tables: Tables;
  readonly #limits: Limits;
  readonly #values: Map<string, unknown>;

  constructor(tables: Tables, values: Values, limits: Limits) {
    this.#tables = tables;
    this.#limits = limits;
    this.#values = new Map(
      Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
    );
  }

  /** The top-level vectors, in the order in which they, or what stands in them, are first named. */
  vectors(): Vector[] {
    return this.#children(-1);
  }

  /** The vectors inside a row. */
  #children(parent: number): Vector[] {
    const vectors = new Map<string, Vector>();
    for (const name of this.#values.keys()) {
      const chain = this.#chain(name);
      const step = chain.indexOf(parent);
      const next = step < 0 ? undefined : chain[step + 1];
      if (next === undefined) continue;
      const key = typeof next === 'number' ? this.#tables.tlvs[next]!.name : next;
      if (!vectors.has(key)) vectors.set(key, this.#vector(next, key));
    }
    return [...vectors.values()];
  }

  /** What a name leads through from the top (-1): rows by index, last its own, or the name where it has none. */
  #chain(name: string): (number | string)[] {
    const { tlvs } = this.#tables;
    const rowOf = (wanted: string | undefined): number => tlvs.findIndex((entry) => entry.name === wanted);
    const chain: (number | string)[] = [];
    let row = rowOf(name);
    if (row < 0) {
      const unregistered = UNREGISTERED.exec(name)?.groups;
      row = rowOf(unregistered?.['parent']);
      const known =
        unregistered !== undefined && (unregistered['parent'] === undefined || holdsParts(tlvs[row]));
      if (!known) throw refuse(this.#tables, 'encode-unknown-tlv', show(name));
      chain.push(name);
    }
    for (; row >= 0; row = tlvs[row]!.parent) if (!tlvs[row]!.field) chain.unshift(row);
    return [-1, ...chain];
  }

  #vector(next: number | string, name: string): Vector {
    if (typeof next === 'number') {
      return { type: this.#tables.tlvs[next]!.code, name, octets: this.#octets(next) };
    }
    const type = Number.parseInt(name.slice(-2), 16);
    const range = this.#tables.ranges.find(({ from, to }) => from <= type && type <= to);
    if (range?.usable === false && !name.includes('_')) {
      throw refuse(this.#tables, 'encode-unknown-tlv', `${name}, which is reserved`);
    }
    const parent = this.#tables.tlvs.findIndex((entry) => name.startsWith(`${entry.name}_x`));
    const row = this.#tables.tlvs.find(
      (entry) => entry.parent === parent && entry.code === type && !entry.field,
    );
    // Where any vendor may use the number, a row of one does not bind the others.
    if (row !== undefined && (row.singleton || row.role !== undefined)) {
      throw refuse(this.#tables, 'encode-unknown-tlv', `${name}, which is ${row.name}`);
    }
    const octets = this.#values.get(name);
    if (!(octets instanceof Uint8Array)) throw this.#bad(name, octets, 'octets in a Uint8Array');
    return { type, name, octets };
  }

  /** The octets of a row: given as they are, made of a value, or of what stands in it. */
  #octets(row: number): Uint8Array {
    const entry = this.#tables.tlvs[row]!;
    const value = this.#values.get(entry.name);
    const group = entry.kind === 'struct' || entry.kind === 'variant';
    if (
      group &&
      value !== undefined &&
      value !== true &&
      (!(value instanceof Uint8Array) || this.#holds(row))
    ) {
      throw this.#bad(entry.name, value, KINDS[entry.kind]);
    }
    const octets =
      group && !(value instanceof Uint8Array) ? this.#grouped(row, entry) : this.#single(row, entry, value);
    return this.#sized(entry, octets);
  }

  /** The octets, as many as the row allows. */
  #sized(entry: TlvEntry, octets: Uint8Array): Uint8Array {
    const max = entry.limit === undefined ? entry.max : this.#limits[entry.limit];
    if (octets.length >= entry.min && octets.length <= max) return octets;
    const allowed = entry.min === max ? `${max}` : `${entry.min}..${max}`;
    throw refuse(
      this.#tables,
      'encode-bad-tlv',
      `${entry.name} of ${octets.length} octets, where ${allowed} may stand`,
    );
  }

  /** Whether anything is named that stands inside a row. */
  #holds(row: number): boolean {
    return [...this.#values.keys()].some((name) => {
      const field = this.#tables.tlvs.find((entry) => entry.name === name && entry.field);
      return field?.parent === row || this.#chain(name).slice(0, -1).includes(row);
    });
  }

  #single(row: number, entry: TlvEntry, value: unknown): Uint8Array {
    const octets = this.#tables.writeTlv(row, value);
    if (octets === undefined) throw this.#bad(entry.name, value, KINDS[entry.kind]);
    // The value of a checksum is computed once everything else stands.
    return entry.role === 'checksum' ? new Uint8Array(octets.length) : octets;
  }

  #grouped(row: number, entry: TlvEntry): Uint8Array {
    const { tlvs } = this.#tables;
    const children = this.#children(row);
    if (entry.kind === 'variant') {
      const [child, ...others] = children;
      if (child === undefined || others.length > 0) {
        throw this.#bad(
          entry.name,
          this.#values.get(entry.name),
          'exactly one sub-type in it; a list takes several',
        );
      }
      return Uint8Array.of(child.type, ...child.octets);
    }
    once(this.#tables, children, row);
    const fixed = new Uint8Array(entry.min);
    tlvs.forEach((field, index) => {
      if (field.parent !== row || !field.field) return;
      const value = this.#values.get(field.name);
      if (value !== undefined) fixed.set(this.#sized(field, this.#single(index, field, value)), field.code);
    });
    const inside = join(this.#tables, children);
    const octets = new Uint8Array(fixed.length + inside.length);
    octets.set(fixed);
    octets.set(inside, fixed.length);
    return octets;
  }

  #bad(name: string, value: unknown, expected: string): Error {
    return refuse(this.#tables, 'encode-bad-tlv', `${name}: ${show(value)}, where it takes ${expected}`);
  }
}

/** Whether vectors may stand in a row. */
function holdsParts(entry: TlvEntry | undefined): boolean {
  return entry?.kind === 'variant' || (entry?.kind === 'struct' && entry.max > entry.min);
}

const KINDS: Readonly<Record<TlvEntry['kind'], string>> = {
  bytes: 'octets in a Uint8Array',
  ascii: 'a string of printable US-ASCII',
  utf8: 'a string without control characters',
  u8: 'a whole number 0..255',
  flags: 'a whole number 0..255',
  u16be: 'a whole number 0..65535',
  u32be: 'a whole number 0..4294967295',
  u32le: 'a whole number 0..4294967295',
  u64be: 'a bigint 0..18446744073709551615',
  struct: 'its fields and sub-types by their own names',
  variant: 'a sub-type by its own name',
};
