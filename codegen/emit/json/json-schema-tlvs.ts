import type { JsonValue } from '../../json.ts';
import { type Entry, holdsTlvs, type Model } from '../../model.ts';
import { NONE, type Schema } from './json-schema-parts.ts';
import { sentValue } from './json-schema-values.ts';
import { hexText, unnamedTypes } from './patterns.ts';

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
      entries.map((entry) => [entry.name, { description: entry.doc, ...sentValue(entry, spec) }]),
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
