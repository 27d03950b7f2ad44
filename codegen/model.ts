import type { Bound, Example, IntegerKind, Range, Ref, Row, Spec, Tlv, Value } from '../spec/types.ts';

/**
 * The one intermediate form between tables and emitters: every TLV row and struct field with its index, its parent
 * resolved and its rules worked out. Emitters read this, never the raw rows.
 */
export interface Model {
  readonly spec: Spec;
  /** Rows and fields: top level by code, each followed by its fields and its children by code. */
  readonly entries: readonly Entry[];
  /** The groups that hold child TLVs, the top level first. */
  readonly contexts: readonly Context[];
}

export interface Entry {
  readonly index: number;
  readonly name: string;
  readonly code: number;
  readonly parent: Entry | undefined;
  readonly value: Value;
  readonly field: boolean;
  /** Octets from the start of the parent's value to this field. */
  readonly offset: number;
  readonly singleton: boolean;
  /** A number that vendors share: octets that do not fit are no error. */
  readonly shared: boolean;
  readonly role: Tlv['role'];
  readonly min: number;
  readonly max: Bound;
  readonly doc: string;
  readonly ref: Ref;
  readonly examples: readonly Example[];
  readonly fields: readonly Entry[];
  readonly children: readonly Entry[];
}

/** TLVs that stand side by side: those of the header, or those inside a row. */
export interface Context {
  readonly parent: Entry | undefined;
  /** Of the functions made for it. */
  readonly suffix: string;
  readonly rows: readonly Entry[];
}

/** Largest length that the two octets of a TLV can say. */
export const LONGEST_TLV = 0xffff;

const WIDTH: Readonly<Record<IntegerKind, number>> = {
  u8: 1,
  u16be: 2,
  u16le: 2,
  u32be: 4,
  u32le: 4,
  u64be: 8,
  u64le: 8,
};

/** Octets that a value of fixed size takes, or undefined. */
export function widthOf(value: Value): number | undefined {
  if (value.kind === 'flags') return 1;
  if (value.kind in WIDTH) return WIDTH[value.kind as IntegerKind];
  return undefined;
}

/** Fewest and most octets of a value. */
export function boundsOf(value: Value): { min: number; max: Bound } {
  switch (value.kind) {
    case 'bytes':
    case 'ascii':
    case 'utf8':
      return { min: value.min ?? 0, max: value.max ?? LONGEST_TLV };
    case 'struct': {
      const fixed = value.fields.reduce((sum, field) => sum + (widthOf(field.value) ?? 0), 0);
      return { min: fixed, max: value.holds === 'tlvs' ? LONGEST_TLV : fixed };
    }
    case 'variant':
      return { min: 1, max: LONGEST_TLV };
    default: {
      const width = widthOf(value) ?? 0;
      return { min: width, max: width };
    }
  }
}

/** The range that a top-level number lies in, if any. */
export function rangeOf(spec: Spec, code: number): Range | undefined {
  return spec.ranges.find((range) => range.from <= code && code <= range.to);
}

/** Works the tables out. They must have passed the checker. */
export function modelOf(spec: Spec): Model {
  const entries: Entry[] = [];
  const byCode = (a: Row, b: Row): number => a.code - b.code;

  function add(row: Tlv, parent: Entry | undefined, sharedAbove: boolean): Entry {
    const shared = sharedAbove || (parent === undefined && rangeOf(spec, row.code)?.shared === true);
    const fields: Entry[] = [];
    const children: Entry[] = [];
    const entry: Entry = {
      index: entries.length,
      name: row.name,
      code: row.code,
      parent,
      value: row.value,
      field: false,
      offset: 0,
      singleton: !shared && row.repeats !== true,
      shared,
      role: row.role,
      ...boundsOf(row.value),
      doc: row.doc,
      ref: row.ref,
      examples: row.examples,
      fields,
      children,
    };
    entries.push(entry);
    if (row.value.kind === 'struct') {
      let offset = 0;
      for (const field of row.value.fields) {
        const fieldEntry: Entry = {
          ...entry,
          index: entries.length,
          name: field.name,
          code: offset,
          parent: entry,
          value: field.value,
          field: true,
          offset,
          role: undefined,
          ...boundsOf(field.value),
          doc: field.doc,
          examples: [],
          fields: [],
          children: [],
        };
        fields.push(fieldEntry);
        entries.push(fieldEntry);
        offset += widthOf(field.value) ?? 0;
      }
    }
    const nested = spec.tlvs.filter((child) => child.parent === row.name);
    for (const child of nested.toSorted(byCode)) children.push(add(child, entry, shared));
    return entry;
  }

  const top = spec.tlvs.filter((row) => row.parent === undefined).toSorted(byCode);
  const rows = top.map((row) => add(row, undefined, false));
  const contexts: Context[] = [{ parent: undefined, suffix: '', rows }];
  for (const entry of entries) {
    if (!entry.field && holdsTlvs(entry))
      contexts.push({ parent: entry, suffix: `In${entry.name}`, rows: entry.children });
  }
  return { spec, entries, contexts };
}

/** Whether TLVs stand inside the value. */
export function holdsTlvs(entry: Entry): boolean {
  return entry.value.kind === 'struct' && entry.value.holds === 'tlvs';
}
