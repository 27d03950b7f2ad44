import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import rules from './rules.json' with { type: 'json' };

/** What a receiver does, and the attacks it stands: each has a test that names it in its title. */
const TESTS = join(import.meta.dirname, '..');
/** A title is a string that a function follows, as in `it('…', () => …)`; a test of a table has it after its rows. */
const TITLE = /[\w)\]`]\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1,\s*(?:async\s*)?(?:\(|\w+\s*=>)/g;

const titles = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .flatMap((path) => titlesIn(readFileSync(join(TESTS, path), 'utf8')));
const named = new Set(titles.flatMap(idsIn));

function titlesIn(source: string): string[] {
  return [...source.matchAll(TITLE)].map((match) => match[2]!);
}

/** `rule 7`, `rules 7 and 8`, `rules 7, 8 and 9`, `rules 7 to 9`; `E1`, `F10`. */
function idsIn(title: string): string[] {
  const numbers = [...title.matchAll(/\brules? (\d+(?:(?:, | and | to )\d+)*)/g)].flatMap((match) =>
    match[1]!.split(/, | and /).flatMap((part) => {
      const [from = 0, to = from] = part.split(' to ').map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => `rule ${from + index}`);
    }),
  );
  return [...numbers, ...(title.match(/\b[A-F]\d{1,2}\b/g) ?? [])];
}

describe('every rule has a test that names it', () => {
  it('names are found in titles, in every form', () => {
    expect(idsIn('rule 7 and E1: rules 26 to 28, 3 and 5; (F10)')).toEqual(
      'rule 7,rule 26,rule 27,rule 28,rule 3,rule 5,E1,F10'.split(','),
    );
    const source = "it('one', () => {});\ntest.each([f('no', 1)])(\n  `two`,\n  async (x) => {});\nf('no');";
    expect(titlesIn(source)).toEqual(['one', 'two']);
  });

  it('each is there once, and says what it asks for', () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => id.startsWith('rule ')).length).toBe(76);
    expect(rules.filter(({ says }) => says.length < 10)).toEqual([]);
  });

  it('none is without a test', () => {
    expect(rules.filter(({ id }) => !named.has(id))).toEqual([]);
  });

  it('no test names one that does not exist', () => {
    const known = new Set(rules.map(({ id }) => id));
    expect([...named].filter((id) => !known.has(id))).toEqual([]);
  });
});
