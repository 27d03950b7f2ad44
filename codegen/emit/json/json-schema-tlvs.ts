import type { JsonValue } from '../../json.ts';
import { type Entry, holdsTlvs, LONGEST_TLV, type Model, widthOf } from '../../model.ts';
import { NONE, type Schema } from './json-schema-parts.ts';
import { ASCII, decimal, hexText, unnamedTypes, TEXT } from './patterns.ts';

/** TLVs to send, by name. Null counts as absent. */
export function tlvsSchema(model: Model): Schema {
  const { entries, spec } = model;
  const octets: Schema = { type: ['string', 'null'], pattern: hexText(0) };
  const reserved = spec.ranges
    .filter((range) => !range.usable)
    .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const groups = entries.filter((entry) => !entry.field && isGroup(entry));
  return {
    type: 'object',
    properties: Object.fromEntries(
      entries.map((entry) => [entry.name, { description: entry.doc, ...valueSchema(entry, model) }]),
    ),
    patternProperties: {
      [unnamedTypes(
        '',
        [...taken(model.contexts[0]!.rows), ...reserved].toSorted((a, b) => a - b),
      )]: octets,
      ...Object.fromEntries(groups.map((entry) => [unnamedTypesIn(entry), octets])),
    },
    additionalProperties: NONE,
    allOf: groups.map(groupRule),
  };
}

/** Each singleton at most once among the objects of a list. */
export function onceInList({ contexts }: Model): Schema[] {
  return contexts[0]!.rows
    .filter((row) => row.singleton)
    .map((row) => ({ contains: { type: 'object', ...someOf(row) }, minContains: 0, maxContains: 1 }));
}

function isGroup(entry: Entry): boolean {
  return holdsTlvs(entry) || entry.value.kind === 'variant';
}

function valueSchema(entry: Entry, { spec }: Model): Schema {
  const { min, max } = entry;
  const most = typeof max === 'number' ? max : spec.limits.find((limit) => limit.name === max.limit)!.default;
  const bounds: Schema = {
    ...(min > 0 ? { minLength: min } : {}),
    ...(most < LONGEST_TLV ? { maxLength: most } : {}),
  };
  switch (entry.value.kind) {
    case 'bytes':
      return { type: ['string', 'null'], pattern: hexText(min, most < LONGEST_TLV ? most : undefined) };
    case 'ascii':
      return { type: ['string', 'null'], pattern: ASCII, ...bounds };
    case 'utf8':
      return { type: ['string', 'null'], pattern: TEXT, ...(most < LONGEST_TLV ? { maxLength: most } : {}) };
    case 'u64be':
      return { type: ['string', 'null'], pattern: decimal(2n ** 64n - 1n, false) };
    case 'struct':
    case 'variant': {
      const octets = hexText(min, most < LONGEST_TLV ? most : undefined);
      return { anyOf: [{ enum: [true, null] }, { type: 'string', pattern: octets }] };
    }
    default:
      return { type: ['integer', 'null'], minimum: 0, maximum: 2 ** (8 * (widthOf(entry.value) ?? 0)) - 1 };
  }
}

/** Numbers that have to be called by their names. */
function taken(rows: readonly Entry[]): number[] {
  return rows.filter((row) => row.singleton || row.role !== undefined).map((row) => row.code);
}

function unnamedTypesIn(entry: Entry): string {
  return unnamedTypes(`${entry.name}_`, taken(entry.children));
}

/** Names, and patterns of names, of all that stands inside a row. */
function partsOf(entry: Entry): { names: string[]; patterns: string[] } {
  const inside = entry.children.map((child) => ({ child, parts: partsOf(child) }));
  return {
    names: [
      ...entry.fields.map((field) => field.name),
      ...inside.flatMap(({ child, parts }) => [child.name, ...parts.names]),
    ],
    patterns: [
      ...(isGroup(entry) ? [unnamedTypesIn(entry)] : []),
      ...inside.flatMap(({ parts }) => parts.patterns),
    ],
  };
}

function noneOf(names: readonly string[], patterns: readonly string[]): Schema {
  const nulls = (keys: readonly string[]): JsonValue => Object.fromEntries(keys.map((key) => [key, NONE]));
  return {
    ...(names.length === 0 ? {} : { properties: nulls(names) }),
    ...(patterns.length === 0 ? {} : { patternProperties: nulls(patterns) }),
  };
}

/** A row, or anything inside it. */
function someOf(row: Entry): Schema {
  const { names, patterns } = partsOf(row);
  return { not: noneOf([row.name, ...names], patterns) };
}

/** A group is given as octets or by its parts; one that holds one sub-type is given exactly one. */
function groupRule(entry: Entry): Schema {
  const { names, patterns } = partsOf(entry);
  const whole: Schema = { properties: { [entry.name]: { type: 'string' } }, required: [entry.name] };
  const rule: Schema = { anyOf: [{ not: whole }, noneOf(names, patterns)] };
  if (entry.value.kind !== 'variant') return rule;
  const choices = [...entry.children.map(someOf), { not: noneOf([], [unnamedTypesIn(entry)]) }];
  return {
    allOf: [rule, { anyOf: [noneOf([entry.name, ...names], patterns), whole, { oneOf: choices }] }],
  };
}
