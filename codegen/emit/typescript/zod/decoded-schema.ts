import { kebab, literal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, listOf, local, objectOf } from '../../../print.ts';
import { DECODED_SCHEMA, SCHEMAS, TABLES } from '../modules.ts';

const DECODED_EXAMPLE = `A header that was read, as \`ProxyData.toJSON\` gives it: names for numbers, null for what is absent.

@example
import { decodedSchema } from 'truepeer/schemas';
import { decode } from 'truepeer/proxy';
const result = decode(Buffer.from('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\\r\\n'));
if (result.status === 'ok') console.log(decodedSchema.parse(result.data.toJSON()).srcAddr); // 203.0.113.7`;

/** The zod schema of a header that was read, as `ProxyData.toJSON` gives it. */
export function emitDecodedSchema({ spec }: Model): Draft {
  const { commands, families, transports, errors, v1 } = spec;
  const codes = errors.filter((row) => row.side === 'decode').map(({ name }) => literal(kebab(name)));
  const lines = v1
    .filter((rule) => rule.family !== undefined)
    .map((rule) => literal(`${rule.family} ${rule.transport}`));
  const names = objectOf([
    { name: 'command', is: namesOf(commands) },
    { name: 'family', is: namesOf(families) },
    { name: 'protocol', is: namesOf(transports) },
    { name: 'errorCode', is: listOf(codes) },
    { name: 'lines', is: `[${lines.join(', ')}]` },
  ]);
  const { decodedSchema, decodedTlvsSchema } = DECODED_SCHEMA;
  return {
    name: 'decoded-schema.ts',
    from: 'spec/',
    doc: 'Zod schema of a header that was read, in its JSON form.',
    statements: [
      local(constant('NAMES', `${names} as const`, 'What the fields can hold.')),
      constant(
        decodedTlvsSchema,
        `${SCHEMAS.decodedTlvsSchemaOf}(${TABLES.tables})`,
        'TLVs by name as they were read: octets in hex, integers of eight octets in decimal.',
      ),
      constant(
        decodedSchema,
        `${SCHEMAS.decodedSchemaOf}(${TABLES.tables}, NAMES, ${decodedTlvsSchema})`,
        DECODED_EXAMPLE,
      ),
    ],
  };
}

function namesOf(rows: readonly { name: string }[]): string {
  return `[${rows.map(({ name }) => literal(name)).join(', ')}]`;
}
