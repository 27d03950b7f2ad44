import type { Phase } from '../api/phase.ts';

/** What reads the stream at the moment: the PROXY header, commands, content, an answer to an AUTH challenge. */
export interface Reader {
  /** Reads octets from `at` on, at least one, and returns the index after the last one read. */
  read(chunk: Buffer, at: number): number;
  /**
   * Called after each batch that leaves this input waiting. Returns the deadline, absolute on the clock of `now`.
   *
   * @param octets size of the batch.
   */
  deadline(now: number, octets: number): number;
  /** What is waited for. */
  readonly phase: Phase;
  /** The reply when the deadline has passed; empty for none. */
  readonly onTimeout: string;
  /** Whether what reads cannot take more for now. */
  readonly full: boolean;
  /** Whether anything refers to octets read since this was set to false; absent where that is not known. */
  kept?: boolean;
  /** Called when the deadline has passed, where that is no failure. */
  passed?(): void;
}
