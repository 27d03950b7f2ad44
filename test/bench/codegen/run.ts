import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Spec } from '../../../codegen/spec-entry.ts';
import type { Progress } from '../report.ts';

/** What the generator took for one spec, from the start of its process; the least of all rounds, in milliseconds. */
export interface CodegenResult {
  what: string;
  rows: number;
  /** By the clock. */
  wall: number;
  /** Processor time of all threads. */
  processor: number;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LOADER = join(ROOT, 'codegen/typescript-loader.mjs');
const ONCE = join(ROOT, 'test/bench/codegen/generate-once.ts');
const SPECS = [
  { what: 'the tables of the standard', spec: 'spec/index.ts' },
  { what: 'many rows', spec: 'test/bench/codegen/many-rows.ts' },
];

/** Other work makes each measurement larger and none smaller: of the rounds, each in a process of its own, the least counts. */
export async function benchCodegen(rounds: number, progress: Progress): Promise<CodegenResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'truepeer-bench-'));
  try {
    const results = new Map<string, CodegenResult>();
    for (let round = 1; round <= rounds; round++) {
      for (const { what, spec } of SPECS) {
        progress.step(`codegen ${round}/${rounds}: ${what}`);
        const out = join(folder, `${results.size}-${round}`);
        const { rows, wall, processor } = await generateOnce(spec, out);
        const before = results.get(what) ?? { wall: Infinity, processor: Infinity };
        results.set(what, {
          what,
          rows,
          wall: Math.min(wall, before.wall),
          processor: Math.min(processor, before.processor),
        });
      }
    }
    return [...results.values()];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function generateOnce(spec: string, out: string): Promise<Omit<CodegenResult, 'what'>> {
  const args = ['--import', LOADER, ONCE, spec, out];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const { tlvs } = JSON.parse(await readFile(join(out, 'spec.json'), 'utf8')) as Spec;
  return { rows: tlvs.length, ...(JSON.parse(stdout) as { wall: number; processor: number }) };
}
