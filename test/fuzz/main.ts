import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { targets as proxy } from './proxy.ts';
import type { Target } from './target.ts';

/**
 * `npm run fuzz -- [--minutes N] [--seed N] [--only NAME]`: tries every target with one seed after the other until the
 * time is over. The first counterexample ends it, exit 1; the line it prints runs that seed again.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const first = Number(values.seed ?? Date.now() % 2 ** 31);
if (!(minutes > 0) || !Number.isInteger(first)) {
  console.error('Usage: npm run fuzz -- [--minutes N] [--seed N] [--only NAME]');
  process.exit(2);
}
const targets = [...proxy].filter(({ name }) => values.only === undefined || name === values.only);
const counts = new Map(targets.map(({ name }) => [name, 0]));
const started = Date.now();
const end = started + minutes * 60_000;
const interval = process.stderr.isTTY ? 500 : 30_000;
let shown = 0;

function progress(seed: number, last = false): void {
  if (!last && Date.now() - shown < interval) return;
  shown = Date.now();
  const seconds = Math.round((shown - started) / 1000);
  const runs = [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
  const line = `${seconds} s, seed ${seed}: ${runs}`;
  process.stderr.write(process.stderr.isTTY && !last ? `\r${line}` : `\n${line}`);
}

async function attack({ name, property, runs }: Target, seed: number): Promise<void> {
  const result = await fc.check(property, { seed, numRuns: runs, includeErrorInReport: true });
  if (result.failed) {
    progress(seed, true);
    console.error(
      `\n${name} fails: npm run fuzz -- --only '${name}' --seed ${seed}\n${fc.defaultReportMessage(result)}`,
    );
    process.exit(1);
  }
  counts.set(name, counts.get(name)! + result.numRuns);
}

let seed = first;
do {
  for (const target of targets) {
    await attack(target, seed);
    progress(seed);
  }
  seed++;
} while (Date.now() < end);
progress(seed - 1, true);
console.error(`\nNo counterexample; seeds ${first}..${seed - 1}.`);
