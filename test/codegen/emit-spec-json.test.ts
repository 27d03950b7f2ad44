import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { spec } from '../../spec/index.ts';

test('spec.json is every table, and nothing else', () => {
  const file = readFileSync(new URL('../../generated/spec.json', import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(structuredClone(spec));
});
