import { expect, test } from 'vitest';
import { meantBy, suggestion } from '../../src/wire/messages/did-you-mean.ts';

const KNOWN = ['INET', 'INET6', 'dataSizeLimit', 'AUTHORITY'];

test.each([
  ['data_size-LIMIT', 'dataSizeLimit'],
  ['AUTHORTY', 'AUTHORITY'],
  ['UATHORITY', 'AUTHORITY'],
  ['INETT', 'INET'],
  ['INET6', 'INET6'],
  ['authentic', undefined],
  ['x', undefined],
  ['A'.repeat(100_000), undefined],
])('%.20s', (given, meant) => {
  expect(meantBy(given, KNOWN)).toBe(meant);
});

test('what is near nothing gets the list', () => {
  expect(suggestion('timeout', KNOWN)).toBe('; known are INET, INET6, dataSizeLimit, AUTHORITY');
  expect(suggestion('inet', KNOWN)).toBe('; did you mean INET?');
});
