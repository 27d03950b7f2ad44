import type { Example, Meaning } from '../../../spec/types.ts';
import type { Entry } from '../../model.ts';
import { TLV_HEAD } from '../../octets.ts';
import { type Note, numbersOf } from './markdown.ts';

/** The whole vector of an example, within those around it. */
export function workedExample(entry: Entry, example: Example): Note[] {
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
