/** A server under attack, its attackers, and an honest client: processes of their own. */

import { Child } from '../children.ts';
import type { Load, LoadResult } from '../smtp/generator.mjs';

export interface Siege {
  target: Child;
  crowd: Child;
  generator: Child;
}

export async function withChildren<T>(
  server: string,
  args: object,
  attackers: string,
  run: (siege: Siege) => Promise<T>,
): Promise<T> {
  const children: Child[] = [];
  const start = async (file: string, given: object = {}, execArgv: string[] = []): Promise<Child> => {
    const child = await Child.start(file, given, execArgv);
    children.push(child);
    return child;
  };
  try {
    return await run({
      target: await start(`./smtp/servers/${server}.mjs`, args, ['--expose-gc']),
      crowd: await start(attackers),
      generator: await start('./smtp/generator-process.mjs'),
    });
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** A client that sends a message of 1 KiB over a connection of its own every 20 ms. */
export async function honest(
  generator: Child,
  port: number,
  proxy: Load['proxy'],
  milliseconds: number,
): Promise<LoadResult> {
  const load: Load = {
    host: '127.0.0.1',
    port,
    connections: 1,
    messagesPerConnection: 1,
    size: 1024,
    stuffed: false,
    waits: true,
    proxy,
    milliseconds,
    gap: 20,
  };
  return await generator.request<LoadResult>(load);
}
