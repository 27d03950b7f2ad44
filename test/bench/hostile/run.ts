import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../children.ts';
import type { Progress } from '../report.ts';
import type { LoadResult } from '../smtp/generator.mjs';
import type { Usage } from '../smtp/servers/child.mjs';
import type { Crowd, Ends } from './crowd.mjs';
import { benchFloods, type FloodResult } from './floods.ts';
import { honest, type Siege, withChildren } from './siege.ts';

/** What one connection costs a server, in octets; of idle ones after a collection, under siege as it is. */
export interface Cost {
  what: string;
  peers: number;
  resident: number;
  /** Live objects and what they hold outside the heap. */
  heap: number;
}

export interface HostileResults {
  /** How many peers were wanted, and how many the limit of open files lets come. */
  wanted: number;
  peers: number;
  idle: Cost[];
  /** The SMTP server, and `acceptProxy` in front of a bare one. */
  headers: HeaderSiege[];
  drip: Cost & { good: LoadResult };
  floods: FloodResult[];
}

/** Peers whose header is awaited; times in milliseconds. */
export interface HeaderSiege extends Cost {
  deadline: number;
  shortest: number;
  longest: number;
  left: number;
  good: LoadResult;
}

/** Milliseconds that a listener gives to a header in this bench. */
const DEADLINE = 5000;
/** How long the honest client is watched beside the drip attackers, in milliseconds. */
const WATCH = 6000;
/** Files that a process needs besides its sockets. */
const OTHER_FILES = 200;

const HELLO = 'EHLO idle.example.org\r\n';
const HEADER_START = `PROXY UNKNOWN ${'x'.repeat(80)}`;
const TO_CONTENT = 'MAIL FROM:<drip@example.org>\r\nRCPT TO:<sink@example.net>\r\nDATA\r\n';

/** Lets crowds loose on servers in processes of their own, one after the other. */
export async function benchHostile(wanted: number, progress: Progress): Promise<HostileResults> {
  const peers = Math.min(wanted, openFiles() - OTHER_FILES);
  const idle: Cost[] = [];
  for (const server of ['bare', 'truepeer', 'smtp-server']) {
    progress.step(`hostile: ${peers} idle connections, ${server}`);
    idle.push(await idleCost(server, peers));
  }
  const headers: HeaderSiege[] = [];
  for (const [server, what] of [
    ['truepeer', 'SMTPServer'],
    ['bare', 'acceptProxy'],
  ] as const) {
    progress.step(`hostile: ${peers} silent and dripping peers before the header, ${what}`);
    headers.push({ ...(await headerSiege(server, peers)), what });
  }
  progress.step(`hostile: ${peers / 2} peers that drip commands and content`);
  const drip = await dripSiege(Math.floor(peers / 2));
  return { wanted, peers, idle, headers, drip, floods: await benchFloods(progress) };
}

async function idleCost(server: string, peers: number): Promise<Cost> {
  return await withCrowd(server, {}, async ({ target, crowd }) => {
    const before = await settledUsage(target);
    await open(crowd, { port: target.port, count: peers, says: [HELLO], drips: '' });
    return costOf(server, peers, before, await settledUsage(target));
  });
}

async function headerSiege(server: string, peers: number): Promise<HeaderSiege> {
  return await withCrowd(server, { proxy: true, timeout: DEADLINE }, async ({ target, crowd, generator }) => {
    const before = await settledUsage(target);
    const good = honest(generator, target.port, 'v2', DEADLINE + 2000);
    const half = Math.floor(peers / 2);
    const opening = open(crowd, { port: target.port, count: half, says: [], drips: '' });
    await open(crowd, { port: target.port, count: peers - half, says: [], drips: HEADER_START });
    await opening;
    const during = await target.request<Usage>('usage');
    const served = await good;
    let ends = await crowd.request<Ends>({ do: 'ends' });
    for (let waited = 0; ends.open > 0 && waited < 5000; waited += 250) {
      await sleep(250);
      ends = await crowd.request<Ends>({ do: 'ends' });
    }
    return {
      ...costOf(server, peers, before, during),
      deadline: DEADLINE,
      shortest: ends.shortest,
      longest: ends.longest,
      left: ends.open,
      good: served,
    };
  });
}

async function dripSiege(peers: number): Promise<HostileResults['drip']> {
  return await withCrowd('truepeer', {}, async ({ target, crowd, generator }) => {
    const before = await settledUsage(target);
    const half = Math.floor(peers / 2);
    await open(crowd, { port: target.port, count: half, says: [HELLO], drips: 'NOOP x' });
    await open(crowd, {
      port: target.port,
      count: peers - half,
      says: [HELLO, TO_CONTENT],
      drips: 'content ',
    });
    const good = await honest(generator, target.port, 'none', WATCH);
    return { ...costOf('truepeer', peers, before, await target.request<Usage>('usage')), good };
  });
}

function withCrowd<T>(server: string, args: object, run: (siege: Siege) => Promise<T>): Promise<T> {
  return withChildren(server, args, './hostile/crowd.mjs', run);
}

async function open(crowd: Child, request: Omit<Crowd, 'do'>): Promise<void> {
  await crowd.request<Ends>({ do: 'open', ...request } satisfies Crowd);
}

async function settledUsage(target: Child): Promise<Usage> {
  await sleep(1000);
  return await target.request<Usage>('collected');
}

function costOf(what: string, peers: number, before: Usage, after: Usage): Cost {
  return {
    what,
    peers,
    resident: (after.rss - before.rss) / peers,
    heap: (after.heap - before.heap) / peers,
  };
}

/** Node raises its soft limit of open files to the hard one at start; this is what it got. */
function openFiles(): number {
  const report = process.report.getReport() as unknown as {
    userLimits: { open_files: { soft: number | string } };
  };
  const { soft } = report.userLimits.open_files;
  return typeof soft === 'number' ? soft : Number.MAX_SAFE_INTEGER;
}
