import { z } from 'zod';
import { ipv6Text, type Tables, type TlvEntry, unhex, writeIpv4, writeIpv6 } from '../wire/index.ts';

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
    .catchall(z.string().regex(HEX, { error: 'expected octets in hex' }))
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
      for (const [field, expected] of new Decoded(tables, names.lines, value).problems())
        issues.push({ code: 'custom', path: [field], message: `expected ${expected}`, input: value });
    });
}

/** Whether a row can have been read as this value. */
function canBeRead(tables: Tables, row: number, { kind, min, max }: TlvEntry, value: unknown): boolean {
  if (kind === 'struct' || kind === 'variant') return value === true;
  let native = value;
  if (kind === 'bytes') native = typeof value === 'string' && HEX.test(value) ? unhex(value) : undefined;
  if (kind === 'u64be')
    native = typeof value === 'string' && /^(?:0|[1-9]\d{0,19})$/.test(value) ? BigInt(value) : undefined;
  if (native instanceof Uint8Array !== (kind === 'bytes')) return false;
  const octets = tables.writeTlv(row, native);
  return octets !== undefined && octets.length >= min && octets.length <= max;
}

const ADDRESSES = ['srcAddr', 'dstAddr'] as const;
const PORTS = ['srcPort', 'dstPort'] as const;

/** The fields of a header that was read, and what they must agree about. */
class Decoded {
  readonly #tables: Tables;
  readonly #lines: readonly string[];
  readonly #data: Fields;
  readonly #found: [field: string, expected: string][] = [];

  constructor(tables: Tables, lines: readonly string[], data: Fields) {
    this.#tables = tables;
    this.#lines = lines;
    this.#data = data;
  }

  problems(): readonly [field: string, expected: string][] {
    const { version, valid } = this.#data;
    const absent = valid === true ? 'none, as the header is valid' : undefined;
    this.#expect('error', (this.#data['error'] === undefined) === valid, absent ?? 'the reason');
    this.#expect('errorCode', (this.#data['errorCode'] === undefined) === valid, absent ?? 'a code or null');
    if (version === null) this.#checkMalformed();
    else this.#checkWellFormed();
    return this.#found;
  }

  #checkMalformed(): void {
    this.#expect('valid', this.#data['valid'] === false, 'false, as there is no version');
    const fields = ['command', 'family', 'protocol', 'srcAddr', 'srcPort', 'dstAddr', 'dstPort', 'tlv'];
    this.#absent('the header is malformed', fields);
  }

  #checkWellFormed(): void {
    const { version, command, family, protocol, errorCode } = this.#data;
    this.#expect('errorCode', typeof errorCode !== 'string', 'none, as the header is well-formed');
    if (version === 1) {
      this.#absent('version 1 has none', ['command', 'tlv']);
      const line = `${String(family)} ${String(protocol)}`;
      this.#expect('family', this.#lines.includes(line), 'what a line can say');
    } else {
      for (const field of ['command', 'family', 'protocol'])
        this.#expect(field, this.#data[field] !== null, 'a name');
      if (command === 'LOCAL') {
        this.#expect('family', family === 'UNSPEC', 'UNSPEC, as the command is LOCAL');
        this.#expect('protocol', protocol === 'UNSPEC', 'UNSPEC, as the command is LOCAL');
      }
    }
    this.#checkEndpoints();
  }

  #checkEndpoints(): void {
    const { family, protocol, version } = this.#data;
    const { codes, pairs, blocks } = this.#tables;
    const code = codes.family[String(family)] ?? -1;
    const block = blocks[code];
    const pair = (code << 4) | (codes.transport[String(protocol)] ?? -1);
    if (block === undefined || !pairs.includes(pair)) {
      this.#absent('no client is named', ['srcAddr', 'srcPort', 'dstAddr', 'dstPort']);
      return;
    }
    for (const field of ADDRESSES) {
      const fits = addressFits(block.address, version, this.#data[field]);
      this.#expect(field, fits, `an address of ${String(family)}`);
    }
    for (const field of PORTS) {
      const expected = block.ports ? 'a port' : `null, as ${String(family)} has no ports`;
      this.#expect(field, (this.#data[field] !== null) === block.ports, expected);
    }
  }

  #expect(field: string, holds: boolean, expected: string): void {
    if (!holds) this.#found.push([field, expected]);
  }

  #absent(why: string, fields: readonly string[]): void {
    for (const field of fields) this.#expect(field, this.#data[field] === null, `null, as ${why}`);
  }
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
