/**
 * Lines up rows in columns, two blanks apart.
 *
 * @param rows the cells, printable ASCII; the first row is the heading
 * @param right which columns are aligned at their right edge
 */
export function layOut(rows: readonly (readonly string[])[], right: readonly number[]): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A sentence in lines of at most 60 characters, broken at blanks; a longer word is broken where it must be. */
export function wrap(text: string): string[] {
  return text.match(/\S.{0,58}\S(?=\s|$)|\S{1,60}/gu) ?? [''];
}
