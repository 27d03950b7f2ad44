import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleSize } from './bundle-size.ts';
import type { Codec } from './codec/line.ts';
import { benchCodec, codecTable } from './codec/run.ts';
import { benchCodegen } from './codegen/run.ts';
import { codegenTable } from './codegen/table.ts';
import { benchHostile } from './hostile/run.ts';
import { hostileTables } from './hostile/tables.ts';
import { MIB } from './memory/floods.ts';
import { benchMemory } from './memory/run.ts';
import { memoryTable } from './memory/table.ts';
import { Bounds, Progress } from './report.ts';
import { crossCheck, crossCheckTable } from './smtp/cross-check.ts';
import { benchSmtp } from './smtp/run.ts';
import { smtpTables } from './smtp/tables.ts';

const USAGE = `npm run bench -- [--only codec|codegen|smtp|hostile|memory] [--quick] [--json FILE]

  --only PART   one part instead of all five
  --quick       fewer rounds: to see whether it runs, not to publish
  --json FILE   every figure, for machines
  --help        this text

Figures go to standard output, progress to standard error.
Exit code: 0 when every bound is kept; 1 when one is missed, or the bench failed; 2 for a call that cannot be meant.`;

const PARTS = ['codec', 'codegen', 'smtp', 'hostile', 'memory'];

try {
  await main();
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return;
  const { only, quick, json } = options;
  const wanted = (part: string): boolean => only === undefined || only === part;
  const progress = new Progress();
  const bounds = new Bounds();
  const results: Record<string, unknown> = {
    node: process.version,
    cpus: cpus().map(({ model }) => model),
    loadBefore: loadavg()[0],
    quick,
  };
  process.stdout.write(
    `Node ${process.version}, ${cpus().length} cores, load before the start ${loadavg()[0]!.toFixed(2)}\n`,
  );
  const show = (title: string, text: string): void => {
    progress.done();
    process.stdout.write(`\n${title}\n\n${text}\n`);
  };

  if (wanted('codec')) {
    const entry = new URL('../../dist/src/proxy/index.js', import.meta.url);
    const codec = (await import(entry.href)) as Codec;
    const lines = benchCodec(
      codec,
      quick ? { slices: 7, sliceMs: 1 } : { slices: 151, sliceMs: 1 },
      progress,
    );
    show('CODEC: time of one call, and as a multiple of the floor', codecTable(lines, bounds));
    progress.step('codec: bundling for a browser');
    const bundle = await bundleSize(entry);
    show(
      'truepeer/proxy in a browser',
      `${bundle.minified} octets minified, ${bundle.gzipped} gzipped, Node modules: ${bundle.nodeModules.join(', ') || 'none'}`,
    );
    results['codec'] = { lines, bundle };
  }
  if (wanted('codegen')) {
    const codegen = await benchCodegen(quick ? 1 : 5, progress);
    show('CODEGEN: from the start of the process to the last file', codegenTable(codegen, bounds));
    results['codegen'] = codegen;
  }
  if (wanted('smtp')) {
    const smtp = await benchSmtp(
      quick ? { rounds: 3, milliseconds: 300 } : { rounds: 7, milliseconds: 1000 },
      progress,
    );
    show('SMTP: the same load on each server, medians', smtpTables(smtp, bounds));
    progress.step('smtp: cross-check');
    const checked = await crossCheck();
    show("SMTP: cross-check with Postfix's own tools", crossCheckTable(checked));
    results['smtp'] = { ...smtp, crossCheck: checked };
  }
  if (wanted('hostile')) {
    const hostile = await benchHostile(quick ? 1000 : 10_000, progress);
    show('HOSTILE', hostileTables(hostile, bounds));
    results['hostile'] = hostile;
  }
  if (wanted('memory')) {
    const memory = await benchMemory((quick ? 64 : 1024) * MIB, progress);
    show('MEMORY: the most that a flood adds to an idle server', memoryTable(memory, bounds));
    results['memory'] = memory;
  }
  const { count, missed } = bounds;
  show('BOUNDS', [`${count - missed.length} kept, ${missed.length} missed`, ...missed].join('\n'));
  results['bounds'] = { count, missed };
  if (missed.length > 0) process.exitCode = 1;
  if (json !== undefined) await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
}

function readOptions(): { only: string | undefined; quick: boolean; json: string | undefined } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(`${USAGE}\n`);
      return undefined;
    }
    if (values.only !== undefined && !PARTS.includes(values.only)) {
      throw new Error(`--only takes ${PARTS.join(', ')}`);
    }
    return { only: values.only, quick: values.quick, json: values.json };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    process.exitCode = 2;
    return undefined;
  }
}
