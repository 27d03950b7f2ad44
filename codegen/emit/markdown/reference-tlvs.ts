import type { Row, Value } from '../../../spec/types.ts';
import { type Entry, LONGEST_TLV, type Model, rangeOf } from '../../model.ts';
import { hexCode } from '../../names.ts';
import { anchor, annotated, block, prose, section, table } from './markdown.ts';
import { workedExample } from './worked-example.ts';
import { typeOf } from '../typescript/tables/tlv-table.ts';

/** The part of the reference page about TLVs: an overview, then each row with its examples. */
export function tlvPages(model: Model): string[] {
  const { spec, entries } = model;
  const rows = entries.filter((entry) => !entry.field);
  const overview = rows.map((entry) => [
    `[${entry.name}](#${anchor(headingOf(entry))})`,
    hexCode(entry.code),
    entry.parent?.name ?? '',
    KINDS[entry.value.kind]!,
    lengthOf(entry),
    entry.singleton ? 'once' : 'any number',
    section(entry.ref),
  ]);
  const ranges = spec.ranges.map((range) => [
    range.name,
    `${hexCode(range.from)} to ${hexCode(range.to)}`,
    range.usable ? 'yes' : 'no',
    range.doc,
    section(range.ref),
  ]);
  return [
    '## TLVs',
    `Behind the addresses stand type-length-value vectors up to the end of the header: one octet of type, two of length (most significant first), then as many octets of value. The last one ends exactly where the header, or the vector around it, ends.`,
    table(['Name', 'Type', 'Inside', 'Value', 'Octets', 'Stands', 'Source'], overview),
    'A type without a row keeps its number and its octets. It is named `xNN`, inside another row `PARENT_xNN`, with two upper-case hex digits.',
    '### Ranges',
    'Numbers that the standard sets aside. In a range that anybody may use a row is a guess: octets that do not fit it are no error, their value is undefined.',
    table(['Range', 'Types', 'May be sent', 'What for', 'Source'], ranges),
    ...rows.flatMap((entry) => page(entry, model)),
  ];
}

function headingOf(entry: Entry): string {
  return `${entry.name} ${hexCode(entry.code)}`;
}

const KINDS: Readonly<Record<Value['kind'], string>> = {
  bytes: 'octets',
  ascii: 'printable US-ASCII',
  utf8: 'UTF-8 without control characters',
  u8: 'unsigned integer',
  u16be: 'unsigned integer, big endian',
  u16le: 'unsigned integer, little endian',
  u32be: 'unsigned integer, big endian',
  u32le: 'unsigned integer, little endian',
  u64be: 'unsigned integer, big endian',
  u64le: 'unsigned integer, little endian',
  flags: 'flags',
  struct: 'fields',
  variant: 'a sub-type and its value',
  ipv4: 'IPv4 address',
  ipv6: 'IPv6 address',
  unixPath: 'path',
};

function lengthOf({ min, max }: Entry): string {
  if (typeof max !== 'number') return `${min} to \`${max.limit}\``;
  if (min === max) return String(min);
  return max === LONGEST_TLV ? (min === 0 ? 'any' : `at least ${min}`) : `${min} to ${max}`;
}

function page(entry: Entry, model: Model): string[] {
  const where =
    entry.parent === undefined ? '' : ` Inside [${entry.parent.name}](#${anchor(headingOf(entry.parent))}).`;
  const range = entry.parent === undefined ? rangeOf(model.spec, entry.code) : undefined;
  const number = range === undefined ? '' : ` Its number is of the range ${range.name}.`;
  const bits = entry.fields.flatMap((field) =>
    field.value.kind === 'flags' ? field.value.bits.map((bit) => ({ field, bit })) : [],
  );
  return [
    `### ${headingOf(entry)}`,
    `${prose(entry.doc)}${where}${number} In code: \`${entry.name}: ${typeOf(entry)}\`.`,
    ...(entry.fields.length === 0 ? [] : [fieldTable(entry)]),
    ...(bits.length === 0 ? [] : [bitTable(bits)]),
    ...entry.examples.map((example) => block(annotated(workedExample(entry, example)))),
  ];
}

function fieldTable(entry: Entry): string {
  const rows = entry.fields.map((field) => [
    String(field.offset),
    String(field.min),
    field.name,
    KINDS[field.value.kind],
    field.doc,
  ]);
  if (entry.max !== entry.min)
    rows.push([String(entry.min), 'rest', '', 'TLVs', `Those inside ${entry.name}.`]);
  return table(['Octet', 'Octets', 'Field', 'Value', 'What it is'], rows);
}

function bitTable(bits: readonly { field: Entry; bit: Row }[]): string {
  return table(
    ['Flag of', 'Bit', 'Name', 'What it says'],
    bits.map(({ field, bit }) => [field.name, hexCode(bit.code), bit.name, bit.doc]),
  );
}
