import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spec } from '../../spec/index.ts';
import { decode, encode, type HeaderInput, ProxyError } from '../../src/proxy/index.ts';
import { headerInput } from '../schemas/header-inputs.ts';
import { saysWhatItWasTold } from './writing.ts';

const ENDS = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };

describe('encode', () => {
  test('one buffer of its own for each header, as long as the header', () => {
    const headers: HeaderInput[] = [
      ENDS,
      { ...ENDS, version: 1 },
      { ...ENDS, tlvs: { AUTHORITY: 'mx' }, checksum: true },
    ];
    for (const header of headers) {
      const [first, second] = [encode(header), encode(header)];
      expect(first).toEqual(second);
      expect(first.buffer).not.toBe(second.buffer);
      expect([first.byteOffset, first.byteLength]).toEqual([0, first.buffer.byteLength]);
      first.fill(0xff);
      expect(encode(header)).toEqual(second);
    }
  });

  test('addresses alone fit the smallest TCP segment', () => {
    const path = `/${'a'.repeat(107)}`;
    const wide = { srcAddr: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', srcPort: 65535, dstPort: 65535 };
    const longest: HeaderInput[] = [
      ENDS,
      { ...wide, dstAddr: wide.srcAddr },
      { ...wide, dstAddr: wide.srcAddr, version: 1 },
      { srcAddr: path, dstAddr: path },
    ];
    expect(longest.map((header) => encode(header).length)).toEqual([28, 52, 104, 232]);
    expect(Math.max(...longest.map((header) => encode(header).length))).toBeLessThanOrEqual(536);
  });

  test('says that a connection has one header', () => {
    const source = readFileSync(new URL('../../src/proxy/index.ts', import.meta.url), 'utf8');
    const words = source.replace(/\n \* ?/g, ' ');
    expect(words).toContain('never on a connection that carries requests of several clients');
  });

  test('every octet that can stand where it chooses one is named by the tables', () => {
    const codes = new Set(spec.pairs.map(({ code }) => code));
    const families = ['UNSPEC', 'INET', 'INET6', 'UNIX'] as const;
    const sent = new Set<number>();
    for (const family of families) {
      for (const protocol of ['UNSPEC', 'STREAM', 'DGRAM'] as const) {
        const ends = family === 'UNSPEC' ? {} : family === 'UNIX' ? { srcAddr: '/a', dstAddr: '/b' } : ENDS;
        try {
          sent.add(encode({ ...ends, family, protocol })[spec.preamble.familyTransport]!);
        } catch (error) {
          expect((error as ProxyError).code).toBe('encode-unsupported');
        }
      }
    }
    expect(sent).toEqual(codes);
  });

  test('a refusal names the field, and what it takes', () => {
    const refusals: [HeaderInput, string][] = [
      [{ ...ENDS, srcPort: 70000 }, 'srcPort: 70000, where it takes a whole number 0..65535'],
      [
        { ...ENDS, srcAddr: '1.2.3' },
        'srcAddr: "1.2.3", where it takes an IPv4 address, as the family is INET: four',
      ],
      [{ ...ENDS, tlvs: { SSL_CLIENT: 300 } }, 'SSL_CLIENT: 300, where it takes a whole number 0..255'],
      [
        { ...ENDS, tlvs: { UNIQUE_ID: new Uint8Array(129) } },
        'UNIQUE_ID: 129 octets, where it takes octets in a Uint8Array, 0..128 octets',
      ],
    ];
    for (const [header, found] of refusals) {
      expect(() => encode(header)).toThrow(ProxyError);
      expect(() => encode(header)).toThrow(found);
    }
  });

  const circular: unknown[] = [];
  circular.push(circular);
  test.each([
    ['an escape sequence', `\x1b[31m\r\n${'x'.repeat(500)}`],
    ['a control of the second set, and DEL', '\x9b31m\x7f'],
    ['a line separator', '\u2028'],
    ['a letter that turns the direction', '\u202e1.2.3.4'],
    ['a list that holds itself', circular],
    ['a list of a bigint', [1n]],
    ['a function', () => '\x1b[31m'],
    ['a symbol', Symbol('\x1b[31m')],
  ])('a refusal says nothing that a terminal would obey, and is short: %s', (_, srcAddr) => {
    try {
      encode({ ...ENDS, srcAddr } as HeaderInput);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ProxyError);
      expect((error as ProxyError).code).toBe('encode-bad-address');
      expect((error as ProxyError).message).toMatch(/^[ -~]{1,400}$/);
      expect((error as ProxyError).stack).toContain('encode.test.ts');
    }
  });

  test.each([undefined, null, 5, 'x', () => 1])('what is no header is refused: %s', (header) => {
    expect(() => encode(header as unknown as HeaderInput)).toThrow(/^encode-bad-field: .*header: /);
  });

  test('does not count the TLVs of one header with those of the next', () => {
    const tlvs = Array.from({ length: 70 }, () => ({ NOOP: new Uint8Array() }));
    for (let i = 0; i < 1000; i++) expect(encode({ ...ENDS, tlvs }).length).toBe(28 + 70 * 3);
  });

  test('does not change what it is given', () => {
    const header = Object.freeze({
      ...ENDS,
      tlvs: Object.freeze([Object.freeze({ AUTHORITY: 'mx' })]),
      checksum: true,
    });
    expect(() => encode(header)).not.toThrow();
  });

  test('says what it was told, or refuses', () => {
    fc.assert(fc.property(headerInput, saysWhatItWasTold), { seed: 20_261_126, numRuns: 1000 });
  });

  test('takes what decode found, a map of TLVs included', () => {
    const octets = encode({
      ...ENDS,
      tlvs: { AUTHORITY: 'mx', SSL_CLIENT: 1, SSL_VERSION: 'TLSv1.3' },
      checksum: true,
    });
    const result = decode(octets);
    if (result.status !== 'ok') throw new Error(result.status);
    expect(encode(result.data.toHeader())).toEqual(octets);
  });
});
