import { expect, test, vi } from 'vitest';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { flushSoon, type Writer } from '../../../src/smtp/server/write-batch.ts';

function sender(log: string[], name: string): Writer {
  return { flush: () => void log.push(name) };
}

test('replies are written in their order, once all input of the turn is read', async () => {
  const log: string[] = [];
  flushSoon(sender(log, 'first'), 0);
  flushSoon(sender(log, 'second'), 0.5);
  log.push('read');
  await nextTurn();
  expect(log).toEqual(['read', 'first', 'second']);
});

test('a reply does not wait for connections whose hooks take long', async () => {
  const log: string[] = [];
  flushSoon(sender(log, 'early'), 0);
  flushSoon(sender(log, 'late'), 1.5);
  log.push('read');
  flushSoon(sender(log, 'later'), 1.6);
  await nextTurn();
  expect(log).toEqual(['early', 'late', 'read', 'later']);
});

test('a reply that is asked for while others are written comes with the next turn', async () => {
  const log: string[] = [];
  flushSoon({ flush: () => flushSoon(sender(log, 'next'), 0) }, 0);
  await nextTurn();
  expect(log).toEqual([]);
  await nextTurn();
  expect(log).toEqual(['next']);
});

test('replies are written while an application tests with a clock of its own', async () => {
  vi.useFakeTimers();
  const log: string[] = [];
  flushSoon(sender(log, 'reply'), 0);
  await nextTurn();
  vi.useRealTimers();
  expect(log).toEqual(['reply']);
});
