import { causeOf, isA } from '../../wire/thrown.ts';
import * as check from './option-checks.ts';
import type { Client } from './peer.ts';

/** A log entry; in `text` everything that a peer sent is escaped. */
export interface Diagnostic {
  readonly level: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly text: string;
  /** The `id` of the session. */
  readonly session?: string;
  /** Who the client is, where one is concerned: the peer itself, unless a good PROXY header (or XCLIENT) says otherwise. */
  readonly client?: Client;
  readonly error?: unknown;
}

/** The log function of those who want none. */
export const UNHEARD = (): void => {};

/** A log function whose errors, thrown or rejected, are ignored; without `report` it is `UNHEARD`. */
export function safely(
  report: ((diagnostic: Diagnostic) => void) | undefined,
): (diagnostic: Diagnostic) => void {
  if (report === undefined) return UNHEARD;
  return (diagnostic) => {
    try {
      const result: unknown = report(diagnostic);
      if (result instanceof Promise) result.catch(() => {});
    } catch {}
  };
}

/** As `safely`; without a function, errors of the application's own code are warnings of the process. */
export function reporter(
  report: ((diagnostic: Diagnostic) => void) | undefined,
): (diagnostic: Diagnostic) => void {
  return check.callback('diagnostics', report) === undefined ? warn : safely(report);
}

function warn({ level, text, error }: Diagnostic): void {
  if (level === 'error') process.emitWarning(isA(error, Error) ? error : `${text}: ${causeOf(error)}`);
}
