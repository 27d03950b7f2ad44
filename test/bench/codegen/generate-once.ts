/**
 * Runs the generator once and prints what it took from the start of the process, in milliseconds: `wall` by the clock,
 * `processor` of all threads together. Arguments: the file of the spec, and the folder to write into.
 */
import { runCodegen } from '../../../codegen/command.ts';

const [spec = '', out = ''] = process.argv.slice(2);
const code = await runCodegen({ spec, out, tell: () => {}, complain: (line) => console.error(line) });
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ wall: performance.now(), processor: (user + system) / 1000 }));
process.exitCode = code;
