/**
 * Runs the generator on a spec with more rows, 300 in all, and prints the milliseconds of processor time it took from
 * the start of the process, those of all threads together. Argument: the folder to write into.
 */
import { runCodegen } from '../../codegen/command.ts';

const [out = ''] = process.argv.slice(2);
const code = await runCodegen({
  spec: 'test/codegen/many-rows.ts',
  out,
  tell: () => {},
  complain: (line) => console.error(line),
});
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ code, milliseconds: Math.round((user + system) / 1000) }));
