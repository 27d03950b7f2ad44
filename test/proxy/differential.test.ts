import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binaries, garbage, headers, inputs, lines, mutants, options } from './arbitraries.ts';
import { agree, agreeOnEveryBeginning, completes, encodesAgain, readInPieces } from './differential.ts';

const SEED = 20261122;

describe('codec and interpreter agree', () => {
  test('on lines drawn from the grammar, all of them valid', () => {
    fc.assert(
      fc.property(lines(), (octets) => {
        expect(agree(octets).status).toBe('ok');
      }),
      { seed: SEED, numRuns: 800 },
    );
  });

  test('on headers drawn from the tables, most of them valid', () => {
    let valid = 0;
    fc.assert(
      fc.property(binaries, (octets) => {
        if (agree(octets).status === 'ok') valid++;
      }),
      { seed: SEED, numRuns: 600 },
    );
    expect(valid).toBeGreaterThan(200);
  });

  test.each([
    ['headers', headers],
    ['changed headers', mutants],
    ['garbage', garbage],
  ] as const)('on %s, with any options', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, options, (octets, some) => void agree(octets, some)),
      { seed: SEED, numRuns: 1200 },
    );
  });

  test('on every beginning', () => {
    fc.assert(fc.property(inputs, options, agreeOnEveryBeginning), { seed: SEED, numRuns: 100 });
  });

  test('however the octets are cut', () => {
    const cuts = fc.oneof(
      fc.array(fc.nat(400), { maxLength: 12 }),
      fc.constant(Array.from({ length: 500 }, (_, i) => i)),
    );
    fc.assert(fc.property(inputs, cuts, options, readInPieces), { seed: SEED, numRuns: 600 });
  });

  test('a line counts as incomplete only while it can still become one', () => {
    fc.assert(fc.property(inputs, fc.nat(120), completes), { seed: SEED, numRuns: 1500 });
  });

  test.each([
    ['headers', headers],
    ['changed headers', mutants],
  ] as const)('%s that are taken apart and encoded again are the same', (_, arbitrary) => {
    fc.assert(fc.property(arbitrary, options, encodesAgain), { seed: SEED, numRuns: 1200 });
  });
});
