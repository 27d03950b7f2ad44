import type { Phase } from '../api/phase.ts';

/** Reads the stream in one state of the session: PROXY header, commands, content, a response to an AUTH challenge. */
export interface Reader {
  /** Reads octets from `at` on, at least one, and returns the index after the last one read. */
  read(chunk: Buffer, at: number): number;
  /**
   * Called after each batch that leaves this reader waiting. Returns the deadline, absolute on the clock of `now`.
   *
   * @param octets size of the batch.
   */
  deadline(now: number, octets: number): number;
  /** What is waited for. */
  readonly phase: Phase;
  /** The reply when the deadline has passed; empty for none. */
  readonly onTimeout: string;
  /** Whether anything refers to octets read since this was set to false; absent where that is not known. */
  kept?: boolean;
  /** Called when the deadline has passed; absent where that ends the session. */
  passed?(): void;
}
