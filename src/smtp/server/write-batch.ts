/**
 * Batches writes: replies are written once the input that is ready on all connections has been read. Writing after each
 * read instead would switch between server and client for every reply, which costs more than the reply itself.
 */

import { onceServed } from './fair-queue.ts';

/** A connection with replies to write. */
export interface Writer {
  /** Writes all queued replies; does nothing where there are none. */
  flush(): void;
}

/** Milliseconds that the oldest reply waits at most, so that the time of several slow hooks does not add up. */
const LONGEST_WAIT = 1;

let waiting: Writer[] = [];
let since = 0;

/**
 * Calls `flush` of the writer before the event loop waits for input again.
 *
 * @param now milliseconds of a monotonic clock, the same for all writers.
 */
export function flushSoon(writer: Writer, now: number): void {
  if (waiting.length === 0) {
    since = now;
    onceServed(flushAll);
  }
  waiting.push(writer);
  if (now - since > LONGEST_WAIT) flushAll();
}

function flushAll(): void {
  const writers = waiting;
  waiting = [];
  for (const writer of writers) writer.flush();
}
