import { expect, test } from 'vitest';
import { NewlineNormalizer } from '../../../src/smtp/content/newline-normalizer.ts';

function normalize(pieces: readonly string[]): Buffer[] {
  const out: Buffer[] = [];
  const normalizer = new NewlineNormalizer((octets) => out.push(Buffer.from(octets)));
  for (const piece of pieces) normalizer.write(Buffer.from(piece, 'latin1'));
  normalizer.end();
  return out;
}

test.each([
  ['a\nb\rc\r\nd', 'a\r\nb\r\nc\r\nd'],
  ['a\r', 'a\r\n'],
  ['a\n\r\rb', 'a\r\n\r\n\r\nb'],
  ['a\n.\nb', 'a\r\n..\r\nb'],
  ['a\r\n.\nb', 'a\r\n..\r\nb'],
])('%j becomes %j, however it is cut', (wire, expected) => {
  for (let cut = 0; cut <= wire.length; cut++) {
    const pieces = normalize([wire.slice(0, cut), wire.slice(cut)]);
    expect(Buffer.concat(pieces).toString('latin1')).toBe(expected);
  }
});
