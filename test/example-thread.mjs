/** Runs each example that it is told of, and answers with what its lines print, as `LINE: TEXT`, and its fault. */
import { format } from 'node:util';
import { parentPort } from 'node:worker_threads';

let printed = [];
globalThis.print = (line, ...values) => printed.push(`${line}: ${format(...values)}`);

parentPort.on('message', async (example) => {
  printed = [];
  try {
    await import(example);
    parentPort.postMessage({ printed });
  } catch (fault) {
    parentPort.postMessage({ printed, fault });
  }
});
