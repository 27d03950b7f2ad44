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
  /** Reads input until there is none left or `turnOver`, and looks at `clock`. Returns whether it needs another turn. */
  readOn(): boolean;
  /** Its turn does not come before the next poll for input: nothing more of it is to be read until then. */
  stall(): void;
}

/** Those whose input has just come, before those who have had a turn. */
const fresh: Flow[] = [];
const old: Flow[] = [];
let scheduled = false;
/** Milliseconds of the budget that have been used. What the system takes to hand over octets does not count. */
let used = 0;
/** The last look at the clock, in milliseconds; and when the turn of the connection that reads now is over. */
let now = 0;
let until = 0;
let served: (() => void) | undefined;

/** Lets a connection read at once where the budget allows it; later where not. */
export function askForTurn(flow: Flow): void {
  schedule();
  // More has come while it waits: no further input is to be read until its turn.
  if (flow.queued) return flow.stall();
  now = performance.now();
  if (used < BUDGET) return takeTurn(flow, now + (fresh.length + old.length === 0 ? BUDGET - used : QUANTUM));
  flow.queued = true;
  fresh.push(flow);
}

/** Whether the connection that reads now has to let the others have their turn. */
export function turnOver(): boolean {
  return clock() >= until;
}

/** Milliseconds of a monotonic clock. A flow looks at it when it has read, which tells how long that took. */
export function clock(): number {
  now = performance.now();
  return now;
}

/** What `clock` said last. */
export function recently(): number {
  return now;
}

/** Calls a task when the queue has been served in this turn of the event loop, before it polls for input again. */
export function onceServed(task: () => void): void {
  served = task;
  schedule();
}

/** Once for each loop turn, whoever asks: two would serve the queue twice, and ask for four. */
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(serve);
}

function takeTurn(flow: Flow, end: number): void {
  const outer = until;
  const start = now;
  until = end;
  let more = false;
  try {
    more = flow.readOn();
  } finally {
    until = outer;
    used += now - start;
  }
  if (!more || flow.queued) return;
  flow.queued = true;
  old.push(flow);
}

function serve(): void {
  scheduled = false;
  // Whatever throws, the next loop turn serves those that wait.
  try {
    serveQueue();
  } finally {
    used = 0;
    if (fresh.length + old.length > 0) schedule();
    const task = served;
    served = undefined;
    task?.();
  }
}

/** Returns whether there was a flow. */
function giveTurn(flow: Flow | undefined): boolean {
  if (flow === undefined) return false;
  flow.queued = false;
  takeTurn(flow, now + QUANTUM);
  return true;
}

function serveQueue(): void {
  if (fresh.length + old.length === 0) return;
  now = performance.now();
  const end = now + BUDGET;
  // However many come with new input, one of the others has a turn in each loop turn.
  let passedOver = old.length > 0;
  for (; now < end; now = performance.now()) {
    if (fresh.length === 0) passedOver = false;
    if (!giveTurn(fresh.shift() ?? old.shift())) return;
  }
  if (passedOver) giveTurn(old.shift());
  for (const flow of fresh) flow.stall();
  for (const flow of old) flow.stall();
}
