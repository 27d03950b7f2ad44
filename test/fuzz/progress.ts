const TERMINAL = process.stderr.isTTY;

/** Milliseconds between two lines: one that is written over, or a line of its own in a log. */
const INTERVAL = TERMINAL ? 500 : 30_000;

/** How far it is, on one line of standard error. */
export class Progress {
  readonly #started = Date.now();
  readonly #minutes: number;
  readonly #runs = new Map<string, number>();
  #shown = 0;

  constructor(minutes: number) {
    this.#minutes = minutes;
  }

  /** Minutes since it began. */
  get minutes(): number {
    return (Date.now() - this.#started) / 60_000;
  }

  add(target: string, runs: number): void {
    this.#runs.set(target, (this.#runs.get(target) ?? 0) + runs);
  }

  /** Shows how far it is, at most once in a while. */
  show(seed: number, target: string): void {
    if (Date.now() - this.#shown < INTERVAL) return;
    this.#shown = Date.now();
    const total = [...this.#runs.values()].reduce((sum, runs) => sum + runs, 0);
    const line = `${this.minutes.toFixed(1)} of ${this.#minutes} minutes, ${total} runs, seed ${seed}, ${target}`;
    process.stderr.write(TERMINAL ? `\r${line}\x1b[K` : `${line}\n`);
  }

  /** Takes the line away and prints the runs of each target. */
  end(): void {
    if (TERMINAL) process.stderr.write('\r\x1b[K');
    for (const [target, runs] of this.#runs) process.stderr.write(`${String(runs).padStart(9)}  ${target}\n`);
  }
}
