import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressText,
  faultAt,
  ipv4Text,
  ipv6Text,
  isMappedText,
  NEED,
  offsetOf,
  readIpv6,
  readPort,
  scanIpv4,
  scanIpv6,
  scanPort,
  writeIpv4,
  writeIpv6,
} from '../../src/wire/index.ts';

const SEED = 20261122;
const latin1 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** How scanning `text` ends when a space follows it. */
function scanned(scan: (b: Uint8Array, p: number, n: number) => number, text: string): 'whole' | number {
  const b = latin1(`${text} `);
  const end = scan(b, 0, b.length);
  return end === text.length ? 'whole' : end;
}

describe('IPv4', () => {
  test('text of octets, and octets of text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (octets) => {
        const text = octets.join('.');
        expect(ipv4Text(octets, 0)).toBe(text);
        expect(scanned(scanIpv4, text)).toBe('whole');
        const out = new Uint8Array(6);
        expect(writeIpv4(text, out, 1)).toBe(true);
        expect([...out]).toEqual([0, ...octets, 0]);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('scanning and writing accept what node accepts, and nothing else', () => {
    const near = fc.string({ unit: fc.constantFrom(...'0123456789.. x'), maxLength: 17 });
    const quad = fc.array(fc.nat(300), { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.oneof(near, quad), (text) => {
        expect(scanned(scanIpv4, text) === 'whole').toBe(isIPv4(text));
        expect(writeIpv4(text, new Uint8Array(4), 0)).toBe(isIPv4(text));
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });

  test.each([
    ['1.2.3', NEED],
    ['', NEED],
    ['1.2.3.', NEED],
    ['1.2.3.256', faultAt(8)],
    ['00', faultAt(1)],
    ['1..', faultAt(2)],
  ])('%j ends at %i', (text, end) => {
    expect(scanIpv4(latin1(text), 0, text.length)).toBe(end);
  });
});

describe('IPv6', () => {
  test('text of octets is what RFC 5952 says, and reads back', () => {
    const zeros = fc.array(fc.oneof(fc.constant(0), fc.constant(0), fc.nat(0xffff)), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(zeros, (groups) => {
        const octets = Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
        const text = ipv6Text(octets, 0);
        const hex = groups.map((group) => group.toString(16)).join(':');
        if (!isMappedText(text)) expect(`[${text}]`).toBe(new URL(`http://[${hex}]`).hostname);
        const out = new Uint8Array(18);
        expect(writeIpv6(text, out, 1)).toBe(true);
        expect([...out.subarray(1, 17)]).toEqual([...octets]);
        expect(writeIpv6(hex.toUpperCase(), out, 1)).toBe(true);
        expect([...out.subarray(1, 17)]).toEqual([...octets]);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
    ['::FFFF:cb00:7107', '::ffff:203.0.113.7'],
    ['::ffff:0:0', '::ffff:0.0.0.0'],
    ['::ffff:0:0:0', '::ffff:0:0:0'],
  ])('%s is %s', (text, spelled) => {
    const b = latin1(text);
    expect(addressText(b, 0, b.length)).toBe(spelled);
    const out = new Uint8Array(16);
    readIpv6(b, 0, b.length, out, 0);
    expect(ipv6Text(out, 0)).toBe(spelled);
  });

  test('scanning and writing accept what node accepts, but for a dotted quad elsewhere, and zones', () => {
    const near = fc.string({ unit: fc.constantFrom(...'01aF::::.'), maxLength: 24 });
    const group = fc.constantFrom('', '0', '1', 'ffff', 'FFFF', '00a0', '10000', '1.2.3.4');
    const groups = fc.array(group, { minLength: 2, maxLength: 10 }).map((parts) => parts.join(':'));
    fc.assert(
      fc.property(fc.oneof(near, groups), (text) => {
        const quad = text.includes('.') && !/^::ffff:[\d.]+$/i.test(text);
        const valid = isIPv6(text) && !quad;
        expect(scanned(scanIpv6, text) === 'whole', text).toBe(valid);
        expect(writeIpv6(text, new Uint8Array(16), 0), text).toBe(valid);
        if (valid) {
          const b = latin1(text);
          const spelled = addressText(b, 0, b.length);
          expect(new SocketAddress({ address: spelled, family: 'ipv6' }).address).toBe(
            new SocketAddress({ address: text, family: 'ipv6' }).address,
          );
        }
      }),
      { seed: SEED, numRuns: 6000 },
    );
  });

  test.each(['fe80::1%eth0', '[::1]', '::1/64', ' ::1', '::1 ', '::1\0', '::\u0131', `${'0'.repeat(50)}::`])(
    'writing refuses %j',
    (text) => {
      expect(writeIpv6(text, new Uint8Array(16), 0)).toBe(false);
    },
  );
});

describe('ports', () => {
  test.each('0 1 25 9999 10000 65535'.split(' '))('%s', (text) => {
    const b = latin1(`${text} `);
    expect(scanPort(b, 0, b.length)).toBe(text.length);
    expect(readPort(b, 0, text.length)).toBe(Number(text));
  });

  test.each([
    ['', 0],
    ['x', 0],
    ['00 ', 1],
    ['01 ', 1],
    ['65536 ', 4],
    ['655350 ', 5],
    ['-1', 0],
  ])('%j is none, at octet %i', (text, offset) => {
    const b = latin1(`${text}!`);
    expect(offsetOf(scanPort(b, 0, b.length))).toBe(offset);
  });

  test('one that may go on is not over', () => {
    expect(scanPort(latin1('2'), 0, 1)).toBe(NEED);
    expect(scanPort(latin1(''), 0, 0)).toBe(NEED);
  });
});
