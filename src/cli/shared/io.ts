/** What a command reads and writes; `process` is one. */
export interface Io {
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  /** Whether it is a terminal, and how wide. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(octets: string | Uint8Array): unknown;
  /** Whether it holds more than it should until it drains. */
  readonly writableNeedDrain?: boolean;
  /** Octets that it holds, because they are not read fast enough. */
  readonly writableLength?: number;
  once?(event: 'drain' | 'error', listener: () => void): unknown;
}

/** Whoever reads an output: they may be slow, or stop, as `head` does. */
export class Readership {
  readonly #output: Output;
  #isThere = true;

  constructor(output: Output) {
    this.#output = output;
    // What Node calls standard output is never destroyed; the error is all that tells.
    output.once?.('error', () => (this.#isThere = false));
  }

  /** Waits until the output has passed on what it holds; gives false when nobody reads it any more. */
  async caughtUp(): Promise<boolean> {
    const output = this.#output;
    if (this.#isThere && output.writableNeedDrain === true && output.once !== undefined) {
      await new Promise<void>((resolve) => {
        output.once?.('drain', resolve);
        output.once?.('error', resolve);
      });
    }
    return this.#isThere;
  }
}
