import { type Bounds, table } from '../report.ts';
import type { MemoryResult } from './run.ts';
import { MIB } from './floods.ts';

export function memoryTable(results: readonly MemoryResult[], bounds: Bounds): string {
  return table(
    ['', 'sent, MiB', 's', 'grown by, MiB', 'at most', '', 'ended with'],
    results.map(({ what, sent, milliseconds, growth, most, reply }) => [
      what,
      (sent / MIB).toFixed(0),
      (milliseconds / 1000).toFixed(1),
      (growth / MIB).toFixed(1),
      ...(most === null
        ? ['', '']
        : [String(most / MIB), bounds.atMost(`${what}, MiB`, growth / MIB, most / MIB)]),
      reply.slice(0, 9),
    ]),
  );
}
