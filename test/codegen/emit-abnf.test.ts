import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spec } from '../../spec/index.ts';
import type { Production, Word } from '../../spec/types.ts';
import { decode } from '../../src/proxy/index.ts';
import { Abnf } from './abnf-matcher.ts';

const grammar = new Abnf(readFileSync(new URL('../../generated/v1.abnf', import.meta.url), 'utf8'));

describe('the matcher', () => {
  test.for([
    ['a = "x"', 'X', true],
    ['a = %s"x"', 'X', false],
    ['a = *"x" "x"', 'xxx', true],
    ['a = 2*3"x" "y"', 'xy', false],
    ['a = 2*3"x" "y"', 'xxxy', true],
    ['a = 2b [ "-" ]\nb = %x30-39\n / %x41.42', '0AB-', true],
    ['a = ( "x" / "xy" ) "z" ; a comment', 'xyz', true],
  ] as const)('%s: %s %s', ([rules, text, expected]) => {
    expect(new Abnf(rules).matches('a', text)).toBe(expected);
  });

  test.for(['a = b', 'a = "x', 'a = ( "x"', 'a', 'a = "x"\na = "y"'])('refuses %s', (rules) => {
    expect(() => new Abnf(rules)).toThrow(/\S/);
  });
});

const hex = fc.integer({ min: 0, max: 0xffff }).map((group) => group.toString(16));
const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 9, 10, 99, 100, 199, 249, 255));
const quad = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));

const WORDS: Readonly<Record<Word, fc.Arbitrary<string>>> = {
  ipv4: quad,
  ipv6: fc.oneof(
    fc.array(hex, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':')),
    fc.tuple(fc.array(hex, { maxLength: 7 }), fc.nat({ max: 7 }), fc.boolean()).map(([groups, at, upper]) => {
      const text = `${groups.slice(0, at).join(':')}::${groups.slice(at).join(':')}`;
      return upper ? text.toUpperCase() : text;
    }),
    quad.map((tail) => `::ffff:${tail}`),
  ),
  port: fc
    .oneof(fc.integer({ min: 0, max: 65535 }), fc.constantFrom(0, 9999, 10000, 59999, 65534))
    .map(String),
};

/** Random text of a production of the tables. */
function draw(production: Production): fc.Arbitrary<string> {
  if (typeof production === 'string') return fc.constant(production);
  if ('rule' in production) return draw(spec.v1.find((rule) => rule.name === production.rule)!.is);
  if ('field' in production) return WORDS[production.is];
  if ('skip' in production) {
    const octets = fc.integer({ min: 0, max: 255 }).filter((each) => each !== 10 && each !== 13);
    return fc.array(octets, { maxLength: 91, size: 'max' }).map((each) => String.fromCharCode(...each));
  }
  if ('opt' in production) return fc.oneof(fc.constant(''), draw(production.opt));
  if ('alt' in production) return fc.oneof(...production.alt.map(draw));
  return fc.tuple(...production.seq.map(draw)).map((parts) => parts.join(''));
}

const line = draw(spec.v1.find((rule) => rule.name === 'header')!.is);
const RUNS = { seed: 1, numRuns: 400 };

/** Whether the codec takes all of it for a line. */
function isLine(text: string): boolean {
  const result = decode(Buffer.from(text, 'latin1'));
  return result.status === 'ok' && result.length === text.length;
}

test('every line drawn from the tables matches the printed grammar, and decodes', () => {
  fc.assert(
    fc.property(line, (text) => {
      expect([grammar.matches('header', text), isLine(text)]).toEqual([true, true]);
    }),
    RUNS,
  );
});

test('grammar and codec agree about lines that are spoilt', () => {
  const words = [
    '',
    ' ',
    '0',
    '00',
    '1',
    '25',
    '256',
    '65536',
    '.',
    ':',
    '::',
    'g',
    'ffff',
    '\r',
    '\n',
    '\r\n',
    'P',
    '4',
    '\0',
    '%',
    '[',
  ];
  const change = fc.tuple(fc.nat({ max: 110 }), fc.nat({ max: 3 }), fc.constantFrom(...words));
  const spoilt = { refused: 0 };
  fc.assert(
    fc.property(line, fc.array(change, { minLength: 1, maxLength: 2 }), (text, changes) => {
      let changed = text;
      for (const [at, count, word] of changes) {
        const place = at % (changed.length + 1);
        changed = changed.slice(0, place) + word + changed.slice(place + count);
      }
      const accepted = isLine(changed);
      if (!accepted) spoilt.refused++;
      expect(grammar.matches('header', changed), JSON.stringify(changed)).toBe(accepted);
    }),
    { ...RUNS, numRuns: 1500 },
  );
  expect(spoilt.refused).toBeGreaterThan(500);
});

test('the longest lines are as long as the tables say, and not an octet longer', () => {
  const most = `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`;
  expect([most.length, grammar.matches('header', most)]).toEqual([107, true]);
  expect(grammar.matches('header', most.replace('\r', 'x\r'))).toBe(false);
});
