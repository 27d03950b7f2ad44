import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../children.ts';
import { median } from '../compare.ts';
import type { Progress } from '../report.ts';
import type { Load, LoadResult } from './generator.mjs';
import type { Scenario } from './scenarios.ts';
import { proxyScenario, scenarios } from './scenarios.ts';
import type { Usage } from './servers/child.mjs';

/** What one server did under one load; medians over the rounds. */
export interface Figures {
  server: string;
  /** Messages a second. */
  rate: number;
  megabytesPerSecond: number;
  /** CPU seconds of the server for 100,000 messages. */
  cpu: number;
  /** Resident memory of the server in octets, the largest seen after a round. */
  rss: number;
  /** Milliseconds from the content to its 250. */
  p50: number;
  p99: number;
  /** The share of one core that the generator needed: near 1, it is what was measured. */
  generatorBusy: number;
  /** This rate divided by each other server's in the same round, median over the rounds. */
  rateTo: Record<string, number>;
  /** The same for CPU. */
  cpuTo: Record<string, number>;
}

export interface ScenarioResult {
  scenario: Scenario;
  figures: Figures[];
}

export interface SmtpOptions {
  rounds: number;
  /** How long each server is loaded in each round. */
  milliseconds: number;
}

export interface SmtpResults {
  scenarios: ScenarioResult[];
  /** One message a connection, without a header and with one. */
  proxy: Figures[];
  /** The same load, thrown away and stored. */
  stored: Figures[];
}

interface Contender {
  name: string;
  child: Child;
  proxy: Load['proxy'];
}

/** Milliseconds of load on each server before a scenario counts: compilers and heaps settle. */
const WARM_UP = 500;

/** Starts every server in its own process, loads one after the other in rounds whose order rotates. */
export async function benchSmtp(options: SmtpOptions, progress: Progress): Promise<SmtpResults> {
  const maildir = await mkdtemp(join(tmpdir(), 'truepeer-bench-'));
  const children: Child[] = [];
  const start = async (name: string, file: string, args: object = {}): Promise<Contender> => {
    const child = await Child.start(`./smtp/servers/${file}.mjs`, args);
    children.push(child);
    return { name, child, proxy: 'none' };
  };
  try {
    const generator = await Child.start('./smtp/generator-process.mjs');
    children.push(generator);
    const discard = await start('truepeer', 'truepeer');
    const peer = await start('smtp-server', 'smtp-server');
    const bare = await start('bare', 'bare');
    const stream = await start('truepeer, streaming', 'truepeer', { handler: 'stream' });

    const results: ScenarioResult[] = [];
    for (const scenario of scenarios) {
      const load = loader(generator, scenario, options, progress);
      results.push({ scenario, figures: await load([discard, stream, peer, bare]) });
    }

    // Both as young as each other: one that has run for minutes is better compiled.
    const plain = await start('truepeer', 'truepeer');
    const proxied = await start('truepeer', 'truepeer', { proxy: true });
    const peerProxied = await start('smtp-server', 'smtp-server', { proxy: true });
    const proxy = await loader(
      generator,
      proxyScenario,
      options,
      progress,
    )([
      plain,
      { ...proxied, name: 'truepeer, PROXY v1', proxy: 'v1' },
      { ...proxied, name: 'truepeer, PROXY v2', proxy: 'v2' },
      peer,
      { ...peerProxied, name: 'smtp-server, PROXY v1', proxy: 'v1' },
    ]);

    const maildirServer = await start('truepeer, Maildir', 'truepeer', { handler: 'maildir', maildir });
    const stored = await loader(generator, scenarios[0]!, options, progress)([discard, maildirServer]);
    return { scenarios: results, proxy, stored };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await rm(maildir, { recursive: true, force: true });
  }
}

type Measured = { rate: number; cpu: number; rss: number; result: LoadResult };

/** Returns a function that loads contenders in turn and gives their figures. */
function loader(
  generator: Child,
  scenario: Scenario,
  options: SmtpOptions,
  progress: Progress,
): (contenders: readonly Contender[]) => Promise<Figures[]> {
  const once = async ({ child, proxy }: Contender, milliseconds: number): Promise<Measured> => {
    const before = await child.request<Usage>('usage');
    const { connections, messagesPerConnection, size, stuffed, waits } = scenario;
    const load: Load = {
      connections,
      messagesPerConnection,
      size,
      stuffed,
      waits,
      proxy,
      host: '127.0.0.1',
      port: child.port,
      milliseconds,
    };
    const result = await generator.request<LoadResult>(load);
    const after = await child.request<Usage>('usage');
    if (result.errors.length > 0) throw new Error(`${scenario.title}: ${result.errors.join('; ')}`);
    return {
      rate: result.messages / result.seconds,
      cpu: ((after.cpuSeconds - before.cpuSeconds) / result.messages) * 100_000,
      rss: after.rss,
      result,
    };
  };

  return async (contenders) => {
    progress.step(`smtp: ${scenario.title}, warming up`);
    for (const contender of contenders) await once(contender, WARM_UP);
    const rounds: Measured[][] = [];
    for (let round = 0; round < options.rounds; round++) {
      const measured: Measured[] = [];
      for (let turn = 0; turn < contenders.length; turn++) {
        const which = (round + turn) % contenders.length;
        const contender = contenders[which]!;
        progress.step(`smtp: ${scenario.title}, round ${round + 1}/${options.rounds}, ${contender.name}`);
        measured[which] = await once(contender, options.milliseconds);
      }
      rounds.push(measured);
    }
    return contenders.map((_, which) => figuresOf(contenders, which, rounds));
  };
}

function figuresOf(contenders: readonly Contender[], which: number, rounds: readonly Measured[][]): Figures {
  const own = rounds.map((round) => round[which]!);
  const of = (value: (measured: Measured) => number): number => median(own.map(value));
  const to = (value: (measured: Measured) => number): Record<string, number> =>
    Object.fromEntries(
      contenders.map((other, at) => [
        other.name,
        median(rounds.map((round) => value(round[which]!) / value(round[at]!))),
      ]),
    );
  return {
    server: contenders[which]!.name,
    rate: of(({ rate }) => rate),
    megabytesPerSecond: of(({ result }) => result.octets / result.seconds / 1e6),
    cpu: of(({ cpu }) => cpu),
    rss: Math.max(...own.map(({ rss }) => rss)),
    p50: of(({ result }) => result.p50),
    p99: of(({ result }) => result.p99),
    generatorBusy: of(({ result }) => result.cpuSeconds / result.seconds),
    rateTo: to(({ rate }) => rate),
    cpuTo: to(({ cpu }) => cpu),
  };
}
