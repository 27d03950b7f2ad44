import { expect, test } from 'vitest';
import { decodedSchema, headerSchema, type HeaderJson } from '../../generated/schemas.ts';
import { decode, encode, type HeaderInput } from '../../src/proxy/index.ts';

const TCP = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };

/** Path and message of each problem. */
function problems(header: unknown): [string, string][] {
  const result = headerSchema.safeParse(header);
  return result.success ? [] : result.error.issues.map(({ path, message }) => [path.join('.'), message]);
}

test.for<[input: HeaderJson, output: HeaderInput]>([
  [TCP, TCP],
  [
    { ...TCP, command: null, tlvs: null, checksum: true },
    { ...TCP, checksum: true },
  ],
  [{ command: 'LOCAL' }, { command: 'LOCAL' }],
  [
    {
      ...TCP,
      tlvs: { UNIQUE_ID: '01 ff', AUTHORITY: 'mx.example', GCP_PSC_CONNECTION_ID: '18446744072646845442' },
    },
    {
      ...TCP,
      tlvs: {
        UNIQUE_ID: Uint8Array.of(1, 255),
        AUTHORITY: 'mx.example',
        GCP_PSC_CONNECTION_ID: 18446744072646845442n,
      },
    },
  ],
  [
    { ...TCP, tlvs: [{ xf5: '' }, { AWS_x07: '0a' }, { SSL: '0100000000' }] },
    {
      ...TCP,
      tlvs: [
        { xf5: new Uint8Array(0) },
        { AWS_x07: Uint8Array.of(10) },
        { SSL: Uint8Array.of(1, 0, 0, 0, 0) },
      ],
    },
  ],
])('accepted %#: gives what encode takes', ([input, output]) => {
  const parsed = headerSchema.parse(input);
  expect(parsed).toEqual(output);
  expect(encode(parsed)).toEqual(encode(output));
});

test.for<[header: unknown, problems: [path: string, message: string][]]>([
  [[], [['', 'Invalid input: expected object, received array']]],
  [{ ...TCP, srcadr: '' }, [['', 'Unrecognized key: "srcadr"']]],
  [{ ...TCP, version: 3 }, [['version', 'expected 1 or 2']]],
  [{ ...TCP, command: 'local' }, [['command', 'expected LOCAL (0), PROXY (1)']]],
  [
    { ...TCP, family: 'IPX' },
    [['family', 'expected UNSPEC (0), INET (1), IP4 (1), INET6 (2), IP6 (2), UNIX (3)']],
  ],
  [
    { ...TCP, srcPort: 65536, dstPort: '25' },
    [
      ['srcPort', 'expected a whole number 0..65535'],
      ['dstPort', 'expected a whole number 0..65535'],
    ],
  ],
  [{}, [['srcAddr', 'expected an address; family UNSPEC or command LOCAL sends a header without one']]],
  [
    { ...TCP, srcAddr: '203.0.113.07' },
    [
      [
        'srcAddr',
        'expected an IPv4 address, as the family is INET: four decimal numbers 0..255 without leading zeros, dots between',
      ],
    ],
  ],
  [
    { ...TCP, dstAddr: '1::2::3' },
    [
      [
        'dstAddr',
        'expected an IPv6 address, or an IPv4 address to be sent mapped, as the family is INET6: eight groups of one to four hex digits, at most one "::", a dotted quad only after ::ffff:',
      ],
    ],
  ],
  [{ srcAddr: '/a', dstAddr: '/b', srcPort: 1 }, [['srcPort', 'expected none, as the family is UNIX']]],
  [
    { ...TCP, command: 'LOCAL', family: 'INET', protocol: 'STREAM' },
    [
      ['family', 'expected none or UNSPEC, as the command is LOCAL'],
      ['srcAddr', 'expected none, as the command is LOCAL'],
      ['dstAddr', 'expected none, as the command is LOCAL'],
      ['srcPort', 'expected none, as the command is LOCAL'],
      ['dstPort', 'expected none, as the command is LOCAL'],
      ['protocol', 'expected UNSPEC, as the command is LOCAL'],
    ],
  ],
  [{ ...TCP, protocol: 'UNSPEC' }, [['protocol', 'expected STREAM or DGRAM, as the family is INET']]],
  [
    { ...TCP, version: 1, tlvs: { NOOP: '' }, checksum: true },
    [
      ['tlvs', 'expected none, as version 1 has no TLVs'],
      ['checksum', 'expected false, as version 1 has no TLVs'],
    ],
  ],
  [
    { ...TCP, tlvs: { AUTHORITY: 'x'.repeat(256), UNIQUE_ID: '0', SSL_CLIENT: 256 } },
    [
      ['tlvs.AUTHORITY', 'expected text without control characters, 0..255 octets'],
      ['tlvs.UNIQUE_ID', 'expected octets in a Uint8Array or as hex text, 0..128 octets'],
      ['tlvs.SSL_CLIENT', 'expected a whole number 0..255'],
    ],
  ],
  [
    { ...TCP, tlvs: [{ NOOP: '' }, { AUTORITY: 'x', xf8: '', x02: '', SSL_x21: '', xf5: 'zz' }] },
    [
      ['tlvs.1.AUTORITY', 'expected the name of a row, or xNN for a number without one'],
      ['tlvs.1.xf8', 'expected a number that may be sent; this one is reserved (FUTURE)'],
      ['tlvs.1.x02', 'expected the name AUTHORITY'],
      ['tlvs.1.SSL_x21', 'expected the name SSL_VERSION'],
      ['tlvs.1.xf5', 'expected octets in a Uint8Array or as hex text'],
    ],
  ],
  [
    { ...TCP, tlvs: { SSL: '0100000000', SSL_CN: 'x' } },
    [['tlvs.SSL_CN', 'expected none, as SSL is given as octets']],
  ],
  [
    { ...TCP, tlvs: { ALIBABA_VPC_ID: 'a', ALIBABA_ENDPOINT_ID: 'b', AWS: true } },
    [
      [
        'tlvs.ALIBABA_VPC_ID',
        'expected exactly one sub-type of ALIBABA, found 2; a list of TLVs takes several',
      ],
      ['tlvs.AWS', 'expected exactly one sub-type of AWS, found 0; a list of TLVs takes several'],
    ],
  ],
  [
    { ...TCP, tlvs: [{ SSL_CN: 'a' }, { NOOP: '' }, { SSL_CLIENT: 1 }] },
    [['tlvs.2.SSL_CLIENT', 'expected one SSL, found a second']],
  ],
  [
    { ...TCP, tlvs: { NOOP: new Uint8Array(65520), CRC32C: 0 } },
    [['tlvs', 'expected at most 65535 octets of addresses and TLVs, found 65542']],
  ],
])('refused %#: every field at fault is named', ([header, expected]) => {
  expect(problems(header)).toEqual(expected);
});

