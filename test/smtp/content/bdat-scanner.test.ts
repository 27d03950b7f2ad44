import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BdatScanner } from '../../../src/smtp/content/bdat-scanner.ts';

const BARE = /\r(?!\n)|(?<!\r)\n/;

function judge(pieces: readonly string[]): boolean {
  const scanner = new BdatScanner();
  for (const piece of pieces) scanner.write(Buffer.from(piece, 'latin1'));
  scanner.end();
  return scanner.bareNewline;
}

test('rule 57: a bare CR or LF in a chunk is seen, of any size and however it is cut', () => {
  const token = fc.constantFrom('\r\n', '\r\n', '\r\n.\r\n', 'words', 'x'.repeat(40), '\r', '\n', '.');
  const filler = fc.constantFrom('', 'z'.repeat(300), 'words\r\n'.repeat(60), '\r\n.'.repeat(25_000));
  fc.assert(
    fc.property(filler, fc.array(token, { maxLength: 12 }), fc.nat(400), (fill, tokens, cut) => {
      const text = fill + tokens.join('');
      const bare = BARE.test(text);
      expect(judge([text])).toBe(bare);
      const at = Math.max(0, text.length - cut);
      expect(judge([text.slice(0, at), text.slice(at)])).toBe(bare);
    }),
    { seed: 3030, numRuns: 600 },
  );
});

test('octet by octet', () => {
  for (const text of ['a\r\nb\r\n', 'a\rb', 'a\nb', '\n', '\r', '\r\n', 'a\r\r\n', 'a\r\n\n']) {
    expect([text, judge([...text])]).toEqual([text, BARE.test(text)]);
  }
});
