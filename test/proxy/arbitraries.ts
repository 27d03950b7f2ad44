import fc from 'fast-check';
import { spec } from '../../spec/index.ts';
import type { Production, Tlv, Value } from '../../spec/types.ts';
import type { DecodeOptions } from '../../src/proxy/index.ts';
import { crc } from './interpreter.ts';

type Octets = Uint8Array<ArrayBuffer>;

const latin1 = (text: string): Octets => Uint8Array.from(text, (character) => character.charCodeAt(0));
const joined = (...parts: readonly (Uint8Array | readonly number[])[]): Octets =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
const octets = (minLength: number, maxLength = minLength): fc.Arbitrary<Octets> =>
  fc.uint8Array({ minLength, maxLength }).map((some) => Uint8Array.from(some));

/** IPv4 and IPv6 text and ports, as version 1 spells them, with the edges drawn often. */
const number = (most: number): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(0, 1, 9, 10, most), fc.integer({ min: 0, max: most })).map(String);
const ipv4 = fc.array(number(255), { minLength: 4, maxLength: 4 }).map((parts) => parts.join('.'));
const group = fc.oneof(
  { weight: 2, arbitrary: fc.constant('0') },
  fc.constantFrom('ffff', 'FFFF', '0000', '1', '00a0', 'db8'),
  fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16)),
);
const wholeIpv6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
const shortIpv6 = fc
  .tuple(fc.array(group, { maxLength: 7 }), fc.nat(7))
  .map(([groups, at]) => `${groups.slice(0, at).join(':')}::${groups.slice(at).join(':')}`);
const ipv6 = fc.oneof(
  wholeIpv6,
  shortIpv6,
  fc.tuple(fc.constantFrom('::ffff:', '::FFFF:'), ipv4).map((parts) => parts.join('')),
);
const words = { ipv4, ipv6, port: number(65535) };

/** A valid line of version 1, drawn from the grammar. */
export function lines(production: Production = spec.v1[0]!.is): fc.Arbitrary<Octets> {
  if (typeof production === 'string') return fc.constant(latin1(production));
  if ('rule' in production) return lines(spec.v1.find((rule) => rule.name === production.rule)!.is);
  if ('seq' in production) return fc.tuple(...production.seq.map(lines)).map((parts) => joined(...parts));
  if ('alt' in production) return fc.oneof(...production.alt.map(lines));
  if ('opt' in production) return fc.option(lines(production.opt), { nil: new Uint8Array() });
  if ('field' in production) return words[production.is].map(latin1);
  const most = spec.v1[0]!.longest - 'PROXY UNKNOWN \r\n'.length;
  return fc
    .oneof(octets(0, most), octets(most))
    .map((some) => some.map((octet) => (octet === 10 || octet === 13 ? 32 : octet)));
}

/** Type, length, value. */
function tlv(type: number, value: Uint8Array): Octets {
  return joined([type, value.length >> 8, value.length & 255], value);
}

/** Octets of a value: mostly what its row asks for, now and then anything. */
function values(row: Pick<Tlv, 'name' | 'value'>): fc.Arbitrary<Octets> {
  return fc.oneof({ weight: 9, arbitrary: fitting(row.name, row.value) }, octets(0, 12));
}

function fitting(name: string, value: Value): fc.Arbitrary<Octets> {
  const sizes: Partial<Record<Value['kind'], number>> = {
    u8: 1,
    flags: 1,
    u16be: 2,
    u16le: 2,
    u32be: 4,
    u32le: 4,
    u64be: 8,
    u64le: 8,
  };
  switch (value.kind) {
    case 'ascii':
      return fc.string({ maxLength: 20 }).map(latin1);
    case 'utf8':
      return fc.string({ unit: 'binary', maxLength: 20 }).map((text) => new Uint8Array(Buffer.from(text)));
    case 'bytes':
      return fc.oneof(octets(0, 20), octets(120, 135));
    case 'struct': {
      const fields = value.fields.map((field) => fitting(field.name, field.value));
      return fc
        .tuple(fc.tuple(...fields), vectors(name, 6))
        .map(([fixed, inside]) => joined(...fixed, inside));
    }
    case 'variant':
      return fc
        .oneof(
          ...spec.tlvs
            .filter((row) => row.parent === name)
            .map((row) => values(row).map((some) => joined([row.code], some))),
        )
        .map((some) => some);
    default:
      return octets(sizes[value.kind] ?? 0);
  }
}

/** TLVs inside `parent`, or at the top: mostly each once. */
function vectors(parent: string | undefined, most: number): fc.Arbitrary<Octets> {
  const rows = spec.tlvs.filter((row) => row.parent === parent && row.role !== 'checksum');
  const known = fc.constantFrom(...rows).chain((row) => values(row).map((value) => tlv(row.code, value)));
  const unknown = fc.tuple(fc.nat(255), octets(0, 9)).map(([type, value]) => tlv(type, value));
  const one = fc.oneof({ weight: 6, arbitrary: known }, unknown);
  const distinct = fc.uniqueArray(one, { maxLength: most, selector: (some) => some[0] });
  return fc
    .oneof({ weight: 5, arbitrary: distinct }, fc.array(one, { maxLength: most }))
    .map((list) => joined(...list));
}

