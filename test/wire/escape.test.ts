import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asciiJson, escapeText, oneLine, show } from '../../src/wire/messages/escape.ts';

const circle: { self?: unknown } = {};
circle.self = circle;

test('text is printable ASCII, whatever is in it', () => {
  expect(escapeText('a\r\n\x1b[31m\u20ac\u{1f600}\xe9')).toBe('a\\x0d\\x0a\\x1b[31m\\u{20ac}\\u{1f600}\\xe9');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeText(text)).toMatch(/^[\x20-\x7e]*$/);
    }),
    { seed: 20261130 },
  );
});

test('text for a header field is one line, and keeps its letters', () => {
  expect(oneLine('\u00fcser@ex\u00e4mple\r\nBcc: x\u2028\u2029\x85\x00')).toBe(
    '\u00fcser@ex\u00e4mple??Bcc: x????',
  );
  expect(oneLine('a\u202eb\u200b\u2066\ufeff\u00ad\u{e0041}')).toBe('a?b?????');
});

test('JSON is printable ASCII, and means the same', () => {
  expect(asciiJson({ a: '\u2028\u{1f600}' })).toBe('{"a":"\\u2028\\ud83d\\ude00"}');
  expect(asciiJson(['\x7f'], 2)).toBe('[\n  "\\u007f"\n]');
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(asciiJson(value)).toMatch(/^[\x20-\x7e]*$/);
      expect(asciiJson(value)).toBe(asciiJson(JSON.parse(asciiJson(value))));
    }),
    { seed: 20261130 },
  );
});

describe('a value in an error message', () => {
  test.each([
    ['a\nb\u202e', '"a\\nb\\u202e"'],
    ['x'.repeat(100), `"${'x'.repeat(56)}...`],
    [Number.NaN, 'NaN'],
    [3n, '3n'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ a: [1] }, '{"a":[1]}'],
    [new Uint8Array(3), '3 octets'],
    [() => 'secret', 'a function'],
    [Symbol('\x1b'), 'a symbol'],
    [circle, '[object Object]'],
  ])('%#', (value, shown) => {
    expect(show(value)).toBe(shown);
  });
});
