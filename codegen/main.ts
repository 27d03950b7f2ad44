/** `npm run codegen`: our own tables into our own generated/. */
import { mkdir, writeFile } from 'node:fs/promises';
import { resolveConfig } from 'prettier';
import { spec } from '../spec/index.ts';
import { generate } from './generate.ts';

const out = new URL('../generated/', import.meta.url);
const prettier = (await resolveConfig(new URL('x.ts', out).pathname)) ?? {};
await mkdir(out, { recursive: true });
for (const file of await generate(spec, {
  wire: '../src/wire/index.ts',
  command: 'npm run codegen',
  extension: '.ts',
  prettier,
})) {
  await writeFile(new URL(file.name, out), file.text);
}
