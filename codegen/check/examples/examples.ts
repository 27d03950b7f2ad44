import type { Example, Meaning } from '../../../spec/types.ts';
import { rulesOf } from '../../grammar.ts';
import { widthOf } from '../../model.ts';
import { octetsOf } from '../../octets.ts';
import { type Path, plainText, type Report } from '../diagnostic.ts';
import { readHeader } from './read-header.ts';
import { readLine } from './read-line.ts';
import { readValue, type Reading } from './read-value.ts';
import { fieldsAt, type Subject } from '../subject.ts';
import { isAddress } from '../rows/values.ts';

/** Examples are octets that the tables allow, and mean what they say. */
export function checkExamples(subject: Subject, report: Report): void {
  checkTlvs(subject, report);
  checkPairs(subject, report);
  checkLines(subject, report);
  for (const { row, path } of subject.errors) eachExample(row.examples, path, report, () => {});
}

function checkTlvs({ tlvs, partial }: Subject, report: Report): void {
  const rows = tlvs.map(({ row }) => row);
  for (const at of tlvs) {
    const { row, path } = at;
    const readable =
      fieldsAt(at).every((field) => widthOf(field.row.value) !== undefined) && !isAddress(row.value);
    eachExample(row.examples, path, report, (octets, example, place) => {
      if (!readable) return;
      const reading = readValue(row, octets, rows);
      if (!('fault' in reading && partial.has('tlvs'))) compare(reading, example.means, place, report, false);
    });
  }
}

/** The tables that a header is read by. */
const HEADER_TABLES = ['commands', 'pairs', 'layouts'] as const;

function checkPairs(subject: Subject, report: Report): void {
  const { pairs, preamble, partial } = subject;
  if (preamble === undefined || HEADER_TABLES.some((table) => partial.has(table))) return;
  if (report.has('bad-preamble', 'bad-hex', 'layout-size')) return;
  const spec = {
    preamble: preamble.row,
    commands: subject.commands.map(({ row }) => row),
    pairs: pairs.map(({ row }) => row),
    layouts: subject.layouts.map(({ row }) => row),
  };
  for (const { row, path } of pairs) {
    eachExample(row.examples, path, report, (octets, example, place) => {
      const code = octets[spec.preamble.familyTransport];
      if (code === undefined || code === row.code)
        compare(readHeader(octets, spec), example.means, place, report, true);
      else doesNotFit(place, 'the header is of another family and transport', report);
    });
  }
}

function checkLines({ v1, partial }: Subject, report: Report): void {
  const rules = rulesOf(v1.map(({ row }) => row));
  for (const { row, path } of v1) {
    eachExample(row.examples, path, report, (octets, example, place) => {
      if (partial.has('v1')) return;
      const reading = readLine(String.fromCharCode(...octets), rules);
      if ('through' in reading && row.name !== 'header' && !reading.through?.includes(row.name))
        doesNotFit(place, `the line is not of the rule ${row.name}`, report);
      else compare(reading, example.means, place, report, false);
    });
  }
}

function doesNotFit(place: Path, message: string, report: Report): void {
  report.add('example-does-not-fit', [...place, 'wire'], message);
}

function eachExample(
  examples: readonly Example[],
  path: Path,
  report: Report,
  visit: (octets: Uint8Array, example: Example, place: Path) => void,
): void {
  for (const [i, example] of examples.entries()) {
    const place = [...path, 'examples', i];
    const octets = octetsOf(example.wire);
    if (octets === undefined) {
      const hint = 'write pairs of hex digits such as 0a ff';
      report.add('bad-hex', [...place, 'wire'], `${shown(example.wire)} is not hex; ${hint}`);
    } else visit(octets, example, place);
  }
}

/** Compares; with `some` only what the example names. */
function compare(reading: Reading, means: Meaning, place: Path, report: Report, some: boolean): void {
  if ('fault' in reading) {
    doesNotFit(place, `the octets do not fit: ${plainText(reading.fault)}`, report);
    return;
  }
  const found =
    some && typeof means === 'object' && typeof reading.means === 'object'
      ? Object.fromEntries(Object.entries(reading.means).filter(([key]) => Object.hasOwn(means, key)))
      : reading.means;
  if (same(found, means)) return;
  report.add('example-differs', [...place, 'means'], `the octets mean ${shown(found)}, not ${shown(means)}`);
}

function same(a: Meaning, b: Meaning): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}

function shown(means: Meaning): string {
  const text = plainText(JSON.stringify(means));
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
