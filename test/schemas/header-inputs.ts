import fc from 'fast-check';
import { TLVS } from '../../generated/tlv-table.ts';
import type { TlvEntry } from '../../src/wire/index.ts';

/** Headers to send, most of them right or wrong in one place, in the forms that `encode` itself takes. */

const absent = fc.constantFrom(undefined, null);
const octets = (size: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: size, maxLength: size });

function sometimes<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 20): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: usual, weight }, { arbitrary: odd, weight: 1 });
}

const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 12 });

function valueOf({ kind, min, max, role }: TlvEntry): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'bytes':
      return sometimes<unknown>(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(octets129, true));
    case 'ascii':
      return sometimes<unknown>(printable, fc.constantFrom('é', 'a\nb', 7, Uint8Array.of(255)));
    case 'utf8':
      return sometimes<unknown>(
        fc.oneof(printable, fc.constantFrom('é', 'ß'.repeat(127), 'x'.repeat(255), '')),
        fc.constantFrom('ß'.repeat(128), 'x'.repeat(256), '\u{d800}', 'a\u2028', 7),
      );
    case 'u64be':
    case 'u64le':
      return sometimes<unknown>(
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.constantFrom(2n ** 64n, -1n, 7, new Uint8Array(7)),
      );
    case 'struct':
    case 'variant':
      return fc.constantFrom<unknown>(true, true, octetsOf(min), octetsOf(min + 3), octetsOf(min + 4), false);
    default: {
      if (role === 'checksum')
        return sometimes<unknown>(
          fc.constantFrom(0, 1, octetsOf(max)),
          fc.constantFrom(-1, false, 'x', octetsOf(max - 1)),
          6,
        );
      const most = 2 ** (8 * max) - 1;
      return sometimes<unknown>(
        fc.oneof(fc.integer({ min: 0, max: most }), octets(max)),
        fc.constantFrom<unknown>(-1, most + 1, 0.5, '0', octetsOf(max - 1), octetsOf(max + 1), octetsOf(9)),
      );
    }
  }
}

const octets129 = new Uint8Array(129);
const octetsOf = (size: number): Uint8Array => new Uint8Array(size);

const rowValue = fc
  .constantFrom(...TLVS)
  .chain((entry) => fc.tuple(fc.constant(entry.name), sometimes(valueOf(entry), absent)));

const stranger = fc.tuple(
  sometimes(
    fc.constantFrom('xF5', 'xf5', 'x00', 'xF0', 'SSL_x29', 'SSL_xff', 'AWS_x02', 'ALIBABA_x7F'),
    fc.constantFrom(
      'xf8',
      'xFF',
      'x02',
      'xea',
      'SSL_x21',
      'AWS_x01',
      'x2',
      'x123',
      'NOSUCH',
      'FOO_x01',
      'AUTHORITY_x01',
      'SSL_CLIENT_x40',
      'SSL_VERSION_x40',
      'AWS_VPCE_ID_x01',
      'GCP_PSC_CONNECTION_ID_x01',
      'toString',
      '__proto__',
    ),
    12,
  ),
  sometimes<unknown>(fc.uint8Array({ maxLength: 4 }), fc.constantFrom(true, 5, '!')),
);

const tlvs = fc
  .array(fc.oneof({ arbitrary: rowValue, weight: 6 }, { arbitrary: stranger, weight: 1 }), { maxLength: 4 })
  .map((pairs) => Object.fromEntries(pairs));

type Pair = readonly [srcAddr: string | null | undefined, dstAddr: string | null | undefined];
const pairs = (...list: Pair[]): fc.Arbitrary<Pair> => fc.constantFrom(...list);

const addresses = fc.oneof<fc.Arbitrary<Pair>[]>(
  sometimes<Pair>(fc.tuple(fc.ipV4(), fc.ipV4()), pairs(['203.0.113.07', '1.2.3.4'])),
  sometimes(
    pairs(
      ['2001:db8::7', '::'],
      ['::ffff:192.0.2.1', 'FE80::1'],
      ['192.0.2.1', '2001:db8::25'],
      ['1::', '::2:3:4:5:6:7:8'],
    ),
    pairs(
      ['1::2::3', '::1'],
      ['::1%lo', '::1'],
      ['[::1]', '::1'],
      ['::1', '1.2.3'],
      ['', '::'],
      ['abcd', '::1'],
      ['::1', '12'],
      ['::1', '01.2.3.4'],
    ),
  ),
  sometimes(
    pairs(
      ['/run/c', '/run/s'],
      ['\0abstract', '/run/s'],
      ['/c', 'x'],
      ['/c', ''],
      [`/${'x'.repeat(107)}`, '/'],
    ),
    pairs(['/c\n', '/s'], [`/${'x'.repeat(108)}`, '/s'], ['/\0', '/s'], ['/é'.repeat(37), '/s'], ['x', 'y']),
  ),
  absent.map((none): Pair => [none, none]),
  pairs(['192.0.2.1', null], [undefined, '::1'], ['192.0.2.1', '/s'], ['/c', '::1']),
);

const port = sometimes<unknown>(
  fc.constantFrom(0, 25, 65535),
  fc.constantFrom(65536, -1, 1.5, '25', Number.NaN),
);

export const headerInput: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    version: sometimes<unknown>(
      fc.constantFrom(undefined, undefined, undefined, null, 1, 2, 2, 2),
      fc.constantFrom(0, 3, '2'),
    ),
    command: sometimes<unknown>(
      fc.constantFrom(undefined, null, 'PROXY', 1, undefined, 1, undefined, 'LOCAL', 0),
      fc.constantFrom(2, 'local', ''),
    ),
    family: fc.constantFrom<unknown>(
      ...Array<undefined>(30).fill(undefined),
      'UNSPEC',
      0,
      'INET',
      1,
      'IP6',
      'INET6',
      'UNIX',
      3,
      4,
      'AF_INET',
      null,
    ),
    protocol: fc.constantFrom<unknown>(
      ...Array<undefined>(20).fill(undefined),
      'STREAM',
      1,
      'DGRAM',
      2,
      'UNSPEC',
      'UNKNOWN',
      0,
      3,
      null,
    ),
    addresses,
    srcPort: port,
    dstPort: port,
    portless: sometimes(fc.constant(true), fc.constant(false)),
    tlvs: fc.oneof(
      absent,
      tlvs,
      tlvs.map((named) => new Map(Object.entries(named))),
      fc.array(tlvs, { maxLength: 3 }),
      sometimes<unknown>(
        tlvs,
        fc.constantFrom<unknown>([], 'x', 7, [[]], [null], new Set(), Uint8Array.of(1)),
      ),
    ),
    checksum: sometimes<unknown>(fc.constantFrom(undefined, null, true, false), fc.constantFrom(1, 'yes', 0)),
  })
  .map(({ addresses: [srcAddr, dstAddr], srcPort, dstPort, portless, ...rest }) => {
    const path = srcAddr?.startsWith('/') === true || srcAddr?.startsWith('\0') === true;
    const none = path || (srcAddr ?? dstAddr ?? undefined) === undefined;
    return { ...rest, srcAddr, dstAddr, ...(none && portless ? {} : { srcPort, dstPort }) };
  });
