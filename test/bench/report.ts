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

/** Holds figures to their bounds, compared as they are printed: two decimals. */
export class Bounds {
  /** How many have been asked about. */
  count = 0;
  /** A sentence about each that was missed. */
  readonly missed: string[] = [];

  /** Whether a figure is small enough. */
  atMost(what: string, value: number, bound: number): 'ok' | 'over' {
    return this.#judge(what, value, bound, 'at most') ? 'ok' : 'over';
  }

  /** Whether a figure is large enough. */
  atLeast(what: string, value: number, bound: number): 'ok' | 'under' {
    return this.#judge(what, value, bound, 'at least') ? 'ok' : 'under';
  }

  #judge(what: string, value: number, bound: number, word: 'at most' | 'at least'): boolean {
    this.count++;
    const shown = value.toFixed(2);
    const kept = word === 'at most' ? Number(shown) <= bound : Number(shown) >= bound;
    if (!kept) this.missed.push(`${what}: ${shown}, ${word} ${bound} is promised`);
    return kept;
  }
}
