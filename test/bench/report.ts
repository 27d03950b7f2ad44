/** Text for people who watch the bench: a line that moves, and tables. */

/** Where progress goes; a terminal sees one line that is rewritten, a file sees one line per step. */
export class Progress {
  readonly #live = process.stderr.isTTY === true;
  readonly #start = performance.now();

  step(what: string): void {
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(0).padStart(4);
    process.stderr.write(this.#live ? `\r\u001b[2K${seconds} s  ${what}` : `${seconds} s  ${what}\n`);
  }

  done(): void {
    if (this.#live) process.stderr.write('\r\u001b[2K');
  }
}

/** A table with a rule under its head; the first column is text, the others are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) =>
        column === 0 ? (cells[column] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** `1.23x`. */
export function times(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}

/** Whether a figure keeps its target, compared as it is printed: two decimals. */
export function atMost(value: number, target: number): 'ok' | 'over' {
  return Number(value.toFixed(2)) <= target ? 'ok' : 'over';
}

/** The same for figures that should be high. */
export function atLeast(value: number, target: number): 'ok' | 'under' {
  return Number(value.toFixed(2)) >= target ? 'ok' : 'under';
}
