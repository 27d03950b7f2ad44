// Not the global, which tests of an application may have replaced by a clock that stands still.
import { setImmediate } from 'node:timers';

/** What a hook that may refuse has decided. */
export type Decision =
  | { readonly status: 'accepted' | 'refused' }
  /** It threw, answered with neither true nor false, or not in time. */
  | { readonly status: 'failed'; readonly error: unknown };

/** Asks a hook that has to answer at once. */
export function askNow(ask: () => unknown): Decision {
  const answer = answerOf(ask);
  if (answer instanceof Promise) answer.catch(() => {});
  return decisionOf(answer);
}

/**
 * Asks a hook, and calls `decide` once: at once where the hook answers at once.
 *
 * @param timeout milliseconds for a promise to settle.
 */
export function askVeto(ask: () => unknown, timeout: number, decide: (decision: Decision) => void): void {
  const answer = answerOf(ask);
  if (!(answer instanceof Promise)) return decide(decisionOf(answer));
  let open = true;
  const settle = (decision: Decision): void => {
    clearTimeout(timer);
    if (open) decide(decision);
    open = false;
  };
  const late = new Error(`it did not answer within ${timeout} ms`);
  // What has been answered while the process was busy counts.
  const expire = (): void => void setImmediate(settle, { status: 'failed', error: late });
  const timer = setTimeout(expire, timeout);
  answer.then(
    (value) => settle(decisionOf(value)),
    (error: unknown) => settle({ status: 'failed', error }),
  );
}

/** What a hook has thrown. */
class Thrown {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

function answerOf(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    return new Thrown(error);
  }
}

function decisionOf(answer: unknown): Decision {
  if (typeof answer === 'boolean') return { status: answer ? 'accepted' : 'refused' };
  if (answer instanceof Thrown) return { status: 'failed', error: answer.error };
  const soon = answer instanceof Promise ? ', at once' : '';
  return { status: 'failed', error: new TypeError(`true or false is expected${soon}`) };
}
