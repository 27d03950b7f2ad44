import { alias, constant, type Draft, interfaceOf, local } from '../../../print.ts';
import { CONSTANTS, DECODED_SCHEMA, SCHEMAS, TABLES, TLV_TABLE, ZOD } from '../modules.ts';

const TLVS_EXAMPLE = `TLVs by name, sent in the order given. Opaque octets as a \`Uint8Array\` or as hex text, integers of eight octets as a
bigint or as decimal text; a number without a row is written \`xNN\`, inside another row \`PARENT_xNN\`.

@example
import { tlvsSchema } from 'truepeer/schemas';
console.log(tlvsSchema.parse({ AUTHORITY: 'mx.example', xE5: '0102' }).xE5?.length); // 2
console.log(tlvsSchema.safeParse({ SSL_CLIENT: 256 }).error?.issues[0]?.message); // expected a whole number 0..255`;

const HEADER_EXAMPLE = `A header to send, as \`encode\` takes it or as JSON can hold it; gives what \`encode\` takes.

@example
import { headerSchema } from 'truepeer/schemas';
import { encode } from 'truepeer/proxy';
const header = headerSchema.parse({ family: 'UNSPEC', tlvs: { UNIQUE_ID: '0102' } });
console.log(Buffer.from(encode(header)).toString('hex')); // 0d0a0d0a000d0a515549540a210000050500020102
const wrong = headerSchema.safeParse({ srcAddr: '192.0.2.1', srcPort: 25, dstAddr: '::1', dstPort: 70000 });
console.log(wrong.error?.issues[0]?.path.join('.')); // dstPort`;

/** Zod schemas of what `encode` takes, and the types of the forms of a header. */
export function emitSchemas(): Draft {
  const values = TLV_TABLE.TlvValues;
  const of = (type: string): string => `${type}<${values}>`;
  const { V2_CMD, AF, PROTO } = CONSTANTS;
  const codes = [
    { name: 'command', is: `typeof ${V2_CMD}` },
    { name: 'family', is: `typeof ${AF}` },
    { name: 'transport', is: `typeof ${PROTO}` },
  ];
  return {
    name: 'schemas.ts',
    from: 'spec/',
    doc: 'Zod schemas of a header in its JSON form: of what is to be sent, and of what was read.',
    statements: [
      local(interfaceOf('Codes', codes, 'The numbers that a header holds.')),
      alias('TlvsForm', of(SCHEMAS.TlvsFormOf), 'TLVs as `encode` takes them.'),
      alias('HeaderForm', `${SCHEMAS.HeaderFormOf}<${values}, Codes>`, 'A header as `encode` takes it.'),
      alias('TlvsJson', of(SCHEMAS.TlvsJsonOf), 'TLVs as `tlvsSchema` takes them.'),
      alias('HeaderJson', `${ZOD.z}.input<typeof headerSchema>`, 'A header as `headerSchema` takes it.'),
      alias(
        'DecodedJson',
        `${ZOD.z}.output<typeof ${DECODED_SCHEMA.decodedSchema}>`,
        'A header that was read, as `ProxyData.toJSON` gives it.',
      ),
      constant('tlvsSchema', `${of(SCHEMAS.tlvsSchemaOf)}(${TABLES.tables})`, TLVS_EXAMPLE),
      constant(
        'headerSchema',
        `${SCHEMAS.headerSchemaOf}<${values}, Codes>(${TABLES.tables}, tlvsSchema)`,
        HEADER_EXAMPLE,
      ),
    ],
    exports: [{ from: './decoded-schema', names: ['decodedSchema', 'decodedTlvsSchema'] }],
  };
}
