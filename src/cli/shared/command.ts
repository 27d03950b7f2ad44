import type { Command } from 'commander';
import type { Io } from './io.ts';

/** Runs a command; gives the exit code. */
export type Action = (io: Io) => Promise<number>;

/** What the file of a command exports. */
export interface CommandModule {
  /** Adds arguments and options; `ready` is told what to do once they are parsed. */
  configure(command: Command, ready: (action: Action) => void): void;
}
