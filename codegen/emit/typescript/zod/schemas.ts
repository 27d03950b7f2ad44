import { comment, key, literal } from '../../../names.ts';
import { type Entry, LONGEST_TLV, type Model } from '../../../model.ts';
import { type Draft, fn } from '../../../print.ts';
import { HEADER_SCHEMA, TLVS_SCHEMA, TYPES } from './schema-parts.ts';

/** Zod schemas of what `encode` takes. What no single field can say is in `header-rules.ts`. */
export function emitSchemas({ entries, spec }: Model, wire: string): Draft {
  const rows = entries.map(
    (entry) =>
      `/** ${comment(entry.doc)} */\n${key(entry.name)}: row(${literal(entry.name)}, ${literal(expectedOf(entry, spec.limits))}),`,
  );
  return {
    name: 'schemas.ts',
    from: 'spec/',
    doc: 'Zod schemas of a header in its JSON form: of what is to be sent, and of what was read.',
    imports: [
      { from: 'zod', names: ['z'] },
      { from: wire, names: ['Scan', 'unhex'] },
      { from: './constants.ts', names: ['AF', 'PROTO', 'V2_CMD'] },
      { from: './decoded-schema.ts', names: ['decodedSchema', 'decodedTlvsSchema'] },
      { from: './header-rules.ts', names: ['headerProblems'] },
      { from: './limits.ts', names: ['DEFAULT_LIMITS'] },
      { from: './tlv-codec.ts', names: ['writeTlv'] },
      { from: './tlv-scan.ts', names: ['scanTlvs'] },
      { from: './tlv-table.ts', names: ['TLVS'] },
      { from: './tlv-table.ts', names: ['TlvValues'], typeOnly: true },
      { from: './tlv-tree.ts', names: ['tlvProblems'] },
    ],
    statements: [
      'export { decodedSchema, decodedTlvsSchema };',
      TYPES,
      `const rows = z.looseObject({\n${rows.join('\n')}\n});`,
      TLVS_SCHEMA,
      HEADER_SCHEMA,
      '/** The names that have a row. */\nconst ROWS = new Set(TLVS.map((entry) => entry.name));',
      fn(
        'row<K extends keyof TlvValues>',
        ['name: K', 'expected: string'],
        'z.ZodOptional<z.ZodNullable<z.ZodType<TlvValues[K] | Uint8Array, Given<TlvValues[K]>>>>',
        `const index = TLVS.findIndex((entry) => entry.name === name);
         return z.custom<Given<TlvValues[K]>>().transform((given, ctx) => {
           const value = read(index, given);
           if (value === undefined) ctx.addIssue({ code: 'custom', message: \`expected \${expected}\`, input: given });
           return value as TlvValues[K] | Uint8Array;
         }).nullish();`,
        'The value of a row, or its octets.',
        false,
      ),
      fn(
        'read',
        ['row: number', 'given: unknown'],
        'unknown',
        `const { kind, min, max, limit } = TLVS[row]!;
         const group = kind === 'struct' || kind === 'variant';
         if (group && given === true) return given;
         let value = given;
         if (typeof given === 'string' && (group || kind === 'bytes')) value = unhex(given);
         if (typeof given === 'string' && kind === 'u64be' && /^\\d{1,20}$/.test(given)) value = BigInt(given);
         const octets = writeTlv(row, value);
         const most = limit === undefined ? max : DEFAULT_LIMITS[limit];
         if (octets === undefined || octets.length < min || octets.length > most) return undefined;
         return kind === 'struct' && !isWhole(row, octets) ? undefined : value;`,
        'What was given for a row, text made into what it stands for; undefined where the row can not hold it.',
        false,
      ),
      fn(
        'isWhole',
        ['row: number', 'octets: Uint8Array'],
        'boolean',
        IS_WHOLE,
        'Whether TLVs inside the octets of a row are well-formed.',
        false,
      ),
      fn(
        'tlvsOf',
        ['given: TlvsJson | readonly TlvsJson[]', 'ctx: z.RefinementCtx'],
        'TlvsForm | TlvsForm[]',
        `const result = Array.isArray(given) ? z.array(tlvsSchema).safeParse(given) : tlvsSchema.safeParse(given);
         if (result.success) return result.data;
         for (const { path, message } of result.error.issues) ctx.addIssue({ code: 'custom', path, message, input: given });
         return z.NEVER;`,
        'One object or a list of them; the path of a problem says which.',
        false,
      ),
      fn(
        'code<T extends Readonly<Record<string, number>>>',
        ['table: T'],
        'z.ZodOptional<z.ZodNullable<z.ZodCustom<(keyof T & string) | T[keyof T]>>>',
        `const allowed = new Set<unknown>([...Object.keys(table), ...Object.values(table)]);
         const error = \`expected \${Object.entries(table).map(([name, number]) => \`\${name} (\${number})\`).join(', ')}\`;
         return z.custom<(keyof T & string) | T[keyof T]>((value) => allowed.has(value), { error }).nullish();`,
        'A number of a table, or its name.',
        false,
      ),
      fn(
        'port',
        [],
        'z.ZodOptional<z.ZodNullable<z.ZodNumber>>',
        "const error = 'expected a whole number 0..65535';\nreturn z.int({ error }).min(0, { error }).max(65535, { error }).nullish();",
        'A port.',
        false,
      ),
    ],
  };
}

const IS_WHOLE = `
  let vector: number[] = [...octets];
  for (let at = row; at >= 0; at = TLVS[at]!.parent) {
    const { code, parent } = TLVS[at]!;
    const around = TLVS[parent];
    const fixed = around?.kind === 'struct' ? new Uint8Array(around.min) : [];
    const head = around?.kind === 'variant' ? [code] : [code, vector.length >> 8, vector.length & 0xff];
    vector = [...fixed, ...head, ...vector];
  }
  const end = vector.length;
  return scanTlvs(Uint8Array.from(vector), 0, end, end, { ...DEFAULT_LIMITS, maxTLVs: end }, new Scan()) === end;`;

const KINDS: Readonly<Record<string, string>> = {
  bytes: 'octets in a Uint8Array or as hex text',
  ascii: 'printable US-ASCII',
  utf8: 'text without control characters',
  u8: 'a whole number 0..255',
  flags: 'a whole number 0..255',
  u16be: 'a whole number 0..65535',
  u32be: 'a whole number 0..4294967295',
  u32le: 'a whole number 0..4294967295',
  u64be: 'a bigint, or decimal text, 0..18446744073709551615',
  struct: 'true beside its parts by their own names, or its octets',
  variant: 'true beside a sub-type by its own name, or its octets',
};

/** Completes "expected ...". */
function expectedOf(entry: Entry, limits: Model['spec']['limits']): string {
  const { min, max } = entry;
  const most = typeof max === 'number' ? max : limits.find((limit) => limit.name === max.limit)!.default;
  const kind = KINDS[entry.value.kind]!;
  if (min === most) return kind;
  if (min === 0 && most === LONGEST_TLV) return kind;
  return `${kind}, ${min}..${most} octets`;
}
