import type { Row } from '../../../../spec/types.ts';
import { hexCode, literal } from '../../../names.ts';
import { holdsTlvs, type Model } from '../../../model.ts';
import { alias, constant, type Draft, objectOf, type TypeScriptDraft } from '../../../print.ts';

type Statements = TypeScriptDraft['statements'];
type Named = Pick<Row, 'name' | 'code' | 'aliases' | 'doc'>;

/** Const objects with their union types, and the maps from number to name. */
export function emitConstants({ spec, entries }: Model): Draft {
  const rows = entries.filter((entry) => !entry.field);
  const top = rows.filter((row) => row.parent === undefined);
  const taken = new Set(top.map((row) => row.code));
  const nested = rows.filter((row) => row.parent && holdsTlvs(row.parent) && !taken.has(row.code));
  return {
    name: 'constants.ts',
    from: 'spec/v2.ts and spec/tlv/',
    doc: 'The numbers of the PROXY protocol by their names in the standard.',
    statements: [
      ...constObject('V2_CMD', spec.commands, 'Commands of version 2.', 1),
      ...constObject('AF', spec.families, 'Address families.', 1),
      ...constObject('PROTO', spec.transports, 'Transports.', 1),
      ...constObject('PP2_TYPE', top, 'TLV types.'),
      ...rows
        .filter((row) => row.children.length > 0)
        .flatMap(({ name, children }) =>
          constObject(`PP2_SUBTYPE_${name}`, children, `Sub-types inside ${name}.`),
        ),
      ...entries.flatMap(({ value }) =>
        value.kind === 'flags' ? constObject(value.constant, value.bits, 'Bits of the flags.') : [],
      ),
      names('V2_CMD_NAME', spec.commands, 'Names of the commands.'),
      names('AF_NAME', spec.families, 'Names of the address families.'),
      names('PROTO_NAME', spec.transports, 'Names of the transports.'),
      names(
        'PP2_TYPENAME',
        [...top, ...nested].toSorted((a, b) => a.code - b.code),
        'Names of the TLV types, and of the sub-types whose numbers are free at the top level.',
      ),
    ],
  };
}

function constObject(name: string, rows: readonly Named[], doc: string, digits = 2): Statements {
  const members = rows.flatMap((row) => [
    { name: row.name, is: hexCode(row.code, digits), doc: row.doc },
    ...(row.aliases ?? []).map((other) => ({
      name: other,
      is: hexCode(row.code, digits),
      doc: `Another name of ${row.name}.`,
    })),
  ]);
  return [
    constant(name, `${objectOf(members)} as const`, doc),
    alias(name, `(typeof ${name})[keyof typeof ${name}]`, doc),
  ];
}

function names(name: string, rows: readonly Named[], doc: string): Statements[number] {
  const lines = rows.map((row) => `${hexCode(row.code)}: ${literal(row.name)},`);
  return constant(name, `{ ${lines.join('\n')} }`, doc, 'Readonly<Record<number, string>>');
}
