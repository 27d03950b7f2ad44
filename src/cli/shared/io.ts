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
  /** Whether nobody reads it any more. */
  readonly destroyed?: boolean;
  once?(event: 'drain' | 'close', listener: () => void): unknown;
}

/** Waits until an output has passed on what it holds; gives false when nobody reads it any more. */
export async function drained(output: Output): Promise<boolean> {
  if (output.writableNeedDrain === true && output.destroyed !== true && output.once !== undefined) {
    await new Promise<void>((resolve) => {
      output.once?.('drain', resolve);
      output.once?.('close', resolve);
    });
  }
  return output.destroyed !== true;
}
