import { spec } from '../../spec/index.ts';
import type { Meaning, Tlv } from '../../spec/types.ts';
import type { HeaderInput } from '../../src/proxy/index.ts';
import { AF, PROTO, V2_CMD } from '../../src/proxy/index.ts';
import { slowCrc32c } from './parts/slow-crc32c.ts';
import type { Reading } from './parts/tshark.ts';

/** A header to encode, and what an oracle must find in the octets. */
export interface OracleCase {
  readonly name: string;
  readonly header: HeaderInput;
  /** What tshark must find; a function where it depends on the octets, as a checksum does. */
  readonly reading: Reading | ((octets: Uint8Array) => Reading);
}

/** The TLVs of one object. */
type TlvsInput = Exclude<HeaderInput['tlvs'], readonly unknown[] | null | undefined>;

const IPV4 = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '192.0.2.25', dstPort: 25 };
const IPV6 = { srcAddr: '2001:db8::7', srcPort: 65_535, dstAddr: '2001:db8:ffff::19', dstPort: 0 };
const IPV4_ENDS = { source: '203.0.113.7 4321', destination: '192.0.2.25 25' };
const IPV6_ENDS = { source: '2001:db8::7 65535', destination: '2001:db8:ffff::19 0' };
const NO_ENDS = { source: null, destination: null };

const V1: Reading = {
  version: 1,
  command: null,
  family: null,
  transport: null,
  ...NO_ENDS,
  tlvs: [],
  complaint: null,
};
const V2: Reading = { ...V1, version: 2, command: V2_CMD.PROXY, family: AF.INET, transport: PROTO.STREAM };

const LOCAL: Reading = { ...V2, command: V2_CMD.LOCAL, family: AF.UNSPEC, transport: PROTO.UNSPEC };

const addresses: readonly OracleCase[] = [
  { name: 'v1 TCP4', header: { version: 1, ...IPV4 }, reading: { ...V1, ...IPV4_ENDS } },
  { name: 'v1 TCP6', header: { version: 1, ...IPV6 }, reading: { ...V1, ...IPV6_ENDS } },
  { name: 'v1 UNKNOWN', header: { version: 1, family: 'UNSPEC' }, reading: V1 },
  { name: 'v2 TCP over IPv4', header: IPV4, reading: { ...V2, ...IPV4_ENDS } },
  {
    name: 'v2 UDP over IPv4',
    header: { ...IPV4, protocol: 'DGRAM' },
    reading: { ...V2, transport: PROTO.DGRAM, ...IPV4_ENDS },
  },
  { name: 'v2 TCP over IPv6', header: IPV6, reading: { ...V2, family: AF.INET6, ...IPV6_ENDS } },
  {
    name: 'v2 UDP over IPv6',
    header: { ...IPV6, protocol: 'DGRAM' },
    reading: { ...V2, family: AF.INET6, transport: PROTO.DGRAM, ...IPV6_ENDS },
  },
  {
    name: 'v2 TCP over IPv6, IPv4 client',
    header: { ...IPV6, srcAddr: '203.0.113.7' },
    reading: { ...V2, family: AF.INET6, ...IPV6_ENDS, source: '::ffff:203.0.113.7 65535' },
  },
  ...(['STREAM', 'DGRAM'] as const).map((protocol) => ({
    name: `v2 UNIX ${protocol}`,
    header: { protocol, family: AF.UNIX, srcAddr: '/run/client', dstAddr: '/run/mail.sock' },
    reading: {
      ...V2,
      family: AF.UNIX,
      transport: PROTO[protocol],
      source: unixPath('/run/client'),
      destination: unixPath('/run/mail.sock'),
    },
  })),
  {
    name: 'v2 LOCAL',
    header: { command: 'LOCAL' },
    reading: LOCAL,
  },
  {
    name: 'v2 LOCAL with a checksum',
    header: { command: 'LOCAL', checksum: true },
    reading: (octets) => ({ ...LOCAL, tlvs: [checksumIn(octets, 16)] }),
  },
  {
    name: 'v2 TCP over IPv4 with a checksum before all else',
    header: { ...IPV4, tlvs: [{ CRC32C: 0 }, { NOOP: new Uint8Array(20) }] },
    reading: (octets) => ({
      ...V2,
      ...IPV4_ENDS,
      tlvs: [checksumIn(octets, 28), [row('NOOP').code, '00'.repeat(20)]],
    }),
  },
  {
    name: 'v2 TCP over IPv6 with a checksum after all else',
    header: { ...IPV6, tlvs: { NOOP: new Uint8Array(20) }, checksum: true },
    reading: (octets) => ({
      ...V2,
      family: AF.INET6,
      ...IPV6_ENDS,
      tlvs: [[row('NOOP').code, '00'.repeat(20)], checksumIn(octets, octets.length - 7)],
    }),
  },
];

