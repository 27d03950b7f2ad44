/** Exchanges as state machines: each state takes a response and gives the next step and state. */

import { failure, type FailureCode } from './failures.ts';
import type { Exchange, Identity, Step } from './mechanism.ts';

/** A step, and the state that takes the response to it when it is a challenge. */
export interface Move {
  readonly step: Step;
  readonly next?: State;
}

export type State = (response: Uint8Array) => Move | PromiseLike<Move>;

/** Thrown when an exchange is used after its end, or while a step is pending: an error of the caller, never of the client. */
export class MisuseError extends Error {
  override name = 'MisuseError';
}

const EMPTY = new Uint8Array(0);

/** An exchange in which the client speaks first. Without an initial response it is asked by an empty challenge. */
export function clientFirst(state: State): Exchange {
  return new StateMachine((response) => (response === undefined ? ask(EMPTY, state) : state(response)));
}

/** An exchange in which the server speaks first. */
export function serverFirst(challenge: Uint8Array, state: State): Exchange {
  return new StateMachine((response) =>
    response === undefined ? ask(challenge, state) : refuse('unexpected-initial-response'),
  );
}

/** An exchange in which the server speaks first, but an initial response is accepted, too. */
export function serverFirstTolerant(challenge: Uint8Array, state: State): Exchange {
  return new StateMachine((response) => (response === undefined ? ask(challenge, state) : state(response)));
}

export function ask(octets: Uint8Array, next: State): Move {
  return { step: { status: 'challenge', octets }, next };
}

/** A challenge that tells why the exchange has failed. */
export function explain(octets: Uint8Array, code: FailureCode): Move {
  return { step: { status: 'challenge', octets, failure: failure(code) }, next: () => refuse(code) };
}

export function refuse(code: FailureCode, error?: unknown): Move {
  return { step: failure(code, error) };
}

export function accept(identity: Identity, final?: Uint8Array): Move {
  return {
    step: final === undefined ? { status: 'success', identity } : { status: 'success', identity, final },
  };
}

class StateMachine implements Exchange {
  private state: ((response: Uint8Array | undefined) => Move | PromiseLike<Move>) | undefined;
  private started = false;

  constructor(first: (response: Uint8Array | undefined) => Move | PromiseLike<Move>) {
    this.state = first;
  }

  step(response: Uint8Array | undefined): Step | PromiseLike<Step> {
    const { state } = this;
    if (state === undefined) throw new MisuseError('the exchange has ended, or waits for its last step');
    if (this.started && response === undefined) throw new MisuseError('a response is due');
    this.started = true;
    this.state = undefined;
    return chain(state(response), (move) => {
      if (move.next !== undefined) {
        const { next } = move;
        this.state = (octets) => next(octets!);
      }
      return move.step;
    });
  }
}

/** Calls `go` at once with a value, later with the value of a promise. */
function chain<T, R>(value: T | PromiseLike<T>, go: (value: T) => R | PromiseLike<R>): R | PromiseLike<R> {
  return isThenable(value) ? Promise.resolve(value).then(go) : go(value);
}

export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
