import type { Client } from './peer.ts';

/** Something worth a log line; `text` holds no octet a terminal could mistake. */
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

/** Makes a log that may fail without ending anything; without one, what is reported is dropped. */
export function safely(
  report: ((diagnostic: Diagnostic) => void) | undefined,
): (diagnostic: Diagnostic) => void {
  if (report === undefined) return () => {};
  return (diagnostic) => {
    // A log that fails must not end a session.
    try {
      const result: unknown = report(diagnostic);
      if (result instanceof Promise) result.catch(() => {});
    } catch {}
  };
}