test('what was read passes its schema, and nothing else does', () => {
  const result = decode(encode({ ...TCP, tlvs: { SSL_CLIENT: 1, xf5: Uint8Array.of(1) } }));
  if (result.status !== 'ok') throw new Error('not decoded');
  const json = JSON.parse(JSON.stringify(result.data)) as Record<string, unknown>;
  expect(decodedSchema.parse(json)).toEqual({
    version: 2,
    command: 'PROXY',
    family: 'INET',
    protocol: 'STREAM',
    ...TCP,
    tlv: { SSL: true, SSL_CLIENT: 1, SSL_VERIFY: 0, xF5: '01' },
    valid: true,
  });
  const wrong = (change: object): string[] =>
    decodedSchema.safeParse({ ...json, ...change }).error?.issues.map(({ path }) => path.join('.')) ?? [];
  expect(wrong({ version: 1 })).toEqual(['command', 'tlv']);
  expect(wrong({ command: 'LOCAL' })).toEqual(['family', 'protocol']);
  expect(wrong({ family: 'UNSPEC' })).toEqual(['srcAddr', 'srcPort', 'dstAddr', 'dstPort']);
  expect(wrong({ srcAddr: '::1' })).toEqual(['srcAddr']);
  expect(wrong({ family: 'INET6' })).toEqual(['srcAddr', 'dstAddr']);
  expect(wrong({ srcPort: null })).toEqual(['srcPort']);
  expect(wrong({ tlv: { NOOP: '0G' } })).toEqual(['tlv.NOOP']);
  expect(wrong({ tlv: { GCP_PSC_CONNECTION_ID: '18446744073709551616' } })).toEqual([
    'tlv.GCP_PSC_CONNECTION_ID',
  ]);
  expect(wrong({ tlv: { XF5: '00' } })).toEqual(['tlv.XF5']);
  expect(wrong({ valid: false })).toEqual(['error', 'errorCode']);
  expect(wrong({ error: 'no' })).toEqual(['error']);
  expect(wrong({ valid: false, error: 'no', errorCode: 'v1-bad-port' })).toEqual(['errorCode']);
  expect(wrong({ valid: false, error: 'no', errorCode: null })).toEqual([]);
});
