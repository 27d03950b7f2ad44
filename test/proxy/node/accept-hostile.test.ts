import { once } from 'node:events';
import { createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { behindProxy, dial, gone, proxied, say, V1 } from './listening.ts';

/** The bench does the same with ten thousand peers, in processes of their own, and measures how long each lives. */
const PEERS = 400;
const DEADLINE = 1200;

test('silent and dripping peers cost little and are gone at the deadline, while a good client is served', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = createServer((socket) => socket.end(`${proxied(socket).client.address}`));
  const open = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  const { port, log } = await behindProxy(server, { timeout: DEADLINE });
  const before = process.memoryUsage().arrayBuffers;
  let left = 0;
  const connecting = Array.from({ length: PEERS }, async () => {
    const socket = dial(port).resume();
    await once(socket, 'connect');
    void gone(socket).then(() => left++);
    return socket;
  });
  const crowd = await Promise.all(connecting);
  while ((await open()) < PEERS) await turn();
  for (let octet = 0; octet < 5; octet++) {
    for (const [i, socket] of crowd.entries()) if (i % 2 === 1) socket.write(V1.charAt(octet));
    expect(await say(port, [V1])).toBe('203.0.113.7');
    vi.advanceTimersByTime(200);
  }
  vi.advanceTimersByTime(DEADLINE - 1001);
  while ((await open()) > PEERS) await turn();
  expect([await open(), left]).toEqual([PEERS, 0]);
  expect((process.memoryUsage().arrayBuffers - before) / PEERS).toBeLessThan(8192);
  vi.advanceTimersByTime(1);
  vi.useRealTimers();
  await expect.poll(() => left).toBe(PEERS);
  await expect.poll(open).toBe(0);
  expect(log.filter(({ code }) => code === 'proxy-header-missing').length).toBe(PEERS);
});
