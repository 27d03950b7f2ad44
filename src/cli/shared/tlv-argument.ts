import type { Spec, Value } from '../../../spec/types.ts';
import { escapeText } from '../../wire/messages/escape.ts';
import { unhex } from '../../wire/index.ts';
import { meantBy } from '../../wire/messages/did-you-mean.ts';

/** A TLV named on the command line. */
export interface TlvArgument {
  name: string;
  value: string | number | bigint | Uint8Array;
}

const UNREGISTERED = /^(?:([A-Z0-9_]+)_)?(?:0x|x)([0-9A-Fa-f]{2})$/u;

/**
 * Reads `NAME=VALUE`. The value is what its row asks for: text, a number (decimal or 0x...), or octets; `hex:...`
 * gives the octets of any. A number that has no row is named `xE5`, inside another type `SSL_xE5`.
 *
 * @throws Error with a sentence that says what was expected
 */
export function parseTlv(text: string, { tlvs }: Spec): TlvArgument {
  const split = text.indexOf('=');
  if (split < 1) throw new Error('Expected NAME=VALUE, as in AUTHORITY=mail.example.com.');
  const name = text.slice(0, split);
  const value = text.slice(split + 1);
  const kinds = kindsOf(tlvs);
  const kind = kinds.get(name);
  if (kind !== undefined) return { name, value: read(kind, value) };
  const [, parent, digits] = UNREGISTERED.exec(name) ?? [];
  if (digits === undefined) {
    const meant = meantBy(name, [...kinds.keys()]);
    if (meant !== undefined) throw new Error(`There is no TLV ${escapeText(name)}; did you mean ${meant}?`);
    throw new Error(`Expected one of ${[...kinds.keys()].join(', ')}, or a number as in xE5.`);
  }
  const named = namesOf(tlvs, parent, Number.parseInt(digits, 16));
  if (named.length > 0)
    throw new Error(`${name} has a name; write ${named.map((each) => `${each}=`).join(' and ')}.`);
  return {
    name: `${parent === undefined ? '' : `${parent}_`}x${digits.toUpperCase()}`,
    value: octets(value),
  };
}

/** TLVs for `encode`: in the order given; a name that comes again begins another group. */
export function groupTlvs(tlvs: readonly TlvArgument[]): Record<string, TlvArgument['value']>[] {
  const groups: Record<string, TlvArgument['value']>[] = [];
  for (const { name, value } of tlvs) {
    const last = groups.at(-1);
    if (last === undefined || Object.hasOwn(last, name)) groups.push({ [name]: value });
    else last[name] = value;
  }
  return groups;
}

/** Every row that takes a value of its own, by name; the fields of a struct are rows of their own here. */
function kindsOf(tlvs: Spec['tlvs']): ReadonlyMap<string, Value['kind']> {
  return new Map(
    tlvs.flatMap(({ name, value }) =>
      value.kind === 'struct'
        ? value.fields.map((field) => [field.name, field.value.kind] as const)
        : [[name, value.kind] as const],
    ),
  );
}

/** The names that a number goes by: of a struct, those of its fields. */
function namesOf(tlvs: Spec['tlvs'], parent: string | undefined, code: number): readonly string[] {
  const row = tlvs.find((each) => each.parent === parent && each.code === code);
  if (row === undefined) return [];
  return row.value.kind === 'struct' ? row.value.fields.map(({ name }) => name) : [row.name];
}

function read(kind: Value['kind'], text: string): TlvArgument['value'] {
  if (text.startsWith('hex:')) return octets(text);
  switch (kind) {
    case 'ascii':
    case 'utf8':
      return text;
    case 'u8':
    case 'u16be':
    case 'u16le':
    case 'u32be':
    case 'u32le':
    case 'flags':
      return Number(whole(text));
    case 'u64be':
    case 'u64le':
      return whole(text);
    default:
      return octets(text);
  }
}

function whole(text: string): bigint {
  if (!/^(?:\d{1,20}|0x[0-9a-f]{1,16})$/iu.test(text))
    throw new Error('Expected a whole number, decimal or 0x....');
  return BigInt(text);
}

function octets(text: string): Uint8Array {
  if (!text.startsWith('hex:')) return Buffer.from(text, 'utf8');
  const given = unhex(text.slice('hex:'.length));
  if (given === undefined) throw new Error('Expected pairs of hex digits after "hex:".');
  return given;
}
