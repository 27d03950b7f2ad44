import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../report.ts';
import type { LoadResult } from '../smtp/generator.mjs';
import type { Usage } from '../smtp/servers/child.mjs';
import type { Flood, Flooded } from './flooder.mjs';
import { honest, withChildren } from './siege.ts';

/** An honest client alone, and beside clients that pipeline commands without end. */
export interface FloodResult {
  what: string;
  count: number;
  /** How many of them were still connected at the end: nobody has been refused. */
  left: number;
  idle: LoadResult;
  beside: LoadResult;
  /** The longest turn of the event loop, in milliseconds. */
  loopTurn: number;
}

const COUNT = 100;
/** How long the honest client is watched, alone and beside the flood, in milliseconds. */
const WATCH = 4000;
/** Until what the flood has sent has filled the buffers of the system, in milliseconds. */
const SETTLE = 500;

const FLOODS: readonly { what: string; kind: Flood['kind']; handler: string }[] = [
  { what: 'chunks of one octet', kind: 'chunks', handler: 'discard' },
  { what: 'tiny messages', kind: 'messages', handler: 'discard' },
  { what: 'tiny messages, a hook that computes for 1 ms', kind: 'messages', handler: 'busy' },
];

/** Lets clients flood the server, one kind after the other. */
export async function benchFloods(progress: Progress): Promise<FloodResult[]> {
  const results: FloodResult[] = [];
  for (const { what, kind, handler } of FLOODS) {
    progress.step(`hostile: ${COUNT} clients that pipeline ${what}`);
    results.push(
      await withChildren('truepeer', { handler }, './hostile/flooder.mjs', async (children) => {
        const { target, crowd, generator } = children;
        const idle = await honest(generator, target.port, 'none', WATCH);
        const flood: Flood = { do: 'flood', port: target.port, count: COUNT, kind };
        await crowd.request<Flooded>(flood);
        await sleep(SETTLE);
        await target.request<Usage>('watch');
        const beside = await honest(generator, target.port, 'none', WATCH);
        const { loopTurn } = await target.request<Usage>('usage');
        const { open } = await crowd.request<Flooded>({ do: 'count' });
        return { what, count: COUNT, left: open, idle, beside, loopTurn };
      }),
    );
  }
  return results;
}
