import { hexCode } from '../../names.ts';
import type { Report } from '../diagnostic.ts';
import type { Subject } from '../subject.ts';

/** Ranges lie within an octet and apart from each other. */
export function checkRanges({ ranges }: Subject, report: Report): void {
  for (const [i, { row, path }] of ranges.entries()) {
    if (row.from > row.to)
      report.add(
        'bad-range',
        [...path, 'from'],
        `${hexCode(row.from)} is above ${hexCode(row.to)}; exchange them`,
      );
    if (row.to > 0xff) report.add('bad-range', [...path, 'to'], `${hexCode(row.to)} does not fit an octet`);
    const other = ranges.slice(0, i).find((before) => before.row.from <= row.to && row.from <= before.row.to);
    if (other === undefined) continue;
    const message = `${row.name} overlaps ${other.row.name}, ${hexCode(other.row.from)}..${hexCode(other.row.to)}`;
    report.add('overlapping-ranges', path, message, [
      { path: other.path, message: `${other.row.name} is here` },
    ]);
  }
}
