import assert from 'node:assert/strict';
import { TLVS } from '../../generated/tlv-table.ts';
import {
  AF,
  decode,
  encode,
  type HeaderInput,
  type ProxyData,
  ProxyError,
  type TlvVector,
} from '../../src/proxy/index.ts';
import { groupsOf, spelled } from './interpreter/words.ts';
import { hexOf } from './outcome.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Throws unless a header, whatever it holds, is refused with a `ProxyError`, or encodes to octets that say what it said
 * and encode again to themselves.
 */
export function saysWhatItWasTold(input: Values): void {
  let octets: Uint8Array;
  try {
    octets = encode(input as HeaderInput);
  } catch (error) {
    assert.ok(error instanceof ProxyError && error.code.startsWith('encode-'), String(error));
    return;
  }
  const result = decode(octets, { maxLength: 65535, maxTLVs: 21845 });
  assert.ok(result.status === 'ok', hexOf(octets));
  assert.equal(result.length, octets.length);
  assert.equal(hexOf(encode(result.data.toHeader())), hexOf(octets));
  assert.equal(result.data.version, input['version'] ?? 2);
  const unsayable = result.data.version === 1 && result.data.family === AF.UNSPEC;
  if (!unsayable) sameEnds(result.data, input);
  for (const [name, value] of named(input['tlvs'])) sameValue(result.data, name, value);
}

function sameEnds(data: ProxyData, input: Values): void {
  for (const field of ['srcAddr', 'dstAddr'] as const) {
    const given = (input[field] ?? null) as string | null;
    const mapped = data.family === AF.INET6 && given?.includes(':') === false ? `::ffff:${given}` : given;
    assert.equal(data[field], data.family === AF.INET6 ? spelled(groupsOf(mapped!)!) : mapped);
  }
  for (const field of ['srcPort', 'dstPort'] as const) assert.equal(data[field], input[field] ?? null);
}

/** Names and values of TLVs, in whatever form they were given. */
function named(tlvs: unknown): [string, unknown][] {
  const list = (Array.isArray(tlvs) ? tlvs : [tlvs ?? {}]) as (Values | Map<string, unknown>)[];
  return list.flatMap((values) => (values instanceof Map ? [...values] : Object.entries(values)));
}

function sameValue({ tlv }: ProxyData, name: string, value: unknown): void {
  const row = TLVS.find((entry) => entry.name === name);
  if (value === undefined || value === null || row?.role === 'checksum') return;
  if (row?.field === true) {
    if (!(value instanceof Uint8Array)) assert.equal(tlv?.get(name), value);
    return;
  }
  // A number without a row may have one at another vendor; inside a vendor's TLV it is the first of the octets.
  const type = Number.parseInt(name.slice(-2), 16);
  const variant = TLVS.find((entry) => entry.kind === 'variant' && name.startsWith(`${entry.name}_x`));
  const octets =
    value instanceof Uint8Array ? [...(variant === undefined ? [] : [type]), ...value] : undefined;
  const isNamed = (vector: TlvVector): boolean =>
    (row ?? variant) === undefined ? vector.type === type : vector.name === (row ?? variant)?.name;
  const isSame = (vector: TlvVector): boolean => {
    // True says that the parts stand beside it, known ones or not.
    if (value === true) return true;
    if (octets === undefined) return Object.is(vector.value, value);
    return hexOf(vector.octets) === hexOf(Uint8Array.from(octets));
  };
  assert.ok(
    tlv?.vectors.some((vector) => isNamed(vector) && isSame(vector)),
    `${name} is not what it was`,
  );
}
