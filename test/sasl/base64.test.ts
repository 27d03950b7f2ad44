import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../src/sasl/index.ts';

describe('base64 (RFC 4648 section 4, rule 62)', () => {
  it.each([
    ['', ''],
    ['AA==', '00'],
    ['AAA=', '0000'],
    ['AAAA', '000000'],
    ['+/+/', 'fbffbf'],
    ['AHRpbQA=', '0074696d00'],
  ])('%j is %s', (text, hex) => {
    expect(Buffer.from(decodeBase64(text)!).toString('hex')).toBe(hex);
    expect(encodeBase64(Buffer.from(hex, 'hex'))).toBe(text);
  });

  it.each([
    'A',
    'AA',
    'AAA',
    'AA=',
    'A===',
    '=',
    '==',
    '====',
    'AAAA=',
    'AA==AA==',
    'AA==A',
    'AB==',
    'AAB=',
    '-_-_',
    'AA AA',
    ' AAAA',
    'AAAA ',
    'AAAA\r\n',
    'AA\nAA',
    'AAA\0',
    'AAÄA',
    '*',
    'A*==',
    'AAA\u0141',
    'AAAA\u00ff',
  ])('%j is none', (text) => {
    expect(decodeBase64(text)).toBeUndefined();
    expect(decodeBase64(Buffer.from(text))).toBeUndefined();
  });

  it('reads back what it writes, from a view as well', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (octets, from) => {
        const view = octets.subarray(Math.min(from, octets.length));
        expect([...decodeBase64(encodeBase64(view))!]).toEqual([...view]);
      }),
      { seed: 4648, numRuns: 300 },
    );
  });
});
