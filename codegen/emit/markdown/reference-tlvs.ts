import type { Example, Meaning, Row, Value } from '../../../spec/types.ts';
import { type Entry, LONGEST_TLV, type Model, rangeOf } from '../../model.ts';
import { hexCode } from '../../names.ts';
import { anchor, annotated, block, type Note, numbersOf, prose, section, table } from './markdown.ts';
import { TLV_HEAD } from '../../octets.ts';
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
  u32be: 'unsigned integer, big endian',
  u32le: 'unsigned integer, little endian',
  u64be: 'unsigned integer, big endian',
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
    ...entry.examples.map((example) => block(annotated(worked(entry, example)))),
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

/** The whole vector of an example, within those around it. */
function worked(entry: Entry, example: Example): Note[] {
  const { parent } = entry;
  const value = numbersOf(example.wire);
  const own = valueNotes(entry, value, example.means);
  if (parent === undefined) return vector(entry, own, value.length);
  if (parent.value.kind === 'variant') {
    const notes = [subType(entry), ...own];
    return around(parent, notes, value.length + 1);
  }
  return around(parent, vector(entry, own, value.length), value.length + TLV_HEAD);
}

/** Notes of the vectors that hold others; their fixed fields are zero. */
function around(parent: Entry, notes: readonly Note[], size: number): Note[] {
  const fixed = parent.fields.map((field) => ({
    octets: Array<number>(field.min).fill(0),
    what: `${field.name} 0`,
  }));
  const inside = [...fixed, ...notes.map((note) => (parent.fields.length > 0 ? deeper(note) : note))];
  const length = size + (parent.value.kind === 'struct' ? parent.min : 0);
  if (parent.parent?.value.kind === 'variant')
    return around(parent.parent, [subType(parent), ...inside], length + 1);
  const whole = vector(parent, inside, length);
  return parent.parent === undefined ? whole : around(parent.parent, whole, length + TLV_HEAD);
}

function deeper(note: Note): Note {
  return { ...note, depth: (note.depth ?? 0) + 1 };
}

function subType(entry: Entry): Note {
  return { octets: [entry.code], what: `sub-type ${entry.name}` };
}

function vector(entry: Entry, value: readonly Note[], length: number): Note[] {
  return [
    { octets: [entry.code], what: `type ${entry.name}` },
    { octets: [length >> 8, length & 0xff], what: `length ${length}` },
    ...value,
  ];
}

/** What the octets of a value are, by the row; `means` says what they mean. */
function valueNotes(entry: Entry, octets: readonly number[], means: Meaning | undefined): Note[] {
  const partOf = (name: string): Meaning | undefined => (typeof means === 'object' ? means[name] : undefined);
  if (entry.value.kind === 'variant') {
    const child = entry.children.find((each) => each.code === octets[0]);
    if (child === undefined) return [{ octets, what: 'value' }];
    return [subType(child), ...valueNotes(child, octets.slice(1), partOf(child.name))];
  }
  if (entry.value.kind !== 'struct')
    return octets.length === 0 ? [] : [{ octets, what: meaning(entry, means) }];
  const notes: Note[] = entry.fields.map((field) => ({
    octets: octets.slice(field.offset, field.offset + field.min),
    what: meaning(field, partOf(field.name)),
  }));
  for (let at = entry.min; at + TLV_HEAD <= octets.length;) {
    const length = (octets[at + 1]! << 8) | octets[at + 2]!;
    const value = octets.slice(at + TLV_HEAD, at + TLV_HEAD + length);
    const child = entry.children.find((each) => each.code === octets[at]);
    if (child === undefined)
      notes.push({ octets: octets.slice(at, at + TLV_HEAD + length), what: 'a TLV without a row' });
    else notes.push(...vector(child, valueNotes(child, value, partOf(child.name)), length).map(deeper));
    at += TLV_HEAD + length;
  }
  return notes;
}

function meaning(entry: Entry, means: Meaning | undefined): string {
  const name = entry.field ? `${entry.name} ` : '';
  if (means === undefined) return `${name}value`;
  if (entry.value.kind === 'bytes') return `${name}value`;
  if (entry.value.kind === 'flags') {
    const bits = entry.value.bits.filter((bit) => (Number(means) & bit.code) !== 0).map((bit) => bit.name);
    return `${name}${String(means)}${bits.length === 0 ? '' : ` (${bits.join(', ')})`}`;
  }
  const text =
    entry.value.kind === 'ascii' || entry.value.kind === 'utf8' ? JSON.stringify(means) : String(means);
  return `${name}${text}`;
}
