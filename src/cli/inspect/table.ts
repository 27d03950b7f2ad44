import type { Paint } from './style.ts';

/** A column: its heading, how its cells are aligned, and how they are painted. */
export interface Column {
  heading: string;
  right?: boolean;
  paint?: Paint;
}

/** The lines of one cell, printable ASCII. */
export type Cell = readonly string[];

/**
 * Lines up rows in columns, two blanks apart, below a heading.
 *
 * @param rows their cells; one of several lines makes a row of several lines
 * @param heading how the headings are painted
 * @param paintOf how a row is painted, instead of its cells
 */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  heading: Paint,
  paintOf: (row: number) => Paint | undefined = () => undefined,
): string {
  const widths = columns.map((column, index) =>
    widest([[column.heading], ...rows.map((row) => row[index] ?? [])]),
  );
  const line = (texts: readonly string[], paint: Paint | undefined) => {
    const last = texts.findLastIndex((text) => text !== '');
    const cells = texts.slice(0, last + 1).map((text, index) => {
      const width = widths[index] ?? 0;
      const aligned =
        columns[index]?.right === true ? text.padStart(width) : text.padEnd(index === last ? 0 : width);
      return (paint ?? columns[index]?.paint)?.(aligned) ?? aligned;
    });
    return cells.join('  ');
  };
  const body = rows.flatMap((row, number) =>
    Array.from({ length: Math.max(1, ...row.map((cell) => cell.length)) }, (_, at) =>
      line(
        row.map((cell) => cell[at] ?? ''),
        paintOf(number),
      ),
    ),
  );
  return [
    line(
      columns.map((column) => column.heading),
      heading,
    ),
    ...body,
  ].join('\n');
}

/** Characters of the longest line. */
export function widest(cells: readonly Cell[]): number {
  return cells.flat().reduce((width, { length }) => Math.max(width, length), 0);
}

/** A sentence in lines of at most `width` characters, broken at blanks; a longer word is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  const line = new RegExp(String.raw`\S.{0,${width - 2}}\S(?=\s|$)|\S{1,${width}}`, 'gu');
  return text.match(line) ?? [''];
}
