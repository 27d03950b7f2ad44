import type { Example, Meaning, Spec } from '../../../spec/types.ts';
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
  const { tlvs, pairs, v1, errors, preamble } = subject;
  const rows = tlvs.map(({ row }) => row);
  for (const at of tlvs) {
    const { row, path } = at;
    const readable =
      fieldsAt(at).every((field) => widthOf(field.row.value) !== undefined) && !isAddress(row.value);
    eachExample(row.examples, path, report, (octets, example, place) => {
      if (!readable) return;
      const reading = readValue(row, octets, rows);
      if (!('fault' in reading && subject.partial.has('tlvs')))
        compare(reading, example.means, place, report, false);
    });
  }
  const partial = ['commands', 'pairs', 'layouts'].some((table) => subject.partial.has(table as keyof Spec));
  if (preamble !== undefined && !partial && !report.has('bad-preamble', 'bad-hex', 'layout-size')) {
    const spec = {
      preamble: preamble.row,
      commands: subject.commands.map(({ row }) => row),
      pairs: pairs.map(({ row }) => row),
      layouts: subject.layouts.map(({ row }) => row),
    };
    for (const { row, path } of pairs) {
      eachExample(row.examples, path, report, (octets, example, place) => {
        if (
          octets.length > preamble.row.familyTransport &&
          octets[preamble.row.familyTransport] !== row.code
        ) {
          report.add(
            'example-does-not-fit',
            [...place, 'wire'],
            'the header is of another family and transport',
          );
        } else compare(readHeader(octets, spec), example.means, place, report, true);
      });
    }
  }
  const rules = rulesOf(v1.map(({ row }) => row));
  for (const { row, path } of v1) {
    eachExample(row.examples, path, report, (octets, example, place) => {
      if (subject.partial.has('v1')) return;
      const reading = readLine(String.fromCharCode(...octets), rules);
      if ('through' in reading && row.name !== 'header' && !reading.through?.includes(row.name)) {
        report.add('example-does-not-fit', [...place, 'wire'], `the line is not of the rule ${row.name}`);
      } else compare(reading, example.means, place, report, false);
    });
  }
  for (const { row, path } of errors) eachExample(row.examples, path, report, () => {});
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
    report.add(
      'example-does-not-fit',
      [...place, 'wire'],
      `the octets do not fit: ${plainText(reading.fault)}`,
    );
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
