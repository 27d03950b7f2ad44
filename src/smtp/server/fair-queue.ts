/**
 * The order of reading: connections with unread input take turns, so that those that send much do not keep the others
 * waiting. Deficit round robin with new flows first, as in RFC 8290, with time in place of octets.
 *
 * In each turn of the event loop input is read as it comes while the budget lasts. What is left then waits in the
 * queue, which is served after the poll for input, within a budget of its own; then the loop polls again.
 */

// Not the global, which the tests of an application may have replaced by fake timers.
import { setImmediate } from 'node:timers';

/** Milliseconds of reading for all connections, while input is polled for and again while the queue is served. */
const BUDGET = 4;
/** Milliseconds that one connection reads before the next one has its turn. */
const QUANTUM = 0.5;

/** A connection with input. */
export interface Flow {
  /** Whether it stands in the queue; for the queue only. */
  queued: boolean;
  /** Reads input until there is none left or `turnOver`. Returns whether it needs another turn. */
  readOn(): boolean;
  /** Its turn does not come before the next poll for input: nothing more of it is to be read until then. */
  stall(): void;
}

/** Those whose input has just come, before those who have had a turn. */
let fresh: Flow[] = [];
let old: Flow[] = [];
let scheduled = false;
/** Milliseconds of the budget that have been used. */
let used = 0;
/** When the turn of the connection that reads now is over. */
let until = 0;

/** Lets a connection read at once where the budget allows it and nobody waits before it; later where not. */
export function askForTurn(flow: Flow): void {
  if (!scheduled) {
    scheduled = true;
    setImmediate(serve);
  }
  if (flow.queued) return;
  if (used < BUDGET) return takeTurn(flow, fresh.length + old.length === 0 ? BUDGET - used : QUANTUM);
  flow.queued = true;
  fresh.push(flow);
}

/** Whether the connection that reads now has to let the others have their turn. */
export function turnOver(): boolean {
  return performance.now() >= until;
}

function takeTurn(flow: Flow, most: number): void {
  const outer = until;
  const start = performance.now();
  until = start + most;
  const more = flow.readOn();
  until = outer;
  used += performance.now() - start;
  if (!more || flow.queued) return;
  flow.queued = true;
  old.push(flow);
}

function serve(): void {
  used = 0;
  while (used < BUDGET) {
    const flow = fresh.shift() ?? old.shift();
    if (flow === undefined) break;
    flow.queued = false;
    takeTurn(flow, QUANTUM);
  }
  used = 0;
  scheduled = fresh.length + old.length > 0;
  if (!scheduled) return;
  for (const flow of fresh) flow.stall();
  for (const flow of old) flow.stall();
  setImmediate(serve);
}
