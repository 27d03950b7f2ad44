import { expect, test } from 'vitest';
import { NewlineNormalizer } from '../../src/smtp/content/newline-normalizer.ts';

function normalize(pieces: readonly string[]): Buffer[] {
  const out: Buffer[] = [];
  const normalizer = new NewlineNormalizer((octets) => out.push(octets));
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

test('what is handed on keeps no more memory than it has octets', () => {
  for (const octets of normalize(['x'.repeat(60_000), 'y\n'.repeat(30_000), 'z'.repeat(10_000)])) {
    expect(octets.buffer.byteLength).toBe(octets.length);
  }
});