const checksum = spec.tlvs.find((row) => row.role === 'checksum')!.code;
const signature = Uint8Array.from(Buffer.from(spec.preamble.signature.replaceAll(' ', ''), 'hex'));

/** A header of version 2: what the tables name, with its checksum right if it has one, and mostly valid. */
export const binaries: fc.Arbitrary<Octets> = fc
  .record({
    command: fc.constantFrom(...spec.commands.map((row) => row.code), 1, 1),
    pair: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...spec.pairs.map((pair) => pair.code)) },
      fc.nat(255),
    ),
    paths: fc.boolean(),
    addresses: octets(216),
    before: vectors(undefined, 4),
    sum: fc.constantFrom('none', 'none', 'right', 'right', 'wrong'),
    after: vectors(undefined, 2),
  })
  .map(({ command, pair, paths, addresses, before, sum, after }) => {
    const layout = spec.layouts.find((each) => each.family === spec.families[pair >> 4]?.name);
    const block = addresses.slice(0, layout?.size ?? 0);
    if (paths) block.fill(0, 12, 100).fill(0, 120, 210);
    const at = spec.preamble.size + block.length + before.length + 3;
    const tlvs = joined(before, sum === 'none' ? [] : tlv(checksum, new Uint8Array(4)), after);
    const length = block.length + tlvs.length;
    const start = [(spec.preamble.version << 4) | command, pair, length >> 8, length & 255];
    const header = joined(signature, start, block, tlvs);
    if (sum !== 'none') new DataView(header.buffer).setUint32(at, crc(spec.checksum.polynomial, header));
    if (sum === 'wrong') header[at] = header[at]! ^ 1;
    return header;
  });

export const headers: fc.Arbitrary<Octets> = fc.oneof(lines(), binaries);

/** One small change. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), at: fc.nat(400), octet: fc.nat(255) }),
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(400), octet: fc.nat(7) }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: fc.nat(400),
    octet: fc.constantFrom(0, 32, 48, 58, 13, 10, 46, 3),
  }),
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(400), octet: fc.constant(0) }),
  fc.record({
    kind: fc.constant('lengthen' as const),
    at: fc.constant(15),
    octet: fc.integer({ min: -8, max: 8 }),
  }),
  fc.record({
    kind: fc.constant('digit' as const),
    at: fc.nat(400),
    octet: fc.integer({ min: 45, max: 58 }),
  }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(header: Octets, { kind, at, octet }: Change): Octets {
  const out = header.slice();
  const place = header.length === 0 ? 0 : at % header.length;
  if (kind === 'insert') return joined(header.subarray(0, place), [octet], header.subarray(place));
  if (kind === 'remove') return joined(header.subarray(0, place), header.subarray(place + 1));
  if (kind === 'flip') out[place] = out[place]! ^ (1 << octet);
  else if (kind === 'lengthen') out[at] = (out[at] ?? 0) + octet;
  else out[place] = octet;
  return out;
}

/** Headers with a few small changes. */
export const mutants: fc.Arbitrary<Octets> = fc
  .tuple(headers, fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([header, changes]) => changes.reduce(changed, header));

/** Anything at all, mostly behind something that begins well. */
export const garbage: fc.Arbitrary<Octets> = fc
  .tuple(
    fc.constantFrom(
      new Uint8Array(),
      latin1('PROXY '),
      latin1('PROXY TCP4 1'),
      latin1('PROXY TCP6 ::'),
      latin1('PROXY UNKNOWN '),
      signature,
      joined(signature, [0x21, 0x11, 0, 40]),
      joined(signature, [0x20, 0x00, 0, 40]),
    ),
    fc.oneof(
      octets(0, 120),
      fc.string({ unit: fc.constantFrom(...'0123456789abcf:. \r\nPROXYTCU'), maxLength: 90 }).map(latin1),
    ),
  )
  .map(([start, end]) => joined(start, end));

export const inputs: fc.Arbitrary<Octets> = fc.oneof(
  headers,
  { weight: 3, arbitrary: mutants },
  garbage,
  fc.tuple(headers, octets(0, 20)).map(([header, more]) => joined(header, more)),
);

/** Options of `decode`, mostly none. */
export const options: fc.Arbitrary<DecodeOptions> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.record(
    {
      maxLength: fc.nat(300),
      maxTLVs: fc.nat(6),
      maxAuthority: fc.nat(20),
      maxUniqueId: fc.nat(130),
      duplicates: fc.constantFrom('reject', 'first'),
      mixedFamilies: fc.boolean(),
      tlv: fc.constantFrom('strict', 'lenient'),
      versions: fc.constantFrom([1], [2], [1, 2], [2, 1]),
    },
    { requiredKeys: [] },
  ),
);
