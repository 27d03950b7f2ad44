import type { Field, Spec, Value } from '../../spec/types.ts';
import type { Path, Report } from './diagnostic.ts';
import { show } from './diagnostic.ts';
import { extras, isRecord } from './shape/shape.ts';
import { CHECKSUM, LISTS, PREAMBLE, TABLES, TLV_HEAD } from './shape/tables.ts';

/** A row, and where it stands. */
export interface At<T> {
  readonly row: T;
  readonly path: Path;
}

type Lists = {
  readonly [
    K in keyof Spec as Spec[K] extends readonly unknown[] ? K : never
  ]: Spec[K] extends readonly (infer T)[] ? readonly At<T>[] : never;
};

/** What is well-shaped of a spec: the other checks work on it, so that one row of a wrong shape does not hide the rest. */
export interface Subject extends Lists {
  readonly preamble: At<Spec['preamble']> | undefined;
  readonly tlvHead: At<Spec['tlvHead']> | undefined;
  readonly checksum: At<Spec['checksum']> | undefined;
  /** Tables without rows of a wrong shape, or missing: checks report no absence in them. */
  readonly partial: ReadonlySet<keyof Spec>;
}

/** Checks the shape of everything; what passes is the subject of the other checks. */
export function subjectOf(spec: unknown, report: Report): Subject | undefined {
  if (!isRecord(spec)) {
    const hint = 'make one with extendSpec(spec, { tlvs: [...] })';
    report.add('wrong-type', [], `expected a spec, an object of tables, found ${show(spec)}; ${hint}`);
    return undefined;
  }
  extras(spec, TABLES, 'a spec', [], report);
  const missing = TABLES.filter((table) => spec[table] === undefined);
  if (missing.length > 0)
    report.add('missing-property', [], `the spec has no ${missing.join(', ')}; ${STANDARD_TABLES}`);
  const partial = new Set<keyof Spec>();
  const lists: Record<string, At<unknown>[]> = {};
  for (const [table, shape] of Object.entries(LISTS)) {
    const key = table as keyof typeof LISTS;
    const rows: unknown = spec[key];
    lists[key] = [];
    if (!Array.isArray(rows)) {
      partial.add(key);
      if (rows !== undefined) report.add('wrong-type', [key], `expected a list, found ${show(rows)}`);
      continue;
    }
    for (let i = 0; i < rows.length; i++) {
      if (shape.check(rows[i], [key, i], report)) lists[key].push({ row: rows[i], path: [key, i] });
      else partial.add(key);
    }
  }
  const single = (
    key: 'preamble' | 'tlvHead' | 'checksum',
    shape: typeof PREAMBLE,
  ): At<never> | undefined => {
    const value = spec[key];
    if (value !== undefined && shape.check(value, [key], report)) return { row: value as never, path: [key] };
    partial.add(key);
    return undefined;
  };
  return {
    ...(lists as unknown as Lists),
    preamble: single('preamble', PREAMBLE),
    tlvHead: single('tlvHead', TLV_HEAD),
    checksum: single('checksum', CHECKSUM),
    partial,
  };
}

const STANDARD_TABLES = 'extendSpec(spec, { ... }) brings the tables of the standard';

/** The fields of a struct row, and where they stand. */
export function fieldsAt({ row, path }: At<Spec['tlvs'][number]>): readonly At<Field>[] {
  if (row.value.kind !== 'struct') return [];
  return row.value.fields.map((field, i) => ({ row: field, path: [...path, 'value', 'fields', i] }));
}

type Flags = Extract<Value, { readonly kind: 'flags' }>;

/** The values that are flags, of rows and of fields of structs, and where they stand. */
export function flagsAt({ tlvs }: Subject): readonly At<Flags>[] {
  return tlvs
    .flatMap((at): At<{ readonly value: Value }>[] => [at, ...fieldsAt(at)])
    .flatMap(({ row: { value }, path }) =>
      value.kind === 'flags' ? [{ row: value, path: [...path, 'value'] }] : [],
    );
}
