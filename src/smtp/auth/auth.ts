/** AUTH (RFC 4954). The mechanisms are in src/sasl; here are the command, its replies, its limits and its delay. */

import {
  type Failure,
  type Mechanism,
  Negotiation,
  type Outcome,
  type Refused,
  type SASLHooks,
  type Verdict,
} from '../../sasl/index.ts';
import { isThenable } from '../../sasl/state-machine.ts';
import { formatReply, readReply } from '../api/reply.ts';
import type { Session } from '../api/session.ts';
import { tolerates } from '../api/options/tolerance.ts';
import { type Command, command } from '../engine/command.ts';
import type { Exchange } from '../engine/exchange.ts';
import { REPLIES } from '../engine/replies.ts';
import { AUTH_LINE_LIMIT } from '../grammar/line-reader.ts';
import { contextOf, needsTLS } from './context.ts';
import { ResponseReader } from './response-reader.ts';

const auth = command({
  verb: 'AUTH',
  longest: AUTH_LINE_LIMIT,
  argument: 'required',
  afterHello: true,
  run(exchange, line, from, to) {
    const { session, settings, envelope } = exchange;
    if (settings.auth === null) return exchange.refuse(REPLIES.authUnavailable);
    if (session.authenticated) return exchange.refuse(REPLIES.authAlready);
    const late = !session.extended && tolerates(settings, session, 'auth-after-helo');
    if (!(session.extended || late) || envelope.mailFrom !== null)
      return exchange.refuse(REPLIES.authAfterEhlo);
    const [name = '', initial, ...more] = line.toString('latin1', from, to).split(/ +/);
    if (more.length > 0) return exchange.refuse(REPLIES.authMalformed);
    if (late) exchange.observer.tolerated('auth-after-helo', `HELO ${session.hostName}`);
    const verdict: LastVerdict = { reply: undefined };
    const context = contextOf(exchange, settings.auth, noting(settings.auth.hooks, verdict));
    const mechanism = settings.auth.registry.get(name.toUpperCase());
    if (mechanism === undefined || !mechanism.usable(context)) return exchange.refuse(REPLIES.authUnknown);
    if (needsTLS(mechanism, exchange)) return exchange.refuse(REPLIES.authNeedsTLS);
    const turn = exchange.admission.beginAuth();
    if (turn === 'over') return exchange.dismiss(REPLIES.authTooOften);
    if (turn === 'busy') return exchange.defer(REPLIES.authBusy);
    proceed(exchange, attempt(exchange, new Negotiation(mechanism, context), initial, verdict));
  },
});

/** What an attempt waits for: a function of the application's, or the line that answers a challenge. */
type Wait = { readonly call: () => unknown } | { readonly challenge: string };
type Waiting<T> = Generator<Wait, T, unknown>;

/** Runs an attempt until it waits again; `result` is what it has waited for, the value of its `yield`. */
function proceed(exchange: Exchange, script: Waiting<void>, result?: unknown): void {
  const { done, value } = script.next(result);
  if (done === true) return;
  const goOn = (next: unknown): void => proceed(exchange, script, next);
  if ('call' in value) return exchange.hooks.run(value.call, goOn);
  exchange.reply(`334 ${value.challenge}\r\n`);
  exchange.use(new ResponseReader(exchange, goOn));
}

function* settle<T>(call: () => T | PromiseLike<T>): Waiting<T> {
  return (yield { call }) as T;
}

function* responseTo(challenge: string): Waiting<string> {
  return (yield { challenge }) as string;
}

/** One attempt, from its command to its reply. */
function* attempt(
  exchange: Exchange,
  negotiation: Negotiation,
  initial: string | undefined,
  verdict: LastVerdict,
): Waiting<void> {
  let outcome: Outcome = yield* settle(() => negotiation.begin(initial));
  while (outcome.status === 'challenge' && outcome.failure === undefined) {
    const response = yield* responseTo(outcome.text);
    outcome = yield* settle(() => negotiation.respond(response));
  }
  if (outcome.status === 'success') {
    exchange.admission.endAuth(false);
    exchange.session.identity = outcome.identity;
    return exchange.reply(REPLIES.authOk);
  }
  // Some mechanisms tell the reason in a last challenge; the response to it does not matter.
  const reason = outcome.status === 'challenge' ? outcome.text : undefined;
  const failure = outcome.status === 'challenge' ? outcome.failure! : outcome;
  const reply = report(exchange, negotiation.mechanism, failure, verdict);
  const guessed = failure.reason === 'credentials';
  // Known before the delay: a client that leaves meanwhile has failed, too.
  const mayTryAgain =
    exchange.admission.endAuth(guessed) && (!guessed || exchange.budgets.count('authFailures'));
  if (!guessed) {
    if (reason !== undefined) yield* responseTo(reason);
    return exchange.refuse(reply);
  }
  yield* settle(() => delay(exchange.settings.timeouts.authFailure));
  if (mayTryAgain && reason !== undefined) yield* responseTo(reason);
  exchange.reply(reply);
  if (!mayTryAgain) exchange.dismiss(REPLIES.authTooOften);
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}

/** The reply to SMTP in the last verdict of `authenticator`, which SASL does not pass on. */
interface LastVerdict {
  reply: unknown;
}

/** The same hooks, with what `authenticator` answers noted. */
function noting(hooks: SASLHooks<Session>, last: LastVerdict): SASLHooks<Session> {
  const { authenticator } = hooks;
  if (authenticator === undefined) return hooks;
  const note = (verdict: Verdict): Verdict => {
    last.reply = (verdict as Partial<Refused> | undefined | null)?.reply;
    return verdict;
  };
  return {
    ...hooks,
    authenticator: (credentials, session) => {
      const verdict = authenticator(credentials, session);
      return isThenable(verdict) ? Promise.resolve(verdict).then(note) : note(verdict);
    },
  };
}

/** Tells the log of a failure. Returns the reply for it. */
function report(
  exchange: Exchange,
  mechanism: Mechanism,
  { reason, code, detail, error }: Failure,
  verdict: LastVerdict,
): string {
  exchange.observer.warn('auth-failed', `${mechanism.name}: ${detail}`);
  if (error !== undefined) exchange.observer.report(error);
  if (reason === 'credentials') return ownReply(exchange, verdict) ?? REPLIES.authFailed;
  if (reason === 'temporary') return ownReply(exchange, verdict) ?? REPLIES.authTemporary;
  if (reason === 'cancelled') return REPLIES.authCancelled;
  if (code === 'too-long') return REPLIES.authLineTooLong;
  return code === 'unexpected-initial-response' ? REPLIES.authNoInitial : REPLIES.authMalformed;
}

function ownReply({ observer }: Exchange, { reply }: LastVerdict): string | undefined {
  if (reply === undefined) return undefined;
  try {
    const read = readReply(reply, 'authenticator', '');
    if (read.code >= 400) return formatReply(read);
    throw new TypeError('authenticator: a refusal has a 4xx or 5xx reply');
  } catch (error) {
    observer.report(error);
    return undefined;
  }
}

export const AUTH_COMMANDS: readonly Command[] = [auth];