/** A case for each TLV of the tables that has a value of its own, with the row's own example. */
const vectors: readonly OracleCase[] = spec.tlvs
  .filter(({ value, role }) => value.kind !== 'struct' && value.kind !== 'variant' && role !== 'checksum')
  .flatMap((tlv) =>
    tlv.examples.map(({ wire, means }) => ({
      name: `v2 with ${tlv.name} ${JSON.stringify(means)}`,
      header: { ...IPV4, tlvs: within(tlv, valueOf(tlv, means)) },
      reading: { ...V2, ...IPV4_ENDS, tlvs: found(tlv, wire.replaceAll(' ', '')) },
    })),
  );

const combinations: readonly OracleCase[] = [
  {
    name: 'v2 with what HAProxy says of a TLS client',
    header: {
      ...IPV4,
      tlvs: [
        { AUTHORITY: 'mx.example' },
        { UNIQUE_ID: Buffer.from('a1') },
        { SSL_CLIENT: 7, SSL_VERIFY: 0, SSL_VERSION: 'TLSv1.3', SSL_CN: 'user.example' },
      ],
    },
    reading: {
      ...V2,
      ...IPV4_ENDS,
      tlvs: [
        [row('AUTHORITY').code, hexOf('mx.example')],
        [row('UNIQUE_ID').code, hexOf('a1')],
        ...sslFound('0700000000', ['SSL_VERSION', hexOf('TLSv1.3')], ['SSL_CN', hexOf('user.example')]),
      ],
    },
  },
  {
    name: 'v2 with TLVs after SSL and an unregistered one',
    header: {
      ...IPV4,
      tlvs: [
        { SSL_CLIENT: 1, SSL_VERIFY: 1, SSL_VERSION: 'TLSv1.2' },
        { xE4: Buffer.from('custom') },
        { NETNS: 'blue' },
        { NOOP: new Uint8Array(20) },
      ],
    },
    reading: {
      ...V2,
      ...IPV4_ENDS,
      tlvs: [
        ...sslFound('0100000001', ['SSL_VERSION', hexOf('TLSv1.2')]),
        [0xe4, hexOf('custom')],
        [row('NETNS').code, hexOf('blue')],
        [row('NOOP').code, '00'.repeat(20)],
      ],
    },
  },
];

/** Every header that the oracles are shown. */
export const oracleCases: readonly OracleCase[] = [...addresses, ...vectors, ...combinations];

/** The checksum's vector at an offset, worked out anew. */
function checksumIn(octets: Uint8Array, at: number): Reading['tlvs'][number] {
  return [row('CRC32C').code, hexNumber(slowCrc32c(octets, at + 3), 4)];
}

function row(name: string): Tlv {
  const tlv = spec.tlvs.find((each) => each.name === name);
  if (tlv === undefined) throw new Error(`the tables have no ${name}`);
  return tlv;
}

/** What `encode` is given for a row: SSL needs its version, whatever else it holds. */
function within({ name, parent }: Tlv, value: unknown): TlvsInput {
  const own = { [name]: value } as TlvsInput;
  return parent === 'SSL' ? { SSL_CLIENT: 1, SSL_VERIFY: 0, SSL_VERSION: 'TLSv1.3', ...own } : own;
}

/** What is on the wire for a row whose own octets are these. */
function found({ name, code, parent }: Tlv, octets: string): Reading['tlvs'] {
  if (parent === undefined) return [[code, octets]];
  if (parent !== 'SSL') return [[row(parent).code, hexNumber(code, 1) + octets]];
  const version = name === 'SSL_VERSION' ? [] : [['SSL_VERSION', hexOf('TLSv1.3')] as const];
  return sslFound('0100000000', ...version, [name, octets]);
}

/** The SSL vector and, after it, its children. */
function sslFound(
  fixed: string,
  ...children: readonly (readonly [name: string, octets: string])[]
): Reading['tlvs'] {
  const ssl = row('SSL').code;
  const inner = children.map(([name, octets]) => framed(row(name).code, octets)).join('');
  return [[ssl, fixed + inner], ...children.map(([name, octets]) => [row(name).code, octets, ssl] as const)];
}

function framed(code: number, octets: string): string {
  return hexNumber(code, 1) + hexNumber(octets.length / 2, 2) + octets;
}

function hexNumber(value: number, octets: number): string {
  return value.toString(16).padStart(2 * octets, '0');
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

function unixPath(path: string): string {
  return hexOf(path).padEnd(2 * 108, '0');
}

/** The value that `encode` takes for an example's meaning. */
function valueOf({ name, value }: Tlv, means: Meaning): unknown {
  if (value.kind === 'bytes') return Buffer.from(String(means), 'hex');
  if (value.kind === 'u64be') return BigInt(String(means));
  if (typeof means === 'object') throw new Error(`${name} has no value of its own`);
  return means;
}
