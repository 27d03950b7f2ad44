import type { TlvEntry } from '../tables.ts';

/** A row as generated tables write it down: what is left out is as `tlvEntries` says. */
export interface TlvRow extends Partial<Omit<TlvEntry, 'parent' | 'singleton'>> {
  readonly name: string;
  readonly code: number;
  readonly kind: TlvEntry['kind'];
  /** Name of the row around it, which stands before it in the table. */
  readonly parent?: string;
  /** May stand more than once. */
  readonly repeats?: boolean;
}

/** Largest length that the head of a TLV can say. */
const LONGEST = 0xffff;

const WIDTHS: Readonly<Record<string, number>> = {
  u8: 1,
  flags: 1,
  u16be: 2,
  u16le: 2,
  u32be: 4,
  u32le: 4,
  u64be: 8,
  u64le: 8,
};

/** Rows with everything that was left out: at the top level, once, as many octets as the kind takes. */
export function tlvEntries(rows: readonly TlvRow[]): readonly TlvEntry[] {
  const index = new Map(rows.map(({ name }, i) => [name, i]));
  return rows.map(({ name, code, kind, parent, field = false, repeats = false, role, min, max, limit }) => ({
    name,
    code,
    parent: parent === undefined ? -1 : index.get(parent)!,
    kind,
    field,
    singleton: !repeats,
    role,
    min: min ?? WIDTHS[kind] ?? 0,
    max: max ?? WIDTHS[kind] ?? LONGEST,
    limit,
  }));
}

/** The row of each type inside a parent (-1: at the top level); `~(type | (parent + 1) << 8)` where there is none. */
export function rowsByType(entries: readonly TlvEntry[], parent = -1): Int32Array {
  const rows = Int32Array.from({ length: 256 }, (_, type) => ~(type | ((parent + 1) << 8)));
  entries.forEach((entry, row) => {
    if (entry.parent === parent && !entry.field) rows[entry.code] = row;
  });
  return rows;
}

/** A bit of its own for each of at most 32 types; none for the others. */
export function bitsByType(types: readonly number[]): Int32Array {
  const bits = new Int32Array(256);
  types.forEach((type, i) => {
    bits[type] = 1 << i;
  });
  return bits;
}
