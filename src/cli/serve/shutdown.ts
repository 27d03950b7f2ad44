import { constants } from 'node:os';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const ALL_SIGNALS = [...SIGNALS, 'SIGHUP'] as const;
/** Under npm a Ctrl-C arrives twice, from the terminal and from npm: two SIGINT within this many milliseconds count once. */
const SAME_KEYPRESS = 100;

/**
 * Waits for the first signal that asks to end: SIGTERM or SIGINT. From then on a second one ends the process at once, with the exit code a
 * shell gives to that signal.
 *
 * @param hangUp whether SIGHUP counts, too
 */
export function shutdownSignal(hangUp: boolean): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: { signal: NodeJS.Signals; at: number } | undefined;
    for (const signal of hangUp ? ALL_SIGNALS : SIGNALS) {
      process.on(signal, () => {
        const now = performance.now();
        if (first === undefined) {
          first = { signal, at: now };
          resolve(signal);
        } else if (signal !== 'SIGINT' || first.signal !== 'SIGINT' || now - first.at > SAME_KEYPRESS) {
          process.exit(128 + constants.signals[signal]);
        }
      });
    }
  });
}
