import type { Layout, Spec } from '../../../../spec/types.ts';
import { comment, kebab, key, literal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn } from '../../../print.ts';

/** The zod schema of a header that was read, as `ProxyData.toJSON` gives it. */
export function emitDecodedSchema({ entries, spec }: Model, wire: string): Draft {
  const rows = entries.map(
    (entry) => `/** ${comment(entry.doc)} */\n${key(entry.name)}: row(${literal(entry.name)}),`,
  );
  const codes = spec.errors.filter((row) => row.side === 'decode').map((row) => literal(kebab(row.name)));
  return {
    name: 'decoded-schema.ts',
    from: 'spec/',
    doc: 'Zod schema of a header that was read, in its JSON form.',
    imports: [
      { from: 'zod', names: ['z'] },
      { from: wire, names: ['ipv6Text', 'unhex', 'writeIpv4', 'writeIpv6'] },
      { from: './tlv-codec.ts', names: ['writeTlv'] },
      { from: './tlv-table.ts', names: ['TLVS'] },
      { from: './tlv-table.ts', names: ['TlvValues'], typeOnly: true },
    ],
    statements: [
      '/** Two lower-case digits for each octet. */\nconst HEX = /^(?:[0-9a-f]{2})*$/;',
      constant(
        'decodedTlvsSchema',
        `z.object({\n${rows.join('\n')}\n}).catchall(z.string().regex(HEX, { error: 'expected octets in hex' })).check(({ value, issues }) => {
          for (const name of Object.keys(value)) {
            if (!TLVS.some((entry) => entry.name === name) && !STRANGER.test(name)) {
              issues.push({ code: 'custom', path: [name], message: 'expected the name of a row, or xNN', input: value });
            }
          }
        })`,
        'TLVs by name as they were read: octets in hex, integers of eight octets in decimal.',
      ),
      `/**
        * A header that was read, as \`ProxyData.toJSON\` gives it: names for numbers, null for what is absent.
        *
        * @example
        * import { decodedSchema } from 'truepeer/schemas';
        * import { decode } from 'truepeer/proxy';
        * const result = decode(Buffer.from('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\\r\\n'));
        * if (result.status === 'ok') console.log(decodedSchema.parse(result.data.toJSON()).srcAddr); // 203.0.113.7
        */
       export const decodedSchema = z.strictObject({
        version: z.literal([1, 2]).nullable(),
        /** Of version 2 only. */
        command: z.literal([${names(spec.commands)}]).nullable(),
        family: z.literal([${names(spec.families)}]).nullable(),
        protocol: z.literal([${names(spec.transports)}]).nullable(),
        srcAddr: z.string().nullable(),
        srcPort: z.int().min(0).max(65535).nullable(),
        dstAddr: z.string().nullable(),
        dstPort: z.int().min(0).max(65535).nullable(),
        tlv: decodedTlvsSchema.nullable(),
        valid: z.boolean(),
        /** Why it is not valid. */
        error: z.string().optional(),
        /** Code of the catalogue; null where somebody else gave the reason. */
        errorCode: z.literal([${codes.join(', ')}]).nullable().optional(),
      }).check(({ value, issues }) => {
        for (const [field, expected] of problems(value)) {
          issues.push({ code: 'custom', path: [field], message: \`expected \${expected}\`, input: value });
        }
      });`,
      '/** A number without a row. */\nconst STRANGER = /^(?:\\w+_)?x[0-9a-fA-F]{2}$/;',
      '/** What JSON has for a value. */\ntype Plain<T> = T extends Uint8Array | bigint ? string : T extends boolean ? true : T;',
      'type Fields = Readonly<Record<string, unknown>>;',
      'const scratch = new Uint8Array(16);',
      fn(
        'row<K extends keyof TlvValues>',
        ['name: K'],
        'z.ZodOptional<z.ZodCustom<Plain<TlvValues[K]>>>',
        `const index = TLVS.findIndex((entry) => entry.name === name);
         return z.custom<Plain<TlvValues[K]>>((value) => fits(index, value), { error: \`expected a value of \${name}\` }).optional();`,
        'The value of a row.',
        false,
      ),
      fn(
        'fits',
        ['row: number', 'value: unknown'],
        'boolean',
        FITS,
        'Whether a row can have been read as this value.',
        false,
      ),
      fn(
        'problems',
        ['data: Fields'],
        '[string, string][]',
        PROBLEMS,
        'What the fields must agree about.',
        false,
      ),
      fn(
        'addressFits',
        ['family: unknown', 'version: unknown', 'text: unknown'],
        'boolean',
        `if (typeof text !== 'string') return false;\nconst four = writeIpv4(text, scratch, 0);\nconst six = writeIpv6(text, scratch, 0) && ipv6Text(scratch, 0) === text;\n// A version 1 line may name addresses of both families, where the option \`mixedFamilies\` is set.\nif (version === 1) return four || six;\nswitch (family) {\n${spec.layouts.map(addressCase).join('\n')}\ndefault: return false;\n}`,
        'Whether an address is spelled as it is read.',
        false,
      ),
      `/** What a version 1 line says. */\nconst LINES: readonly string[] = [${lines(spec)}];`,
      `/** What goes together in version 2 and names a client. */\nconst PROXIED: readonly string[] = [${pairs(spec)}];`,
      `/** Families whose address block holds ports. */\nconst PORTS: readonly unknown[] = [${withPorts(spec)}];`,
    ],
  };
}

