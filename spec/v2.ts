import type { Checksum, Layout, Pair, Preamble, Range, Row, TlvHead } from './types.ts';

/**
 * ```text
 *  0                         12       13       14       16
 * +-------------------------+--------+--------+--------+- - - -
 * | signature, 12 octets    |ver|cmd |fam|tra | length | address block, TLVs
 * +-------------------------+--------+--------+--------+- - - -
 * ```
 */
export const preamble: Preamble = {
  signature: '0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a',
  version: 2,
  versionCommand: 12,
  familyTransport: 13,
  length: 14,
  size: 16,
  ref: { source: 'PROXY', section: '2.2' },
};

export const commands: readonly Row[] = [
  {
    name: 'LOCAL',
    code: 0x0,
    doc: 'The proxy speaks for itself, as in a health check; the addresses are those of the connection.',
    ref: { source: 'PROXY', section: '2.2' },
  },
  {
    name: 'PROXY',
    code: 0x1,
    doc: 'The connection was relayed on behalf of the client in the header.',
    ref: { source: 'PROXY', section: '2.2' },
  },
];

export const families: readonly Row[] = [
  {
    name: 'UNSPEC',
    code: 0x0,
    doc: 'Unknown, unspecified or unsupported; there is no address.',
    ref: { source: 'PROXY', section: '2.2' },
  },
  {
    name: 'INET',
    code: 0x1,
    aliases: ['IP4'],
    doc: 'IPv4 addresses, 4 octets each.',
    ref: { source: 'PROXY', section: '2.2' },
  },
  {
    name: 'INET6',
    code: 0x2,
    aliases: ['IP6'],
    doc: 'IPv6 addresses, 16 octets each.',
    ref: { source: 'PROXY', section: '2.2' },
  },
  {
    name: 'UNIX',
    code: 0x3,
    doc: 'UNIX socket paths, 108 octets each.',
    ref: { source: 'PROXY', section: '2.2' },
  },
];

export const transports: readonly Row[] = [
  {
    name: 'UNSPEC',
    code: 0x0,
    aliases: ['UNKNOWN'],
    doc: 'Unknown, unspecified or unsupported.',
    ref: { source: 'PROXY', section: '2.2' },
  },
  {
    name: 'STREAM',
    code: 0x1,
    doc: 'A stream: TCP, or a UNIX stream socket.',
    ref: { source: 'PROXY', section: '2.2' },
  },
  {
    name: 'DGRAM',
    code: 0x2,
    doc: 'Datagrams: UDP, or a UNIX datagram socket.',
    ref: { source: 'PROXY', section: '2.2' },
  },
];

export const layouts: readonly Layout[] = [
  {
    family: 'INET',
    fields: [
      { name: 'srcAddr', value: { kind: 'ipv4' }, doc: 'Address of the client.' },
      { name: 'dstAddr', value: { kind: 'ipv4' }, doc: 'Address the client connected to.' },
      { name: 'srcPort', value: { kind: 'u16be' }, doc: 'Port of the client.' },
      { name: 'dstPort', value: { kind: 'u16be' }, doc: 'Port the client connected to.' },
    ],
    size: 12,
    ref: { source: 'PROXY', section: '2.2' },
  },
  {
    family: 'INET6',
    fields: [
      { name: 'srcAddr', value: { kind: 'ipv6' }, doc: 'Address of the client.' },
      { name: 'dstAddr', value: { kind: 'ipv6' }, doc: 'Address the client connected to.' },
      { name: 'srcPort', value: { kind: 'u16be' }, doc: 'Port of the client.' },
      { name: 'dstPort', value: { kind: 'u16be' }, doc: 'Port the client connected to.' },
    ],
    size: 36,
    ref: { source: 'PROXY', section: '2.2' },
  },
  {
    family: 'UNIX',
    fields: [
      {
        name: 'srcAddr',
        value: { kind: 'unixPath', size: 108 },
        doc: 'Path of the client, up to the first NUL.',
      },
      { name: 'dstAddr', value: { kind: 'unixPath', size: 108 }, doc: 'Path the client connected to.' },
    ],
    size: 216,
    ref: { source: 'PROXY', section: '2.2' },
  },
];

