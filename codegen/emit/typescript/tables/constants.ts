import type { Row } from '../../../../spec/types.ts';
import { comment, hexCode, key, literal } from '../../../names.ts';
import { holdsTlvs, type Model } from '../../../model.ts';
import { constant, type Draft, type Statement } from '../../../print.ts';

/** Const objects with their union types, and the maps from number to name. */
export function emitConstants(model: Model): Draft {
  const { spec, entries } = model;
  const rows = entries.filter((entry) => !entry.field);
  const statements: Statement[] = [
    ...constObject('V2_CMD', spec.commands, 'Commands of version 2.', 1),
    ...constObject('AF', spec.families, 'Address families.', 1),
    ...constObject('PROTO', spec.transports, 'Transports.', 1),
    ...constObject(
      'PP2_TYPE',
      rows.filter((row) => row.parent === undefined),
      'TLV types.',
    ),
  ];
  for (const parent of rows.filter((row) => row.children.length > 0)) {
    statements.push(
      ...constObject(`PP2_SUBTYPE_${parent.name}`, parent.children, `Sub-types inside ${parent.name}.`),
    );
  }
  for (const { value } of entries) {
    if (value.kind === 'flags')
      statements.push(...constObject(value.constant, value.bits, 'Bits of the flags.'));
  }
  const top = rows.filter((row) => row.parent === undefined);
  const taken = new Set(top.map((row) => row.code));
  const nested = rows.filter((row) => row.parent && holdsTlvs(row.parent) && !taken.has(row.code));
  statements.push(
    names('V2_CMD_NAME', spec.commands, 'Names of the commands.'),
    names('AF_NAME', spec.families, 'Names of the address families.'),
    names('PROTO_NAME', spec.transports, 'Names of the transports.'),
    names(
      'PP2_TYPENAME',
      [...top, ...nested].toSorted((a, b) => a.code - b.code),
      'Names of the TLV types, and of the sub-types whose numbers are free at the top level.',
    ),
  );
  return {
    name: 'constants.ts',
    from: 'spec/v2.ts and spec/tlv/',
    doc: 'The numbers of the PROXY protocol by their names in the standard.',
    statements,
  };
}

type Named = Pick<Row, 'name' | 'code' | 'aliases' | 'doc'>;

function constObject(name: string, rows: readonly Named[], doc: string, digits = 2): Statement[] {
  const lines = rows.flatMap((row) => [
    `/** ${comment(row.doc)} */`,
    `${key(row.name)}: ${hexCode(row.code, digits)},`,
    ...(row.aliases ?? []).map(
      (alias) => `/** Another name of ${row.name}. */ ${key(alias)}: ${hexCode(row.code, digits)},`,
    ),
  ]);
  return [
    constant(name, `{\n${lines.join('\n')}\n} as const`, doc),
    `/** ${comment(doc)} */\nexport type ${name} = (typeof ${name})[keyof typeof ${name}];`,
  ];
}

function names(name: string, rows: readonly Named[], doc: string): Statement {
  const lines = rows.map((row) => `${hexCode(row.code)}: ${literal(row.name)},`);
  return constant(name, `{ ${lines.join('\n')} }`, doc, 'Readonly<Record<number, string>>');
}
