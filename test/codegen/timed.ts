/**
 * Runs the generator on a spec of 300 rows and prints the milliseconds it took from the start of the process: those of
 * the clock, and those of the processor, all threads together. Argument: the folder to write into.
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
const wall = Math.round(performance.now());
console.log(JSON.stringify({ code, wall, processor: Math.round((user + system) / 1000) }));
