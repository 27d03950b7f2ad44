import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decode } from '../../src/proxy/index.ts';
import { files, type ListenerVector, listenerVectors, octetsOf, type Vector } from './load.ts';

/** The table "What is accepted, and why" of src/proxy/README.md says what the vectors say that it names. */
const README = readFileSync(new URL('../../src/proxy/README.md', import.meta.url), 'utf8');
const [, section = ''] = README.split('\n## What is accepted, and why\n');
const rows = [...section.matchAll(/^\| (.+) \| (.+) \| (.+) \| (.+) \|$/gmu)]
  .slice(2)
  .map(([, input = '', verdict = '', , named = '']) => ({ input, verdict, vectors: named.split('<br>') }));

test('there is a table', () => {
  expect(rows.length).toBeGreaterThan(20);
});

test.each(rows)('$input', ({ verdict, vectors }) => {
  const shown = vectors.map(verdictOf);
  for (const each of shown) expect(verdict).toMatch(each.says);
  const codes = [...verdict.matchAll(/`([a-z0-9]+(?:-[a-z0-9]+)+)`/gu)].map(([, code]) => code);
  expect(codes.filter((code) => !shown.some((each) => each.code === code))).toEqual([]);
  for (const word of ['ok', 'incomplete', 'let in', 'closed']) {
    if (new RegExp(`\\b${word}\\b`, 'u').test(verdict)) {
      expect(
        shown.map((each) => each.word),
        `${word} is shown by a vector`,
      ).toContain(word);
    }
  }
  const offset = /` at (\d+)/u.exec(verdict)?.[1];
  if (offset !== undefined) {
    expect(shown.flatMap((each) => each.offset ?? [])).toEqual(
      shown.filter((each) => each.code !== undefined).map(() => Number(offset)),
    );
  }
  if (verdict.includes('`clientVerified` is false')) {
    expect(shown.flatMap((each) => each.verified ?? [])).toEqual(vectors.map(() => false));
  }
  if (verdict.includes('no address')) {
    const addresses = shown.flatMap((each) => each.addresses ?? []);
    expect(addresses.length).toBeGreaterThan(0);
    expect(addresses.filter((address) => address !== null)).toEqual([]);
  }
});

interface Shown {
  /** What the verdict of a row must say. */
  readonly says: RegExp;
  readonly word?: string;
  readonly code?: string;
  readonly offset?: number;
  readonly addresses?: readonly (string | null)[];
  readonly verified?: boolean;
}

/** @param reference the name of a file of vectors in backticks, and of a vector in it. */
function verdictOf(reference: string): Shown {
  const [, file = '', name = ''] = /^`([\w-]+)` (.+)$/u.exec(reference) ?? [];
  const list: readonly (Vector | ListenerVector)[] | undefined =
    file === 'listeners' ? listenerVectors : files.get(file);
  const vector = list?.find((each) => each.name === name);
  if (vector === undefined) throw new Error(`no vector ${reference}`);
  if ('listener' in vector) {
    const word = vector.expected.closedAt === undefined ? 'let in' : 'closed';
    return { word, says: new RegExp(`\\b${word}\\b`, 'u') };
  }
  const { expected } = vector;
  if (expected.status === 'invalid') {
    return { code: expected.code, offset: expected.offset, says: new RegExp(`\`${expected.code}\``, 'u') };
  }
  const says = new RegExp(`\\b${expected.status}\\b`, 'u');
  if (expected.status === 'incomplete') return { word: expected.status, says };
  const result = decode(octetsOf(vector.hex), vector.options);
  const verified = result.status === 'ok' && result.data.clientVerified;
  return { word: expected.status, says, addresses: [expected.srcAddr, expected.dstAddr], verified };
}
