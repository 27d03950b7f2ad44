import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { spec } from '../../spec/index.ts';
import { interpret } from '../proxy/interpreter.ts';
import type { Header, Vector as Tlv } from '../proxy/outcome.ts';
import { headerWith, tlvExamples } from './examples.ts';
import { encodeVectors, files, listenerVectors, load, parseVectors } from './load.ts';

interface Told {
  readonly tests?: readonly { readonly file: string; readonly says: string }[];
}

const { requirements } = load<{ requirements: readonly ({ id: string; section: string } & Told)[] }>(
  'requirements.json',
);

const vectors = [...files.values()].flat();
const headers: Header[] = vectors.flatMap(({ expected }) => (expected.status === 'ok' ? [expected] : []));
const tlvs: Tlv[] = headers.flatMap((header) => header.tlvs ?? []);
const codes = new Set([
  ...vectors.flatMap(({ expected }) => (expected.status === 'invalid' ? [expected.code] : [])),
  ...parseVectors.flatMap(({ expected }) => expected.code ?? []),
]);
const codeOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');

test('every requirement of the standard is listed once', () => {
  const numbers = (letter: string, from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, i) => `${letter}${String(from + i).padStart(2, '0')}`);
  expect(requirements.map(({ id }) => id)).toEqual([
    ...numbers('R', 1, 8),
    ...numbers('R', 10, 24),
    ...numbers('R', 30, 54),
    ...numbers('S', 1, 18),
  ]);
});

test('every requirement has a vector that names it', () => {
  const all = [...vectors, ...encodeVectors, ...listenerVectors, ...parseVectors];
  const named = new Set(all.flatMap((vector) => vector.requirements));
  const without = requirements.filter(({ id }) => !named.has(id));
  expect(without.map(({ id }) => id)).toEqual([]);
  const unknown = [...named].filter((id) => !requirements.some((requirement) => requirement.id === id));
  expect(unknown).toEqual([]);
});

test('the tests that are named exist', () => {
  const named = requirements.flatMap(({ tests }) => tests ?? []);
  expect(named.length).toBeGreaterThan(0);
  const missing = named.filter(({ file, says }) => {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').replaceAll("\\'", "'");
    return !source.includes(says);
  });
  expect(missing).toEqual([]);
});

test('every vector has a name of its own', () => {
  for (const list of [...files.values(), encodeVectors, listenerVectors, parseVectors]) {
    expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
  }
});

test('every error of the table is triggered', () => {
  const thrown = new Set(encodeVectors.map(({ error }) => error));
  const without = spec.errors
    .map(({ name, side }) => ({ code: codeOf(name), side }))
    .filter(({ code, side }) => !(side === 'encode' ? thrown : codes).has(code));
  expect(without).toEqual([]);
  expect([...codes].filter((code) => !spec.errors.some(({ name }) => codeOf(name) === code))).toEqual([]);
});

test('every row of the tables occurs, if only in an example of its own', () => {
  const read = tlvExamples.flatMap(({ tlv }) => {
    const outcome = interpret(headerWith(tlv));
    return outcome.status === 'ok' ? (outcome.tlvs ?? []) : [];
  });
  const names = new Set([
    ...headers.flatMap(({ command, family, protocol }) => [command, family, protocol]),
    ...[...tlvs, ...read].flatMap(({ name, value }) => (value === undefined ? [] : [name])),
    ...headers.flatMap(({ values }) => Object.keys(values ?? {})),
  ]);
  const rows = [
    ...spec.commands,
    ...spec.families,
    ...spec.transports,
    ...spec.tlvs,
    ...spec.tlvs.flatMap(({ value }) => (value.kind === 'struct' ? value.fields : [])),
  ];
  expect(rows.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
});

test('every pair, layout, range, rule, limit and flag occurs', () => {
  const seen = new Set(headers.map(({ version, family, protocol }) => `${version} ${family} ${protocol}`));
  expect(spec.pairs.filter(({ family, transport }) => !seen.has(`2 ${family} ${transport}`))).toEqual([]);
  const addressed = new Set(headers.filter(({ srcAddr }) => srcAddr !== null).map(({ family }) => family));
  expect(spec.layouts.filter(({ family }) => !addressed.has(family))).toEqual([]);
  const types = tlvs.filter(({ parent }) => parent === null).map(({ type }) => type);
  expect(spec.ranges.filter(({ from, to }) => !types.some((type) => from <= type && type <= to))).toEqual([]);
  const rules = spec.v1.filter(({ family }) => family !== undefined);
  expect(rules.filter(({ family, transport }) => !seen.has(`1 ${family} ${transport}`))).toEqual([]);
  const options = new Set(vectors.flatMap((vector) => Object.keys(vector.options ?? {})));
  const all = [...spec.limits.map(({ name }) => name), 'duplicates', 'mixedFamilies', 'tlv', 'versions'];
  expect(all.filter((name) => !options.has(name))).toEqual([]);
  const fields = spec.tlvs.flatMap(({ value }) => (value.kind === 'struct' ? value.fields : []));
  for (const { name, value } of fields) {
    if (value.kind !== 'flags') continue;
    const flags = headers.map(({ values }) => Number(values?.[name] ?? 0));
    expect(value.bits.filter(({ code }) => !flags.some((octet) => (octet & code) !== 0))).toEqual([]);
  }
});

test('every section that describes a header has a row or a vector', () => {
  const rows = spec.tlvs.filter(({ name }) => tlvs.some((tlv) => tlv.name === name));
  const sections = new Set([
    ...rows.map(({ ref }) => ref.section),
    ...requirements.map(({ section }) => section),
    ...vectors.flatMap((vector) => vector.sections ?? []),
  ]);
  const described = ['2', '2.1', '2.2', ...Array.from({ length: 8 }, (_, i) => `2.2.${i + 1}`)];
  expect(described.filter((section) => !sections.has(section))).toEqual([]);
});
