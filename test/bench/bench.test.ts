import type { Socket } from 'node:net';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import * as codec from '../../src/proxy/index.ts';
import { Child } from './children.ts';
import { bundleSize } from './bundle-size.ts';
import { codecLines } from './codec/lines.ts';
import { wrongAnswers } from './codec/self-check.ts';
import { type Contestant, compare, lowerQuartile, median } from './compare.ts';
import type { Crowd, Ends } from './hostile/crowd.mjs';
import { Bounds, table } from './report.ts';
import type { Load, LoadResult } from './smtp/generator.mjs';
import { prepareMail } from './smtp/generator.mjs';
import type { Usage } from './smtp/servers/child.mjs';

const children: Child[] = [];
afterAll(() => Promise.all(children.map((child) => child.stop())));

async function start(file: string): Promise<Child> {
  const child = await Child.start(file);
  children.push(child);
  return child;
}

const load: Omit<Load, 'port'> = {
  host: '127.0.0.1',
  connections: 5,
  messagesPerConnection: 3,
  size: 1024,
  stuffed: true,
  waits: true,
  proxy: 'none',
  milliseconds: 500,
};

test.each(['bare', 'smtp-server'])(
  'the generator loads %s and every reply is the expected one',
  async (name) => {
    const [generator, server] = await Promise.all([
      start('./smtp/generator-process.mjs'),
      start(`./smtp/servers/${name}.mjs`),
    ]);
    const result = await generator.request<LoadResult>({ ...load, port: server.port });
    expect(result.errors).toEqual([]);
    expect(result.messages).toBeGreaterThan(15);
    expect(result.connections).toBeGreaterThan(5);
    expect(result.octets).toBe(result.messages * 1024);
    expect(result.p50).toBeGreaterThan(0);
    expect(result.p99).toBeGreaterThanOrEqual(result.p50);
    const usage = await server.request<Usage>('usage');
    expect(usage.cpuSeconds).toBeGreaterThan(0);
    expect(usage.rss).toBeGreaterThan(1e6);
  },
);

