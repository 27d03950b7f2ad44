import { hexCode, literal } from '../../../names.ts';
import { type Entry, LONGEST_TLV, type Model, widthOf } from '../../../model.ts';
import { TLV_HEAD } from '../../../octets.ts';
import { constant, type Draft, interfaceOf, listOf } from '../../../print.ts';
import { WIRE, WIRE_TYPES } from '../modules.ts';

/** The TLV rows as data, and the types of their values. */
export function emitTlvTable({ entries, spec }: Model): Draft {
  const values = entries.map((entry) => ({ name: entry.name, is: typeOf(entry), doc: entry.doc }));
  const ranges = spec.ranges.map(
    ({ name, from, to, usable }) =>
      `{ name: ${literal(name)}, from: ${hexCode(from)}, to: ${hexCode(to)}, usable: ${usable} }`,
  );
  return {
    name: 'tlv-table.ts',
    from: 'spec/tlv/',
    doc: 'The TLVs that have a name.',
    statements: [
      interfaceOf('TlvValues', values, 'The value of each TLV by its name.'),
      constant(
        'TLVS',
        `${WIRE.tlvEntries}(${listOf(entries.map(rowOf))})`,
        'Every row and field; its index is its number in the code.',
        `readonly ${WIRE_TYPES.TlvEntry}[]`,
      ),
      constant('RANGES', listOf(ranges), 'Numbers set aside by the standard.'),
      constant('TLV_HEAD_SIZE', `${TLV_HEAD}`, 'Octets of type and length, before every value.'),
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
    case 'u64le':
      return 'bigint';
    case 'struct':
      return 'boolean';
    case 'variant':
      return 'true';
    default:
      return 'number';
  }
}

/** What `tlvEntries` would not fill in by itself. */
function rowOf({ name, code, parent, value, field, singleton, role, min, max }: Entry): string {
  const properties = [
    `name: ${literal(name)}`,
    ...(parent === undefined ? [] : [`parent: ${literal(parent.name)}`]),
    `code: ${field ? code : hexCode(code)}`,
    `kind: ${literal(value.kind)}`,
    ...(field ? ['field: true'] : []),
    ...(singleton ? [] : ['repeats: true']),
    ...(role === undefined ? [] : [`role: ${literal(role)}`]),
  ];
  if (widthOf(value) === undefined) {
    if (min > 0) properties.push(`min: ${min}`);
    if (typeof max !== 'number') properties.push(`limit: ${literal(max.limit)}`);
    else if (max < LONGEST_TLV) properties.push(`max: ${max}`);
  }
  return `{ ${properties.join(', ')} }`;
}
