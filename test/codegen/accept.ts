/**
 * Makes what scenarios are expected to give from what they give; look at the difference before you commit it.
 *
 * `node --import ./codegen/typescript-loader.mjs test/codegen/accept.ts [SCENARIO [FILE...]]`: of a scenario that has no
 * problems the files named, or those that are in its `output` already.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scenarios = join(root, 'test/codegen/scenarios');
const [only, ...files] = process.argv.slice(2);
const names = only === undefined ? readdirSync(scenarios) : [only];
const made = mkdtempSync(join(tmpdir(), 'truepeer-accept-'));
const runner = join(root, 'test/codegen/run-scenarios.ts');
const loader = join(root, 'codegen/typescript-loader.mjs');
const { status } = spawnSync(process.execPath, ['--import', loader, runner, scenarios, made, ...names], {
  stdio: 'inherit',
});
for (const name of status === 0 ? names : []) {
  const [expected, found] = [join(scenarios, name), join(made, name)];
  const outputs = join(expected, 'output');
  const wanted = files.length > 0 ? files : existsSync(outputs) ? readdirSync(outputs) : [];
  rmSync(join(expected, 'diagnostics.txt'), { force: true });
  rmSync(outputs, { recursive: true, force: true });
  if (existsSync(join(found, 'diagnostics.txt'))) {
    cpSync(join(found, 'diagnostics.txt'), join(expected, 'diagnostics.txt'));
    continue;
  }
  mkdirSync(outputs);
  for (const file of wanted) cpSync(join(found, 'output', file), join(outputs, file));
  if (wanted.length === 0) console.error(`${name}: name the files of its output that tell the feature`);
}
rmSync(made, { recursive: true });
process.exitCode = status ?? 1;
