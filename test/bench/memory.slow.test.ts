import { expect, test } from 'vitest';
import { type FloodCase, floods, MIB } from './memory/floods.ts';
import { measure, type Start } from './memory/run.ts';

const loader = new URL('../../codegen/typescript-loader.mjs', import.meta.url).href;
const SOURCES: Start = { sources: true, execArgv: ['--import', loader] };
/** Of 64 MiB. Read buffers that a handler may have kept take about 32 before they are collected, whatever the size. */
const STREAMED = 56 * MIB;
/** Those of a message that is dropped are given back at once. */
const DROPPED = 24 * MIB;

const flood = (what: string): FloodCase => {
  const found = floods(64 * MIB).find((each) => each.what === what);
  if (found === undefined) throw new Error(`no flood is called ${what}`);
  return found;
};

test.each([
  ['lines to a slow stream, DATA', '250 2.6.0 Message accepted', STREAMED],
  ['no CRLF to a buffer of 1 MiB, DATA', '552 5.3.4 Message is larger than this server takes', DROPPED],
])('%s: memory does not grow with the message', async (what, reply, bound) => {
  const result = await measure(flood(what), SOURCES);
  expect([result.sent > 64 * MIB, result.reply]).toEqual([true, reply]);
  expect(result.growth).toBeLessThan(bound);
});

test('a message that is kept shows', async () => {
  const kept = { ...flood('no CRLF to a buffer of 1 MiB, DATA'), options: { dataSizeLimit: 0 } };
  const result = await measure(kept, SOURCES);
  expect(result.reply).toBe('250 2.6.0 Message accepted');
  expect(result.growth).toBeGreaterThan(STREAMED);
});
