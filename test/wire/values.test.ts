import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spec } from '../../spec/index.ts';
import {
  ascii,
  asciiOctets,
  bytes,
  hex,
  latin1,
  makeCrc32,
  u16be,
  u32be,
  u32le,
  u64be,
  unhex,
  unixPathText,
  utf8,
  utf8Octets,
  writeU16be,
  writeU32be,
  writeU32le,
  writeU64be,
  writeUnixPath,
} from '../../src/wire/index.ts';
import { crc as slowCrc } from '../proxy/interpreter.ts';

const SEED = 20261122;
const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const any = fc.uint8Array({ maxLength: 60 });

describe('CRC-32', () => {
  const { polynomial, check } = spec.checksum;
  const crc = makeCrc32(polynomial);

  test('of the nine digits is the check value, of nothing zero', () => {
    expect(crc(octets('123456789'), 9, -1)).toBe(check);
    expect(crc(new Uint8Array(), 0, -1)).toBe(0);
    // The polynomial of zlib, for another fixed point.
    expect(makeCrc32(0x04c11db7)(octets('123456789'), 9, -1)).toBe(0xcbf43926);
  });

  test('is what a bit by bit one says, for any length and any place of the zeroed octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 80 }), fc.nat(76), (b, at) => {
        const place = at % (b.length - 3);
        expect(crc(b, b.length, -1)).toBe(slowCrc(polynomial, b));
        expect(crc(b, b.length, place)).toBe(slowCrc(polynomial, b.slice().fill(0, place, place + 4)));
        expect(crc(b, 4, -1)).toBe(slowCrc(polynomial, b.subarray(0, 4)));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

describe('integers', () => {
  test('read and write as DataView does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), fc.nat(4), (b, at) => {
        const view = new DataView(b.buffer);
        expect(u16be(b, at)).toBe(view.getUint16(at));
        expect(u32be(b, at)).toBe(view.getUint32(at));
        expect(u32le(b, at)).toBe(view.getUint32(at, true));
        expect(u64be(b, at)).toBe(view.getBigUint64(at));
        const out = new Uint8Array(12);
        writeU16be(out, at, view.getUint16(at));
        expect(out.subarray(at, at + 2)).toEqual(b.subarray(at, at + 2));
        writeU32be(out, at, view.getUint32(at));
        expect(out.subarray(at, at + 4)).toEqual(b.subarray(at, at + 4));
        writeU32le(out, at, view.getUint32(at, true));
        expect(out.subarray(at, at + 4)).toEqual(b.subarray(at, at + 4));
        writeU64be(out, at, view.getBigUint64(at));
        expect(out.subarray(at, at + 8)).toEqual(b.subarray(at, at + 8));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('text', () => {
  test('one character for an octet, of every length', () => {
    for (let length = 0; length < 70; length++) {
      const b = Uint8Array.from({ length: length + 2 }, (_, i) => (i * 37) & 255);
      expect(latin1(b, 1, length + 1)).toBe(Buffer.from(b).toString('latin1', 1, length + 1));
    }
  });

  test('ascii is printable US-ASCII', () => {
    for (let octet = 0; octet < 256; octet++) {
      const printable = octet >= 0x20 && octet <= 0x7e;
      expect(ascii(Uint8Array.of(0x41, octet), 0, 2)).toBe(
        printable ? `A${String.fromCharCode(octet)}` : undefined,
      );
      expect(asciiOctets(`A${String.fromCharCode(octet)}`) !== undefined).toBe(printable);
    }
  });

  test('utf8 is what is well-formed, and holds nothing a terminal or a log would obey', () => {
    fc.assert(
      fc.property(fc.oneof(any, fc.string({ unit: 'binary' }).map(octets)), (b) => {
        const text = Buffer.from(b).toString();
        const good = Buffer.from(text).equals(b) && !/[\p{Cc}\u2028\u2029]/u.test(text);
        expect(utf8(b, 0, b.length)).toBe(good ? text : undefined);
      }),
      { seed: SEED, numRuns: 3000 },
    );
    expect(utf8(octets('\ufeffa'), 0, 4)).toBe('\ufeffa');
  });

  test('text that can be written reads back; a lone surrogate can not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const b = utf8Octets(text);
        if (b === undefined) expect(text).toMatch(/[\p{Cc}\u2028\u2029]/u);
        else expect(utf8(b, 0, b.length)).toBe(text);
      }),
      { seed: SEED, numRuns: 2000 },
    );
    for (const text of ['\ud800', 'a\udc00', '\udc00\ud800']) expect(utf8Octets(text)).toBeUndefined();
  });
});

test('hex goes both ways, blanks ignored, half an octet and other letters refused', () => {
  fc.assert(
    fc.property(any, (b) => {
      expect(hex(b)).toBe(Buffer.from(b).toString('hex'));
      expect(unhex(hex(b))).toEqual(Uint8Array.from(b));
    }),
    { seed: SEED, numRuns: 200 },
  );
  expect(unhex(' 0D 0a\n')).toEqual(Uint8Array.of(13, 10));
  expect(hex(Uint8Array.of(1, 2, 3), 1, 2)).toBe('02');
  for (const text of ['0', '0g', '0x00', '0 0 0']) expect(unhex(text)).toBeUndefined();
});

test('bytes is a view', () => {
  const b = Buffer.from('abcdef').subarray(1, 5);
  const view = bytes(b, 1, 3);
  expect(Buffer.from(view).toString()).toBe('cd');
  b[1] = 0x78;
  expect(Buffer.from(view).toString()).toBe('xd');
});

describe('UNIX paths', () => {
  const SIZE = 108;
  test.each(['/run/a.sock', '', '\0abstract', `/${'a'.repeat(107)}`, '/\u00fc', '\ufeff/x', '\0\ufeffx'])(
    '%j reads back',
    (path) => {
      const out = new Uint8Array(SIZE + 2).fill(0xee);
      expect(writeUnixPath(path, out, 1, SIZE)).toBe(true);
      expect(unixPathText(out, 1, SIZE)).toBe(path);
      expect([out[0], out.at(-1)]).toEqual([0xee, 0xee]);
    },
  );

  test.each([
    `/${'a'.repeat(108)}`,
    `\0${'a'.repeat(108)}`,
    `/${'\u00fc'.repeat(54)}`,
    '/a\0b',
    '\0',
    '\0\0',
    '/a\r\n',
    '/\ud800',
  ])('%j can not be written', (path) => {
    expect(writeUnixPath(path, new Uint8Array(SIZE), 0, SIZE)).toBe(false);
  });

  test('ends at the first NUL; an abstract name at its second', () => {
    const read = (text: string): string => unixPathText(octets(text.padEnd(SIZE, '\0')), 0, SIZE);
    expect(read('/a\0trash')).toBe('/a');
    expect(read('\0a\0trash')).toBe('\0a');
    expect(read('\0\0trash')).toBe('');
    expect(unixPathText(Uint8Array.of(0x2f, 0xff, 0, 0), 0, 4)).toBe('/\ufffd');
  });
});
