import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { behindProxy, dial, gone, proxied, say, V1 } from './listening.ts';

/** The bench does the same with ten thousand peers, in processes of their own. */
const PEERS = 400;
const DEADLINE = 1200;

test('silent and dripping peers cost little and are gone at the deadline, while a good client is served', async () => {
  const server = createServer((socket) => socket.end(`${proxied(socket).client.address}`));
  const { port, log } = await behindProxy(server, { timeout: DEADLINE });
  const before = process.memoryUsage().arrayBuffers;
  const lives: number[] = [];
  const peers = Array.from({ length: PEERS }, async (_, i) => {
    const socket = dial(port).resume();
    await once(socket, 'connect');
    const start = performance.now();
    void gone(socket).then(() => lives.push(performance.now() - start));
    return { socket, drips: i % 2 === 1 };
  });
  const crowd = await Promise.all(peers);
  const open = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  for (let octet = 0; octet < 5; octet++) {
    for (const { socket, drips } of crowd) if (drips) drip(socket, octet);
    const start = performance.now();
    expect(await say(port, [V1])).toBe('203.0.113.7');
    expect(performance.now() - start).toBeLessThan(500);
    await sleep(50);
  }
  expect(await open()).toBe(PEERS);
  expect((process.memoryUsage().arrayBuffers - before) / PEERS).toBeLessThan(8192);
  await expect.poll(() => lives.length, { timeout: 5000 }).toBe(PEERS);
  expect(Math.min(...lives)).toBeGreaterThan(DEADLINE - 300);
  expect(Math.max(...lives)).toBeLessThan(DEADLINE + 1500);
  await expect.poll(open).toBe(0);
  expect(log.filter(({ code }) => code === 'proxy-header-missing').length).toBe(PEERS);
});

function drip(socket: Socket, octet: number): void {
  socket.write(V1.charAt(octet));
}
