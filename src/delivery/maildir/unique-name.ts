import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Makes a function that gives unique file names: `seconds.M<microseconds>P<pid>Q<count>R<random>.host`, as the
 * Maildir convention has it (https://cr.yp.to/proto/maildir.html). `R` tells apart what the process number cannot:
 * containers, worker threads, and a process with the number of an earlier one.
 */
export function uniqueNames(host: string = hostname()): () => string {
  const run = `R${randomBytes(8).toString('hex')}.${safeHost(host)}`;
  let count = 0;
  return () => {
    const now = performance.timeOrigin + performance.now();
    const seconds = Math.floor(now / 1000);
    const micros = Math.floor((now - seconds * 1000) * 1000);
    count += 1;
    return `${seconds}.M${micros}P${process.pid}Q${count}${run}`;
  };
}

/** A host name as a part of a file name: `/` and `:` in octal, as the convention says, and other characters as `_`. */
function safeHost(host: string): string {
  const safe = host
    .slice(0, 64)
    .replace(/[/:]/gu, (character) => (character === '/' ? '\\057' : '\\072'))
    .replace(/[^A-Za-z0-9._\\-]/gu, '_');
  return safe === '' ? 'localhost' : safe;
}
