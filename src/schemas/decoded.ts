import { z } from 'zod';
import {
  type AddressBlock,
  ipv6Text,
  type Tables,
  type TlvEntry,
  unhex,
  writeIpv4,
  writeIpv6,
} from '../wire/index.ts';

/** What JSON has for a value. */
export type Plain<T> = T extends Uint8Array | bigint ? string : T extends boolean ? true : T;

/** The names that a header that was read can hold. */
export interface DecodedNames {
  readonly command: readonly string[];
  readonly family: readonly string[];
  readonly protocol: readonly string[];
  readonly errorCode: readonly string[];
  /** Family and transport of the lines of version 1, a blank between. */
  readonly lines: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;
type Shape<V> = { [K in keyof V]: z.ZodOptional<z.ZodCustom<Plain<V[K]>>> };

/** Two lower-case digits for each octet. */
const HEX = /^(?:[0-9a-f]{2})*$/;

/** A number without a row. */
const STRANGER = /^(?:\w+_)?x[0-9a-fA-F]{2}$/;

const scratch = new Uint8Array(16);

const hexText = z.string().regex(HEX, { error: 'expected octets in hex' });

/** The schema of TLVs by name as they were read. */
export function decodedTlvsSchemaOf<V>(tables: Tables<V>) {
  const names = new Set(tables.tlvs.map(({ name }) => name));
  const shape = tables.tlvs.map((entry, row) => [
    entry.name,
    z
      .custom((value) => canBeRead(tables, row, entry, value), { error: `expected a value of ${entry.name}` })
      .optional(),
  ]);
  return z
    .object(Object.fromEntries(shape) as Shape<V>)
    .catchall(z.union([hexText, z.array(hexText).min(2)]))
    .check(({ value, issues }) => {
      for (const name of Object.keys(value)) {
        if (names.has(name) || STRANGER.test(name)) continue;
        issues.push({
          code: 'custom',
          path: [name],
          message: 'expected the name of a row, or xNN',
          input: value,
        });
      }
    });
}

/** The schema of a header that was read; `tlvsSchema` is of its TLVs. */
export function decodedSchemaOf<const N extends DecodedNames, T extends z.ZodType>(
  tables: Tables,
  names: N,
  tlvsSchema: T,
) {
  const port = z.int().min(0).max(65535).nullable();
  return z
    .strictObject({
      version: z.literal([1, 2]).nullable(),
      /** Of version 2 only. */
      command: z.literal<N['command']>(names.command).nullable(),
      family: z.literal<N['family']>(names.family).nullable(),
      protocol: z.literal<N['protocol']>(names.protocol).nullable(),
      srcAddr: z.string().nullable(),
      srcPort: port,
      dstAddr: z.string().nullable(),
      dstPort: port,
      tlv: tlvsSchema.nullable(),
      valid: z.boolean(),
      /** Why it is not valid. */
      error: z.string().optional(),
      /** Code of the catalogue; null where somebody else gave the reason. */
      errorCode: z.literal<N['errorCode']>(names.errorCode).nullable().optional(),
    })
    .check(({ value, issues }) => {
      for (const [field, expected] of problems(tables, names.lines, value))
        issues.push({ code: 'custom', path: [field], message: `expected ${expected}`, input: value });
    });
}

/** Whether a row can have been read as this value. */
function canBeRead(tables: Tables, row: number, { kind, min, max }: TlvEntry, value: unknown): boolean {
  if (kind === 'struct' || kind === 'variant') return value === true;
  let native = value;
  if (kind === 'bytes') native = typeof value === 'string' && HEX.test(value) ? unhex(value) : undefined;
  if (kind === 'u64be' || kind === 'u64le')
    native = typeof value === 'string' && /^(?:0|[1-9]\d{0,19})$/.test(value) ? BigInt(value) : undefined;
  if (native instanceof Uint8Array !== (kind === 'bytes')) return false;
  const octets = tables.writeTlv(row, native);
  return octets !== undefined && octets.length >= min && octets.length <= max;
}

const ENDPOINTS = ['srcAddr', 'srcPort', 'dstAddr', 'dstPort'];

/** What the fields of a header that was read must agree about. */
function problems(
  tables: Tables,
  lines: readonly string[],
  data: Fields,
): [field: string, expected: string][] {
  const { version, command, family, protocol, valid, error, errorCode } = data;
  const found: [string, string][] = [];
  const expect = (field: string, holds: boolean, expected: string): void => {
    if (!holds) found.push([field, expected]);
  };
  const absent = (why: string, ...fields: string[]): void => {
    for (const field of fields) expect(field, data[field] === null, `null, as ${why}`);
  };
  const none = valid === true ? 'none, as the header is valid' : undefined;
  expect('error', (error === undefined) === valid, none ?? 'the reason');
  expect('errorCode', (errorCode === undefined) === valid, none ?? 'a code or null');
  if (version === null) {
    expect('valid', valid === false, 'false, as there is no version');
    absent('the header is malformed', 'command', 'family', 'protocol', ...ENDPOINTS, 'tlv');
    return found;
  }
  expect('errorCode', typeof errorCode !== 'string', 'none, as the header is well-formed');
  if (version === 1) {
    absent('version 1 has none', 'command', 'tlv');
    expect('family', lines.includes(`${String(family)} ${String(protocol)}`), 'what a line can say');
  } else {
    for (const field of ['command', 'family', 'protocol']) expect(field, data[field] !== null, 'a name');
    if (command === 'LOCAL') {
      for (const field of ['family', 'protocol'])
        expect(field, data[field] === 'UNSPEC', 'UNSPEC, as the command is LOCAL');
    }
  }
  const block = blockOf(tables, family, protocol);
  if (block === undefined) absent('no client is named', ...ENDPOINTS);
  else {
    for (const field of ['srcAddr', 'dstAddr'])
      expect(field, addressFits(block.address, version, data[field]), `an address of ${String(family)}`);
    const port = block.ports ? 'a port' : `null, as ${String(family)} has no ports`;
    for (const field of ['srcPort', 'dstPort']) expect(field, (data[field] !== null) === block.ports, port);
  }
  return found;
}

/** The address block of a family over a transport, where the standard names the two together. */
function blockOf(
  { codes, pairs, blocks }: Tables,
  family: unknown,
  protocol: unknown,
): AddressBlock | undefined {
  const code = codes.family[String(family)] ?? -1;
  const pair = (code << 4) | (codes.transport[String(protocol)] ?? -1);
  return pairs.includes(pair) ? blocks[code] : undefined;
}

/** Whether an address is spelled as it is read. */
function addressFits(kind: string, version: unknown, text: unknown): boolean {
  if (typeof text !== 'string') return false;
  const four = writeIpv4(text, scratch, 0);
  const six = writeIpv6(text, scratch, 0) && ipv6Text(scratch, 0) === text;
  // A version 1 line may name addresses of both families, where the option `mixedFamilies` is set.
  if (version === 1) return four || six;
  return kind === 'unixPath' || (kind === 'ipv4' ? four : six);
}
