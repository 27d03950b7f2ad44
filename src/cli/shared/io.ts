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
}
