import { comment, hexCode, key, literal } from '../../../names.ts';
import { type Entry, LONGEST_TLV, type Model } from '../../../model.ts';
import { constant, type Draft } from '../../../print.ts';

/** The TLV rows as data, and the types of their values. */
export function emitTlvTable(model: Model, wire: string): Draft {
  const { entries, spec } = model;
  const values = entries.map(
    (entry) => `/** ${comment(entry.doc)} */\n${key(entry.name)}: ${typeOf(entry)};`,
  );
  const ranges = spec.ranges.map(
    (range) =>
      `{ name: ${literal(range.name)}, from: ${hexCode(range.from)}, to: ${hexCode(range.to)}, usable: ${range.usable} },`,
  );
  return {
    name: 'tlv-table.ts',
    from: 'spec/tlv/',
    doc: 'The TLVs that have a name.',
    imports: [{ from: wire, names: ['TlvEntry'], typeOnly: true }],
    statements: [
      `/** The value of each TLV by its name. */\nexport interface TlvValues {\n${values.join('\n')}\n}`,
      constant(
        'TLVS',
        `[\n${entries.map(row).join('\n')}\n]`,
        'Every row and field; its index is its number in the code.',
        'readonly TlvEntry[]',
      ),
      constant('RANGES', `[\n${ranges.join('\n')}\n]`, 'Numbers set aside by the standard.'),
    ],
  };
}

/** TypeScript type of a value. */
export function typeOf(entry: Entry): string {
  switch (entry.value.kind) {
    case 'ascii':
    case 'utf8':
      return 'string';
    case 'bytes':
      return 'Uint8Array';
    case 'u64be':
      return 'bigint';
    case 'struct':
      return 'boolean';
    case 'variant':
      return 'true';
    default:
      return 'number';
  }
}

function row(entry: Entry): string {
  const limit = typeof entry.max === 'number' ? undefined : entry.max.limit;
  return `{
    name: ${literal(entry.name)}, code: ${hexCode(entry.code)}, parent: ${entry.parent?.index ?? -1},
    kind: ${literal(entry.value.kind)}, field: ${entry.field}, singleton: ${entry.singleton},
    role: ${entry.role === undefined ? 'undefined' : literal(entry.role)},
    min: ${entry.min}, max: ${typeof entry.max === 'number' ? entry.max : LONGEST_TLV},
    limit: ${limit === undefined ? 'undefined' : literal(limit)},
    doc: ${literal(entry.doc)}, section: ${literal(entry.ref.section ?? entry.ref.source)},
  },`;
}
