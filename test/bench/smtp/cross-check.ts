import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import net from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../children.ts';
import { median } from '../compare.ts';
import { table } from '../report.ts';

/** Messages a second as a foreign client counts them; one figure for each server. */
export interface CrossCheck {
  load: string;
  rates: { server: string; rate: number }[];
}

const ROUNDS = 3;
const MESSAGES = 10_000;
const LONGEST_RUN = 30_000;

const LOADS: readonly { load: string; options: string[] }[] = [
  { load: '1 KiB, 50 connections', options: ['-d', '-s', '50', '-l', '1024'] },
  { load: '1 KiB, one a connection', options: ['-s', '50', '-l', '1024'] },
];

/**
 * Loads the same servers with Postfix's `smtp-source`, and its `smtp-sink` beside them: if its figures and those of
 * our generator rank the servers differently, one of both is wrong. Undefined when the programs are not installed.
 */
export async function crossCheck(): Promise<CrossCheck[] | undefined> {
  const source = find('smtp-source');
  const sink = find('smtp-sink');
  if (source === undefined || sink === undefined) return undefined;
  const children: Child[] = [];
  const port = await freePort();
  const sinkProcess = spawn(sink, [...asNobody(), `127.0.0.1:${port}`, '4096'], { stdio: 'ignore' });
  try {
    await accepts(port);
    const servers = [{ server: 'smtp-sink', port }];
    for (const server of ['truepeer', 'smtp-server', 'bare']) {
      const child = await Child.start(`./smtp/servers/${server}.mjs`);
      children.push(child);
      servers.push({ server, port: child.port });
    }
    const results: CrossCheck[] = [];
    for (const { load, options } of LOADS) {
      const rates = servers.map(() => [] as number[]);
      for (let turn = 0; turn < ROUNDS * servers.length; turn++) {
        const which = (turn + Math.floor(turn / servers.length)) % servers.length;
        rates[which]!.push(await rateOf(source, options, servers[which]!.port));
      }
      results.push({
        load,
        rates: servers.map(({ server }, which) => ({ server, rate: median(rates[which]!) })),
      });
    }
    return results;
  } finally {
    sinkProcess.kill('SIGKILL');
    await Promise.all(children.map((child) => child.stop()));
  }
}

/** The cross-check as a table, or a sentence about why there is none. */
export function crossCheckTable(results: readonly CrossCheck[] | undefined): string {
  if (results === undefined)
    return 'smtp-source and smtp-sink (Debian package postfix) are not installed: left out.';
  const servers = results[0]!.rates.map(({ server }) => server);
  return table(
    ['smtp-source, messages/s', ...servers],
    results.map(({ load, rates }) => [load, ...rates.map(({ rate }) => rate.toFixed(0))]),
  );
}

async function rateOf(source: string, options: string[], port: number): Promise<number> {
  const args = ['-m', String(MESSAGES), '-f', 'load@example.org', '-t', 'sink@example.net', ...options];
  const start = performance.now();
  const run = spawn(source, [...args, `127.0.0.1:${port}`], { stdio: 'ignore', timeout: LONGEST_RUN });
  const code = await exitCode(run);
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  return MESSAGES / ((performance.now() - start) / 1000);
}

async function exitCode(run: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(run, 'exit')) as [number | null, string | null];
  return code ?? signal ?? 'nothing';
}

/** smtp-sink refuses to stay root. */
function asNobody(): string[] {
  return process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
}

function find(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** A port that was free a moment ago: smtp-sink cannot choose one itself. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port: number): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const socket = net.connect(port, '127.0.0.1');
    const connected = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      sleep(500, false),
    ]);
    socket.destroy();
    if (connected) return;
    await sleep(100);
  }
  throw new Error('smtp-sink does not accept connections');
}
