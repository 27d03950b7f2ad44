/** What a hook that may refuse has decided. */
export type Decision =
  | { readonly status: 'accepted' | 'refused' }
  /** It threw, answered with neither true nor false, or not in time. */
  | { readonly status: 'failed'; readonly error: unknown };

/**
 * Asks a hook, and calls `decide` once: at once where the hook answers at once.
 *
 * @param timeout milliseconds for a promise to settle.
 */
export function askVeto(ask: () => unknown, timeout: number, decide: (decision: Decision) => void): void {
  let answer: unknown;
  try {
    answer = ask();
  } catch (error) {
    return decide({ status: 'failed', error });
  }
  if (!(answer instanceof Promise)) return decide(decisionOf(answer));
  let open = true;
  const settle = (decision: Decision): void => {
    clearTimeout(timer);
    if (open) decide(decision);
    open = false;
  };
  const late = new Error(`it did not answer within ${timeout} ms`);
  const timer = setTimeout(settle, timeout, { status: 'failed', error: late } satisfies Decision);
  answer.then(
    (value) => settle(decisionOf(value)),
    (error: unknown) => settle({ status: 'failed', error }),
  );
}

function decisionOf(answer: unknown): Decision {
  if (typeof answer === 'boolean') return { status: answer ? 'accepted' : 'refused' };
  return { status: 'failed', error: new TypeError('true or false is expected') };
}