export const pairs: readonly Pair[] = [
  {
    code: 0x00,
    family: 'UNSPEC',
    transport: 'UNSPEC',
    doc: 'Nothing is known of the connection.',
    ref: { source: 'PROXY', section: '2.2' },
    examples: [{ wire: '0d0a0d0a000d0a515549540a 20 00 0000', means: { command: 'LOCAL' } }],
  },
  {
    code: 0x11,
    family: 'INET',
    transport: 'STREAM',
    doc: 'TCP over IPv4.',
    ref: { source: 'PROXY', section: '2.2' },
    examples: [
      {
        wire: '0d0a0d0a000d0a515549540a 21 11 000c cb007107 c6336419 10e1 0019',
        means: { srcAddr: '203.0.113.7', dstAddr: '198.51.100.25', srcPort: 4321, dstPort: 25 },
      },
    ],
  },
  {
    code: 0x12,
    family: 'INET',
    transport: 'DGRAM',
    doc: 'UDP over IPv4.',
    ref: { source: 'PROXY', section: '2.2' },
    examples: [
      {
        wire: '0d0a0d0a000d0a515549540a 21 12 000c cb007107 c6336435 c350 0035',
        means: { srcAddr: '203.0.113.7', dstAddr: '198.51.100.53', srcPort: 50000, dstPort: 53 },
      },
    ],
  },
  {
    code: 0x21,
    family: 'INET6',
    transport: 'STREAM',
    doc: 'TCP over IPv6.',
    ref: { source: 'PROXY', section: '2.2' },
    examples: [
      {
        wire: '0d0a0d0a000d0a515549540a 21 21 0024 20010db8000000000000000000000007 20010db8000000000000000000000025 10e1 0019',
        means: { srcAddr: '2001:db8::7', dstAddr: '2001:db8::25', srcPort: 4321, dstPort: 25 },
      },
    ],
  },
  {
    code: 0x22,
    family: 'INET6',
    transport: 'DGRAM',
    doc: 'UDP over IPv6.',
    ref: { source: 'PROXY', section: '2.2' },
    examples: [
      {
        wire: '0d0a0d0a000d0a515549540a 21 22 0024 20010db8000000000000000000000007 00000000000000000000ffffc6336435 c350 0035',
        means: { srcAddr: '2001:db8::7', dstAddr: '::ffff:198.51.100.53', srcPort: 50000, dstPort: 53 },
      },
    ],
  },
  {
    code: 0x31,
    family: 'UNIX',
    transport: 'STREAM',
    doc: 'A UNIX stream socket.',
    ref: { source: 'PROXY', section: '2.2' },
    examples: [
      {
        wire: '0d0a0d0a000d0a515549540a 21 31 00d8 2f72756e2f632e736f636b 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 2f72756e2f732e736f636b 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
        means: { srcAddr: '/run/c.sock', dstAddr: '/run/s.sock' },
      },
    ],
  },
  {
    code: 0x32,
    family: 'UNIX',
    transport: 'DGRAM',
    doc: 'A UNIX datagram socket.',
    ref: { source: 'PROXY', section: '2.2' },
    examples: [
      {
        wire: '0d0a0d0a000d0a515549540a 21 32 00d8 0061 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000 2f72756e2f732e736f636b 00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
        means: { srcAddr: '\0a', dstAddr: '/run/s.sock' },
      },
    ],
  },
];

/** One octet of type, two of length, then the value. */
export const tlvHead: TlvHead = { type: 0, length: 1, size: 3, ref: { source: 'PROXY', section: '2.2' } };

export const ranges: readonly Range[] = [
  {
    name: 'ZERO',
    from: 0x00,
    to: 0x00,
    shared: true,
    usable: false,
    doc: "Nobody's: zeros are padding, or addresses that are left out.",
    ref: { source: 'truepeer' },
  },
  {
    name: 'CUSTOM',
    from: 0xe0,
    to: 0xef,
    shared: true,
    usable: true,
    doc: 'Application-specific data, never used by the standard.',
    ref: { source: 'PROXY', section: '2.2.8' },
  },
  {
    name: 'EXPERIMENT',
    from: 0xf0,
    to: 0xf7,
    shared: true,
    usable: true,
    doc: 'Temporary experiments, not for production.',
    ref: { source: 'PROXY', section: '2.2.8' },
  },
  {
    name: 'FUTURE',
    from: 0xf8,
    to: 0xff,
    shared: true,
    usable: false,
    doc: 'Reserved for future use, perhaps for types of several octets.',
    ref: { source: 'PROXY', section: '2.2.8' },
  },
];

export const checksum: Checksum = {
  name: 'CRC32C',
  polynomial: 0x1edc6f41,
  check: 0xe3069283,
  ref: { source: 'RFC 9260', section: 'A' },
};
