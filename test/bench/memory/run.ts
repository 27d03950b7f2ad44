import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../children.ts';
import type { Progress } from '../report.ts';
import type { Usage } from '../smtp/servers/child.mjs';
import { floods, type FloodCase } from './floods.ts';
import type { Flood, FloodResult } from './sender.mjs';

export interface MemoryResult extends FloodResult {
  what: string;
  /** Octets of resident memory beyond those of the idle server: the most during the flood, and what may be. */
  growth: number;
  most: number | null;
}

/** How the server is started: built as a rule; from the sources where nothing has been built. */
export interface Start {
  sources: boolean;
  execArgv: readonly string[];
}

const BUILT: Start = { sources: false, execArgv: [] };

/** @param size octets that each flood has, but for command lines, which have a tenth. */
export async function benchMemory(size: number, progress: Progress): Promise<MemoryResult[]> {
  const results: MemoryResult[] = [];
  for (const flood of floods(size)) {
    progress.step(`memory: ${flood.what}`);
    results.push(await measure(flood));
  }
  return results;
}

/** One flood of a server in a process of its own that has taken a message before. */
export async function measure(flood: FloodCase, start: Start = BUILT): Promise<MemoryResult> {
  const { handler, options } = flood;
  const children: Child[] = [];
  try {
    const server = await Child.start(
      `./smtp/servers/${handler === 'bare' ? 'bare' : 'truepeer'}.mjs`,
      { handler, options, sources: start.sources },
      ['--expose-gc', ...start.execArgv],
    );
    children.push(server);
    const sender = await Child.start('./memory/sender.mjs');
    children.push(sender);
    const { port } = server;
    await sender.request<FloodResult>({ ...flood.warmUp, port } satisfies Flood);
    await server.request<Usage>('collected');
    await sleep(300);
    const { rss } = await server.request<Usage>('collected');
    await server.request<Usage>('watch');
    const result = await sender.request<FloodResult>({ ...flood.flood, port } satisfies Flood);
    const { peak } = await server.request<Usage>('usage');
    return { what: flood.what, most: flood.most, growth: peak - rss, ...result };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}
