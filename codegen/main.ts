/** `npm run codegen`: our own tables into our own generated/. */
import { fileURLToPath } from 'node:url';
import { EXIT, runCodegen } from './command.ts';

const args = process.argv.slice(2);
const unknown = args.filter((arg) => arg !== '--check');
if (unknown.length > 0) {
  console.error(`error: unknown argument ${JSON.stringify(unknown[0])}; usage: npm run codegen [-- --check]`);
  process.exitCode = EXIT.usage;
} else {
  process.exitCode = await runCodegen({
    spec: 'spec/index.ts',
    out: 'generated',
    check: args.includes('--check'),
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    wire: '../src/wire/index.ts',
    schemas: '../src/schemas/index.ts',
    proxy: null,
    again: 'run `npm run codegen`',
    extension: '.ts',
    tell: (line) => console.log(line),
    complain: (line) => console.error(line),
  });
}
