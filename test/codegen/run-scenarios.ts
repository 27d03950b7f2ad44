/**
 * Runs scenarios in a process of its own, for specs are loaded by Node and not by the test runner.
 * Arguments: the folder of the scenarios, the folder for what comes out, and the names of the scenarios.
 */
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { check } from '../../codegen/check/index.ts';
import { generate } from '../../codegen/generate.ts';
import { describe, line } from '../../codegen/load/describe.ts';
import { loadSpec } from '../../codegen/load/index.ts';
import type { Spec } from '../../spec/types.ts';
import { onBase } from './base-tables.ts';

const [from = '', to = '', ...names] = process.argv.slice(2);
const prettier: unknown = JSON.parse(await readFile(new URL('../../.prettierrc', import.meta.url), 'utf8'));
for (const name of names) await run(name);

/** Writes `diagnostics.txt`, or the folder `output` with every file. */
async function run(name: string): Promise<void> {
  const folder = join(from, name);
  const file = (await readdir(folder)).find((entry) => entry.startsWith('spec.'));
  if (file === undefined) throw new Error(`${name} has no spec`);
  const entry = join(folder, file);
  const loaded = await loadSpec(entry);
  const spec = 'fault' in loaded ? undefined : onBase(loaded.spec);
  const lines =
    'fault' in loaded
      ? [line(loaded.fault, folder, `error cannot-load: ${loaded.fault.message}`)]
      : describe(check(spec), spec, entry, folder).map((told) => withText(told, folder));
  const out = join(to, name, 'output');
  await mkdir(out, { recursive: true });
  if (lines.length > 0 || 'fault' in loaded) {
    await writeFile(join(to, name, 'diagnostics.txt'), lines.map((each) => `${each}\n`).join(''));
    return;
  }
  const files = await generate(spec as Spec, { from: file, prettier: prettier as object });
  for (const { name: output, text } of files) await writeFile(join(out, output), text);
}

/** Lines move where rows are added: the text that a place among the vendors points at stands for its number. */
function withText(told: string, folder: string): string {
  return told.replaceAll(
    /^( *\S+\/spec\/tlv\/vendors\.ts):(\d+):(\d+) /gm,
    (_, file: string, row: string, column: string) => {
      const text = readFileSync(resolve(folder, file.trim()), 'utf8').split('\n')[Number(row) - 1] ?? '';
      return `${file} at "${text.slice(Number(column) - 1)}" `;
    },
  );
}
