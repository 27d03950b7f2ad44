import type { Endpoints } from './floors/inet-text.ts';
import type { SslTexts } from './floors/ssl-text.ts';

/**
 * Headers to measure with, written octet by octet: nothing here comes from the encoder under test.
 * Every kind is a ring of headers with different addresses, so that no line measures one lucky branch.
 */
const RING = 64;

/** Where the sum stands when its TLV is the first of a header over IPv4. */
const SUM_AT = 31;
const INET = 0x11;
const INET6 = 0x21;
const IPV6_SHAPES = [
  '2001:db8::x',
  '2001:db8:x::1',
  'fe80::x:beff:fe12:3456',
  '2001:db8:1:2:3:x:7:8',
  '64:ff9b::c000:x',
];

export const inetEnds: readonly Endpoints[] = ring((i) => ({
  srcAddr: `${10 + (i % 90)}.${(i * 7) % 256}.${(i * 37) % 256}.${1 + ((i * 101) % 254)}`,
  dstAddr: `192.0.2.${(i * 53) % 256}`,
  srcPort: 1024 + i * 997,
  dstPort: i % 2 === 0 ? 25 : 465,
}));

export const inet6Ends: readonly Endpoints[] = ring((i) => ({
  srcAddr: IPV6_SHAPES[i % IPV6_SHAPES.length]!.replaceAll('x', (0x1000 + i * 401).toString(16)),
  dstAddr: '2001:db8:85a3::25',
  srcPort: 1024 + i * 997,
  dstPort: 25,
}));

/** The same ends as a header of version 1 to write. */
export type V1Input = Endpoints & { readonly version: 1 };
export const v1Input: readonly V1Input[] = inetEnds.map((ends) => ({ version: 1, ...ends }));

export const inet: readonly Buffer[] = inetEnds.map((ends) => v2(INET, inetBlock(ends)));
export const inet6: readonly Buffer[] = inet6Ends.map((ends) => v2(INET6, inet6Block(ends)));
export const v1Tcp4: readonly Buffer[] = inetEnds.map((ends) => v1('TCP4', ends));
export const v1Tcp6: readonly Buffer[] = inet6Ends.map((ends) => v1('TCP6', ends));

/** As an AWS network balancer sends it to a private link: checksum, endpoint id, then padding. */
export const aws: readonly Buffer[] = inetEnds.map((ends, i) =>
  withSum(
    v2(
      INET,
      inetBlock(ends),
      tlv(0x03, Buffer.alloc(4)),
      tlv(0xea, vpcEndpoint(i)),
      tlv(0x05, uniqueId(i)),
      tlv(0x04, Buffer.alloc(36)),
    ),
  ),
);

/** Type and value, in hex, of each TLV above; the sum is the one the header carries. */
export const awsTlvs: readonly (readonly [number, string])[][] = aws.map((header, i) => [
  [0x03, header.toString('hex', SUM_AT, SUM_AT + 4)],
  [0xea, Buffer.from(vpcEndpoint(i)).toString('hex')],
  [0x05, Buffer.from(uniqueId(i)).toString('hex')],
  [0x04, '00'.repeat(36)],
]);

export const sslTexts: readonly SslTexts[] = ring((i) => ({
  authority: `mx${i}.example.org`,
  version: 'TLSv1.3',
  cn: i % 8 === 0 ? `Zoë Müller ${i}` : `client-${i}.example.net`,
  cipher: 'TLS_AES_256_GCM_SHA384',
  sigAlg: 'RSA-SHA256',
  keyAlg: 'RSA2048',
}));

/** As HAProxy sends it with `send-proxy-v2-ssl-cn` and its options. */
export const ssl: readonly Buffer[] = inetEnds.map((ends, i) => {
  const texts = sslTexts[i]!;
  return v2(
    INET,
    inetBlock(ends),
    tlv(0x02, texts.authority),
    tlv(
      0x20,
      Buffer.from([7, 0, 0, 0, 0]),
      tlv(0x21, texts.version),
      tlv(0x22, texts.cn),
      tlv(0x23, texts.cipher),
      tlv(0x24, texts.sigAlg),
      tlv(0x25, texts.keyAlg),
    ),
  );
});

/** What else arrives on such a port: other protocols, noise, and headers with one fault each; eight of a kind in turn. */
export const garbage: readonly Buffer[] = ring((i) => {
  const header = Buffer.from(inet[i]!);
  switch (i >> 3) {
    case 0:
      return Buffer.from(`GET /${i} HTTP/1.1\r\nHost: example.org\r\n\r\n`);
    case 1:
      return Buffer.from(`EHLO client${i}.example.org\r\n`);
    case 2:
      return Buffer.from(`160301020001000${i % 10}fc0303${'5a'.repeat(24)}`, 'hex');
    case 3:
      return Buffer.from(Array.from({ length: 32 }, (_, at) => (at * 89 + i * 31 + 7) % 256));
    case 4:
      header[12] = 0x11;
      return header;
    case 5:
      header[13] = 0x41;
      return header;
    case 6:
      return v1('TCP4', { ...inetEnds[i]!, srcAddr: '10.1.256.4' });
    default:
      return v1('TCP4', { ...inetEnds[i]!, srcPort: 70_000 + i });
  }
});

/** The valid headers that garbage is compared with, in the same mix of versions. */
export const accepted: readonly Buffer[] = ring((i) => (i >> 3 < 6 ? inet[i]! : v1Tcp4[i]!));

function ring<T>(make: (i: number) => T): T[] {
  return Array.from({ length: RING }, (_, i) => make(i));
}

function vpcEndpoint(i: number): string {
  return `\u0001vpce-08d2bf15fac5${(0x5001 + i).toString(16)}c9`;
}

function uniqueId(i: number): string {
  return `${(0x10000 + i).toString(16).padStart(8, '0')}-0000-4000-8000-0000000000${10 + i}`;
}

function v1(word: string, ends: Endpoints): Buffer {
  return Buffer.from(
    `PROXY ${word} ${ends.srcAddr} ${ends.dstAddr} ${ends.srcPort} ${ends.dstPort}\r\n`,
    'latin1',
  );
}

function v2(family: number, ...blocks: Buffer[]): Buffer {
  const body = Buffer.concat(blocks);
  const start = Buffer.from('0d0a0d0a000d0a515549540a2100', 'hex');
  start[13] = family;
  return Buffer.concat([start, u16(body.length), body]);
}

function inetBlock(ends: Endpoints): Buffer {
  return Buffer.concat([quad(ends.srcAddr), quad(ends.dstAddr), u16(ends.srcPort), u16(ends.dstPort)]);
}

function inet6Block(ends: Endpoints): Buffer {
  return Buffer.concat([groups(ends.srcAddr), groups(ends.dstAddr), u16(ends.srcPort), u16(ends.dstPort)]);
}

function quad(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number));
}

function groups(text: string): Buffer {
  const [head, tail] = text.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const missing = 8 - head!.length - (tail?.length ?? 0);
  const all = [...head!, ...Array<string>(tail === undefined ? 0 : missing).fill('0'), ...(tail ?? [])];
  return Buffer.concat(all.map((group) => u16(Number.parseInt(group, 16))));
}

function tlv(type: number, ...parts: (Buffer | string)[]): Buffer {
  const value = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  return Buffer.concat([Buffer.from([type]), u16(value.length), value]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

/** Writes the CRC32C, bit by bit, into the first TLV of a header over IPv4. */
function withSum(header: Buffer): Buffer {
  let crc = 0xffffffff;
  for (const octet of header) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  header.writeUInt32BE(~crc >>> 0, SUM_AT);
  return header;
}
