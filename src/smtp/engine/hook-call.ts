import { isThenable } from '../../sasl/state-machine.ts';
import type { Handler } from '../api/handler.ts';
import type { MailServer } from '../api/mail-server.ts';
import { formatReply, readReply, statusOf } from '../api/reply.ts';
import type { CloseReason } from '../api/session.ts';
import type { Budgets } from './budgets.ts';
import type { EnvelopeState } from './envelope-state.ts';
import type { Observer } from './observer.ts';
import { REPLIES } from './replies.ts';
import type { SessionState } from './session-state.ts';

/** The session for which hooks are called, and what their answers change. */
export interface HookContext {
  readonly server: MailServer;
  readonly handler: Handler;
  readonly session: SessionState;
  /** The current transaction; a fresh one after RSET. */
  envelope: EnvelopeState;
  /** The log, hooks that are told, diagnostics channels. */
  readonly observer: Observer;
  /** What is counted against the connection. */
  readonly budgets: Budgets;
  /** Queues a reply, ready for the wire. */
  reply(wire: string): void;
  /** Sends what is queued and closes. */
  close(reason: CloseReason): void;
  /** Something failed that is no hook: tells of it and ends the session. */
  fail(error: unknown): void;
}

/** Hooks that are asked: the session waits for their answer. */
type Asked = Exclude<
  keyof Handler,
  | ('honours' | 'freeSpace' | 'handleDATA' | 'handleContent')
  | ('handleAbort' | 'handleTimeout' | 'handleClose' | 'handleError')
>;
/** Those that answer with a reply and have a default one. */
type Replying = Extract<Asked, `handle${'MAIL' | 'RCPT' | 'NOOP' | 'VRFY' | 'EXPN' | 'HELP'}`>;
type Hook<N extends Asked> = NonNullable<Handler[N]>;
/** The parameters of a hook after server, session and envelope. */
type Arguments<N extends Asked> =
  Parameters<Hook<N>> extends [unknown, unknown, unknown, ...infer Rest] ? Rest : never;
type Answer<N extends Asked> = Awaited<ReturnType<Hook<N>>> | undefined;
type Failed = (error: unknown) => void;

/**
 * Calls hooks, one at a time. A synchronous hook costs no promise; while the promise of another is pending, no input is
 * read.
 */
export class HookCalls {
  /** The number of the call that is awaited, or 0. */
  private awaited = 0;
  private calls = 0;
  /** Whether a hook has been called since this was set to false. */
  called = false;
  private readonly context: HookContext;
  private readonly settled: () => void;

  /** @param settled called after a promise has settled and its answer been handled. */
  constructor(context: HookContext, settled: () => void) {
    this.context = context;
    this.settled = settled;
  }

  /** Whether a hook has not settled yet. */
  get waiting(): boolean {
    return this.awaited !== 0;
  }

  /** The answer of the awaited hook is ignored: the session has ended. */
  abandon(): void {
    this.awaited = 0;
  }

  /**
   * Calls a hook of the handler.
   *
   * @param args what follows server, session and envelope.
   * @param done called with the answer, or with undefined where the handler has no such hook.
   * @param failed called with what the hook, or `done`, throws; 451 unless given.
   */
  ask<N extends Asked>(
    name: N,
    args: Arguments<N>,
    done: (answer: Answer<N>) => void,
    failed?: Failed,
  ): void {
    const hook = this.context.handler[name];
    if (hook === undefined) return done(undefined);
    this.run(() => this.call(hook, args), done, failed);
  }

  /**
   * Calls a hook that answers with a reply.
   *
   * @param success the reply where the handler has no such hook, or it returns nothing, ready for the wire.
   * @param accepted called before a positive reply is queued.
   */
  askReply<N extends Replying>(name: N, args: Arguments<N>, success: string, accepted?: () => void): void {
    const hook = this.context.handler[name];
    if (hook === undefined) return this.answer(name, undefined, success, accepted);
    this.run(
      () => this.call(hook, args),
      (answer) => this.answer(name, answer, success, accepted),
    );
  }

  /** Calls any function of the application's that answers with a reply; `name` stands in the log if it fails. */
  runReply(name: string, call: () => unknown, success: string): void {
    this.run(call, (answer) => this.answer(name, answer, success));
  }

  /** Calls any function: see `ask`. */
  run<T>(call: () => T | PromiseLike<T>, done: (value: T) => void, failed?: Failed): void {
    let result: T | PromiseLike<T>;
    let promise: Promise<T> | undefined;
    this.called = true;
    try {
      result = call();
      // A thenable that is no Promise may throw, or settle twice.
      if (isThenable(result)) promise = Promise.resolve(result);
    } catch (error) {
      return this.fail(error, failed);
    }
    if (promise === undefined) return this.attempt(done, result as T, failed);
    const id = ++this.calls;
    this.awaited = id;
    const inTime = (): boolean => {
      if (this.awaited !== id) return false;
      this.awaited = 0;
      return true;
    };
    promise.then(
      (value) => inTime() && this.goOn(() => this.attempt(done, value, failed)),
      (error: unknown) => {
        if (inTime()) this.goOn(() => this.fail(error, failed));
        else this.context.observer.report(error);
      },
    );
  }

  /** Code behind a promise has no caller that could catch: an error ends the session. */
  private goOn(handle: () => void): void {
    try {
      handle();
      this.settled();
    } catch (error) {
      this.context.fail(error);
    }
  }

  /** As many arguments as there are, without the cost of a spread. */
  private call<N extends Asked>(hook: Hook<N>, args: Arguments<N>): Answer<N> | PromiseLike<Answer<N>> {
    const { handler, server } = this.context;
    const session = this.context.session.view;
    const envelope = this.context.envelope.view;
    const call = hook as (this: Handler, ...args: unknown[]) => Answer<N>;
    const given: readonly unknown[] = args;
    if (given.length === 0) return call.call(handler, server, session, envelope);
    if (given.length === 1) return call.call(handler, server, session, envelope, given[0]);
    if (given.length === 2) return call.call(handler, server, session, envelope, given[0], given[1]);
    return call.call(handler, server, session, envelope, given[0], given[1], given[2], given[3]);
  }

  private answer(name: string, answer: unknown, success: string, accepted?: () => void): void {
    const { context } = this;
    if (answer === undefined || answer === null) {
      accepted?.();
      return context.reply(success);
    }
    const reply = readReply(answer, name, statusOf(success));
    if (reply.code < 300) accepted?.();
    context.reply(formatReply(reply));
    if (reply.code === 421) context.close('refused');
    else if (reply.code >= 400) context.budgets.spend(reply.code < 500 ? 'deferrals' : 'refusals');
  }

  private attempt<T>(done: (value: T) => void, value: T, failed: Failed | undefined): void {
    try {
      done(value);
    } catch (error) {
      this.fail(error, failed);
    }
  }

  private fail(error: unknown, failed: Failed | undefined): void {
    if (failed !== undefined) return failed(error);
    const { observer, budgets } = this.context;
    const wire = observer.report(error) ?? REPLIES.handlerFailed;
    this.context.reply(wire);
    if (wire.startsWith('421')) this.context.close('refused');
    else budgets.spend('deferrals');
  }
}
