import { isThenable } from '../../sasl/state-machine.ts';

/** Calls hooks. A hook that returns a promise closes the gate until it settles; a synchronous one costs no promise. */
export class HookCalls {
  /** The number of the call that is awaited, or 0. */
  private pending = 0;
  private calls = 0;
  private readonly settled: () => void;
  private readonly late: (error: unknown) => void;

  /**
   * @param settled called after a promise has settled and been handled.
   * @param late told of a promise that rejects when nobody waits any more.
   */
  constructor(settled: () => void, late: (error: unknown) => void) {
    this.settled = settled;
    this.late = late;
  }

  get closed(): boolean {
    return this.pending !== 0;
  }

  /** Whatever the awaited hook answers, it is too late. */
  abandon(): void {
    this.pending = 0;
  }

  /** Calls `done` with what the hook returns, or `failed` with what it, or `done`, throws. */
  call<T>(hook: () => T | PromiseLike<T>, done: (value: T) => void, failed: (error: unknown) => void): void {
    let result: T | PromiseLike<T>;
    let promise: Promise<T> | undefined;
    try {
      result = hook();
      // A thenable of somebody else's making may throw, or settle twice.
      if (isThenable(result)) promise = Promise.resolve(result);
    } catch (error) {
      return failed(error);
    }
    if (promise === undefined) return attempt(done, result as T, failed);
    const id = ++this.calls;
    this.pending = id;
    const open = (): boolean => {
      if (this.pending !== id) return false;
      this.pending = 0;
      return true;
    };
    promise.then(
      (value) => {
        if (!open()) return;
        attempt(done, value, failed);
        this.settled();
      },
      (error: unknown) => {
        if (!open()) return this.late(error);
        failed(error);
        this.settled();
      },
    );
  }
}

/** Calls a hook whose answer nobody waits for. */
export function tell(hook: () => unknown, failed: (error: unknown) => void): void {
  try {
    const result = hook();
    if (isThenable(result)) Promise.resolve(result).then(undefined, failed);
  } catch (error) {
    failed(error);
  }
}

function attempt<T>(done: (value: T) => void, value: T, failed: (error: unknown) => void): void {
  try {
    done(value);
  } catch (error) {
    failed(error);
  }
}
