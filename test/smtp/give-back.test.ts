import { expect, test } from 'vitest';
import { giveBack } from '../../src/smtp/give-back.ts';

test('a large chunk is empty afterwards, again and again', () => {
  for (let round = 0; round < 3; round++) {
    const chunk = Buffer.alloc(65_536);
    giveBack(chunk);
    expect(chunk.length).toBe(0);
  }
});

test.each([
  ['a small chunk', Buffer.from('QUIT\r\n')],
  ['a part of a larger buffer', Buffer.alloc(65_536).subarray(1)],
  ['a slice of the pool', Buffer.allocUnsafe(20_000).subarray(0, 16_384)],
])('%s is left alone', (_, chunk) => {
  const { length } = chunk;
  giveBack(chunk);
  expect(chunk.length).toBe(length);
});
