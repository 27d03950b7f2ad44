/**
 * Gives a build its entries for CommonJS, as `exports` of package.json names them: for each a file `.cjs` that requires the
 * ES module (Node 20.19 and 22.12 can), and declarations `.d.cts` beside all `.d.ts` that it reaches: TypeScript reads
 * those of an ES module only for ES modules. There is one copy of the code.
 *
 * Argument: the folder of the build, default dist.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = resolve(process.argv[2] ?? join(root, 'dist'));
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What follows `from`, `import(` or a bare `import`, where it is a file of ours. */
const SPECIFIER = /(\bfrom |\bimport ?\(?)(['"])(\.[^'"]+)\.[jt]s\2/g;

const done = new Set();

/** Writes the declarations for CommonJS beside those of a module, and beside those of all it names. */
function declare(file) {
  if (done.has(file)) return;
  done.add(file);
  const text = readFileSync(`${file}.d.ts`, 'utf8');
  writeFileSync(
    `${file}.d.cts`,
    text.replace(SPECIFIER, (_, before, quote, path) => `${before}${quote}${path}.cjs${quote}`),
  );
  for (const [, , , path] of text.matchAll(SPECIFIER)) declare(join(dirname(file), path));
}

for (const target of Object.values(exports)) {
  if (target.require === undefined) continue;
  const module = join(build, target.require.default.replace('./dist/', '').replace(/\.cjs$/, ''));
  mkdirSync(dirname(module), { recursive: true });
  writeFileSync(`${module}.cjs`, `module.exports = require('./${basename(module)}.js');\n`);
  declare(module);
}
