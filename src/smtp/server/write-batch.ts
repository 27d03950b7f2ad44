/**
 * When replies are written: together, once what has come in on all connections has been read. A reply wakes its client
 * up; where replies and reads take turns, each reply does so anew, which costs the server more than the reply itself.
 */

// Not the global, which tests of an application may have replaced by a clock that stands still.
import { setImmediate } from 'node:timers';

/** Who has replies to write. */
export interface Sender {
  /** Writes what waits, if anything still does. */
  flush(): void;
}

/** How long the first reply may wait for the others, in milliseconds: hooks that compute must not add up. */
const PATIENCE = 1;

let waiting: Sender[] = [];
let since = 0;

/**
 * Calls `flush` of the sender before the event loop waits for input again.
 *
 * @param now milliseconds of a steady clock, the same for all senders.
 */
export function flushSoon(sender: Sender, now: number): void {
  if (waiting.length === 0) {
    since = now;
    setImmediate(flushAll);
  }
  waiting.push(sender);
  if (now - since > PATIENCE) flushAll();
}

function flushAll(): void {
  const senders = waiting;
  waiting = [];
  for (const sender of senders) sender.flush();
}