const FITS = `
  const { kind, min, max } = TLVS[row]!;
  if (kind === 'struct' || kind === 'variant') return value === true;
  let native = value;
  if (kind === 'bytes') native = typeof value === 'string' && HEX.test(value) ? unhex(value) : undefined;
  if (kind === 'u64be') native = typeof value === 'string' && /^(?:0|[1-9]\\d{0,19})$/.test(value) ? BigInt(value) : undefined;
  if (native instanceof Uint8Array !== (kind === 'bytes')) return false;
  const octets = writeTlv(row, native);
  return octets !== undefined && octets.length >= min && octets.length <= max;`;

const PROBLEMS = `
  const { version, command, family, protocol, valid } = data;
  const found: [string, string][] = [];
  const expect = (field: string, holds: boolean, expected: string): unknown => holds || found.push([field, expected]);
  const absent = (why: string, ...fields: string[]): void => {
    for (const field of fields) expect(field, data[field] === null, \`null, as \${why}\`);
  };
  expect('error', (data['error'] === undefined) === valid, valid === true ? 'none, as the header is valid' : 'the reason');
  expect('errorCode', (data['errorCode'] === undefined) === valid, valid === true ? 'none, as the header is valid' : 'a code or null');
  if (version === null) {
    expect('valid', valid === false, 'false, as there is no version');
    absent('the header is malformed', 'command', 'family', 'protocol', 'srcAddr', 'srcPort', 'dstAddr', 'dstPort', 'tlv');
    return found;
  }
  expect('errorCode', typeof data['errorCode'] !== 'string', 'none, as the header is well-formed');
  if (version === 1) {
    absent('version 1 has none', 'command', 'tlv');
    expect('family', LINES.includes(\`\${String(family)} \${String(protocol)}\`), 'what a line can say');
  } else {
    expect('command', command !== null, 'a name');
    expect('family', family !== null, 'a name');
    expect('protocol', protocol !== null, 'a name');
    if (command === 'LOCAL') {
      expect('family', family === 'UNSPEC', 'UNSPEC, as the command is LOCAL');
      expect('protocol', protocol === 'UNSPEC', 'UNSPEC, as the command is LOCAL');
    }
  }
  if (!PROXIED.includes(\`\${String(family)} \${String(protocol)}\`)) {
    absent('no client is named', 'srcAddr', 'srcPort', 'dstAddr', 'dstPort');
    return found;
  }
  for (const field of ['srcAddr', 'dstAddr']) expect(field, addressFits(family, version, data[field]), \`an address of \${String(family)}\`);
  for (const field of ['srcPort', 'dstPort']) {
    expect(field, (data[field] !== null) === PORTS.includes(family), PORTS.includes(family) ? 'a port' : \`null, as \${String(family)} has no ports\`);
  }
  return found;`;

function names(rows: readonly { name: string }[]): string {
  return rows.map((row) => literal(row.name)).join(', ');
}

function addressCase(layout: Layout): string {
  const { kind } = layout.fields[0]!.value;
  return `case ${literal(layout.family)}: return ${kind === 'ipv4' ? 'four' : kind === 'ipv6' ? 'six' : 'true'};`;
}

function lines(spec: Spec): string {
  return spec.v1
    .filter((rule) => rule.family !== undefined)
    .map((rule) => literal(`${rule.family} ${rule.transport}`))
    .join(', ');
}

function pairs(spec: Spec): string {
  const named = spec.pairs.filter((pair) => spec.layouts.some((layout) => layout.family === pair.family));
  return named.map((pair) => literal(`${pair.family} ${pair.transport}`)).join(', ');
}

function withPorts(spec: Spec): string {
  return spec.layouts
    .filter((layout) => layout.fields.some((field) => field.value.kind === 'u16be'))
    .map((layout) => literal(layout.family))
    .join(', ');
}