test('the generator reports a server that answers something else, escaped', async () => {
  const generator = await start('./smtp/generator-process.mjs');
  const { createServer } = await import('node:net');
  const server = createServer((socket) => socket.end('554 \u001b[31mno\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const result = await generator.request<LoadResult>({ ...load, port });
  server.close();
  expect(result.messages).toBe(0);
  expect(result.errors[0]).toBe('expected 220, got "554 \\u001b[31mno\\r"');
});

test('content has the size asked for, ends once, and every stuffed line starts with two dots', () => {
  const plain = prepareMail({ size: 1024, stuffed: false, proxy: 'none', waits: true });
  expect(plain.content?.length).toBe(1024 + 3);
  expect(plain.content?.toString().indexOf('\r\n.\r\n')).toBe(1024 - 2);
  const stuffed = prepareMail({ size: 1024, stuffed: true, proxy: 'v1', waits: true });
  const lines = stuffed.content!.toString().split('\r\n');
  expect(lines.slice(-2)).toEqual(['.', '']);
  expect(lines.slice(0, -2).filter((line) => !line.startsWith('..'))).toEqual([]);
  expect(stuffed.content?.length).toBe(1024 + 3 + lines.length - 2);
  expect(stuffed.header.toString()).toBe('PROXY TCP4 203.0.113.7 192.0.2.25 43210 25\r\n');
});

test('a crowd comes, is answered, stays, and leaves', async () => {
  const [crowd, server] = await Promise.all([start('./hostile/crowd.mjs'), start('./smtp/servers/bare.mjs')]);
  const request: Crowd = { do: 'open', port: server.port, count: 20, says: ['EHLO idle\r\n'], drips: '' };
  expect(await crowd.request<Ends>(request)).toMatchObject({ open: 20, longest: 0 });
  await crowd.request<Ends>({ do: 'leave' });
  await expect.poll(() => crowd.request<Ends>({ do: 'ends' })).toMatchObject({ open: 0 });
});

test('peers that say nothing are told apart by how long the server kept them', async () => {
  const { createServer } = await import('node:net');
  let ended = 0;
  const kept: Socket[] = [];
  // Half of them at once, the others when these are gone and the clock of the crowd has moved on.
  const server = createServer((socket) => {
    if (kept.length < 5) return void kept.push(socket);
    socket.on('close', () => {
      if (++ended === 5) setTimeout(() => kept.forEach((each) => each.destroy()), 50);
    });
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const crowd = await start('./hostile/crowd.mjs');
  await crowd.request<Ends>({ do: 'open', port, count: 10, says: [], drips: 'x' } satisfies Crowd);
  await expect.poll(() => crowd.request<Ends>({ do: 'ends' })).toMatchObject({ open: 0 });
  const { shortest, longest } = await crowd.request<Ends>({ do: 'ends' });
  server.close();
  expect(shortest).toBeGreaterThanOrEqual(0);
  expect(longest).toBeGreaterThan(shortest);
});

test('truepeer/proxy bundles for a browser without a Node module', async () => {
  const size = await bundleSize(new URL('../../src/proxy/index.ts', import.meta.url));
  expect(size.nodeModules).toEqual([]);
  expect(size.minified).toBeGreaterThan(size.gzipped);
  expect(size.gzipped).toBeGreaterThan(1000);
});

test('the bundler names the Node modules that a browser does not have', async () => {
  const size = await bundleSize(new URL('./codec/floors/v1-tcp6.ts', import.meta.url));
  expect(size.nodeModules).toEqual(['node:net']);
});

const lines = codecLines(codec);

test.each(lines.map((line) => [line.title, line] as const))(
  '%s: floor, truepeer and peer answer alike',
  (_title, line) => {
    expect(wrongAnswers(line, [line.floor, line.truepeer, line.peer])).toEqual([]);
  },
);

test('the self-check names a contestant that answers differently', () => {
  const [line] = lines;
  const liar = { ...line!.floor, name: 'liar', answer: () => ({ length: 27, version: 2 }) };
  expect(wrongAnswers(line!, [liar])).toEqual([
    'v2 INET, header only: liar answers {"length":27,"version":2} to input 0, not {"length":28,"version":2}',
  ]);
});

test('every line is timed with a result that is used', () => {
  for (const line of lines) {
    for (const { name, run, inputs } of [line.floor, line.truepeer, line.peer]) {
      expect(run(inputs[0]), `${line.title}: ${name}`).toBeGreaterThan(0);
    }
  }
});

test('a contestant that takes twice as long has a ratio of 2', () => {
  let now = 0;
  const clocks = [
    vi.spyOn(performance, 'now').mockImplementation(() => now / 1e6),
    vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => BigInt(now)),
  ];
  onTestFinished(() => clocks.forEach((clock) => clock.mockRestore()));
  const taking = (name: string, nanoseconds: number): Contestant<unknown> => ({
    name,
    inputs: [1, 2, 3],
    run: () => (now += nanoseconds),
  });
  expect(compare([taking('once', 2000), taking('twice', 4000)], { slices: 21, sliceMs: 1 })).toEqual([
    { name: 'once', ns: 2000, ratio: 1 },
    { name: 'twice', ns: 4000, ratio: 2 },
  ]);
});

test('quartile, median, verdicts and table', () => {
  expect(lowerQuartile([9, 1, 5, 3, 7])).toBe(3);
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  const bounds = new Bounds();
  expect([
    bounds.atMost('a', 1.504, 1.5),
    bounds.atMost('b', 1.506, 1.5),
    bounds.atLeast('c', 0.696, 0.7),
    bounds.atLeast('d', 0.69, 0.7),
  ]).toEqual(['ok', 'over', 'ok', 'under']);
  expect(bounds).toMatchObject({
    count: 4,
    missed: ['b: 1.51, at most 1.5 is promised', 'd: 0.69, at least 0.7 is promised'],
  });
  expect(
    table(
      ['', 'ns'],
      [
        ['a', '10'],
        ['long', '5'],
      ],
    ),
  ).toBe('      ns\n----  --\na     10\nlong   5');
});
