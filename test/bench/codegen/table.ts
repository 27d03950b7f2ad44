import { type Bounds, table, times } from '../report.ts';
import type { CodegenResult } from './run.ts';

/** What 300 rows may cost, as a multiple of the tables of the standard. */
const MANY_TO_STANDARD = 2;
/** Seconds that 300 rows may take from the start of the process. */
const MANY_SECONDS = 4;

export function codegenTable(results: readonly CodegenResult[], bounds: Bounds): string {
  const [standard, many] = results as readonly [CodegenResult, CodegenResult];
  const ratio = many.processor / standard.processor;
  // Where somebody else has the processor, the time of ours is the fairer upper bound.
  const seconds = Math.min(many.wall, many.processor) / 1000;
  const what = `${many.rows} rows`;
  return [
    table(
      ['', 'rows', 's on the clock', 's of processor time'],
      results.map((each) => [
        each.what,
        String(each.rows),
        (each.wall / 1000).toFixed(2),
        (each.processor / 1000).toFixed(2),
      ]),
    ),
    table(
      [what, 'figure', 'at most', ''],
      [
        [
          'to the tables of the standard',
          times(ratio),
          times(MANY_TO_STANDARD),
          bounds.atMost(`${what} to those of the standard`, ratio, MANY_TO_STANDARD),
        ],
        [
          'seconds',
          seconds.toFixed(2),
          String(MANY_SECONDS),
          bounds.atMost(`${what}, seconds`, seconds, MANY_SECONDS),
        ],
      ],
    ),
  ].join('\n\n');
}
