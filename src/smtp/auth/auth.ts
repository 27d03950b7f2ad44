/** AUTH (RFC 4954): the mechanisms are in src/sasl, here is what SMTP adds. */

import {
  type ClientCertificate,
  type Failure,
  type Mechanism,
  Negotiation,
  type Outcome,
  type Refused,
  type SASLContext,
  type SASLHooks,
  usableMechanisms,
  type Verdict,
} from '../../sasl/index.ts';
import { PP2_CLIENT } from '../../proxy/index.ts';
import { isThenable } from '../../sasl/state-machine.ts';
import type { AuthSettings } from '../api/auth-options.ts';
import type { Command, Exchange } from '../engine/exchange.ts';
import { AUTH_LINE_LIMIT } from '../grammar/line-reader.ts';
import { REPLIES } from '../engine/replies.ts';
import { formatReply, readReply } from '../api/reply.ts';
import { ResponseReader } from './response-reader.ts';
import type { Session } from '../api/session.ts';

const auth: Command = {
  verb: 'AUTH',
  longest: AUTH_LINE_LIMIT,
  argument: 'required',
  utf8: false,
  afterHello: true,
  junk: false,
  run(exchange, line, from, to) {
    const { session, settings, envelope } = exchange;
    if (settings.auth === null) return exchange.refuse(REPLIES.authUnavailable);
    if (session.authenticated) return exchange.refuse(REPLIES.authAlready);
    if (!session.extended || envelope.mailFrom !== null) return exchange.refuse(REPLIES.authAfterEhlo);
    const [name = '', initial, ...more] = line.toString('latin1', from, to).split(/ +/);
    if (more.length > 0) return exchange.refuse(REPLIES.authMalformed);
    const words: Words = { reply: undefined };
    const context = contextOf(exchange, overheard(settings.auth, words));
    const mechanism = settings.auth.registry.get(name.toUpperCase());
    if (mechanism === undefined || !mechanism.usable(context)) return exchange.refuse(REPLIES.authUnknown);
    if (needsTLS(mechanism, exchange)) return exchange.refuse(REPLIES.authNeedsTLS);
    const negotiation = new Negotiation(mechanism, context);
    exchange.hooks.run(
      () => negotiation.begin(initial),
      (outcome) => proceed(exchange, negotiation, outcome, words),
    );
  },
};

/** The reply that the application wants for a refusal; SASL itself has no place for it. */
interface Words {
  reply: unknown;
}

/** The same settings, with what `authenticator` answers noted. */
function overheard(settings: AuthSettings, words: Words): AuthSettings {
  const { authenticator } = settings.hooks;
  if (authenticator === undefined) return settings;
  const note = (verdict: Verdict): Verdict => {
    words.reply = (verdict as Partial<Refused> | undefined | null)?.reply;
    return verdict;
  };
  const hooks: SASLHooks<Session> = {
    ...settings.hooks,
    authenticator: (credentials, session) => {
      const verdict = authenticator(credentials, session);
      return isThenable(verdict) ? Promise.resolve(verdict).then(note) : note(verdict);
    },
  };
  return { ...settings, hooks };
}

/** Names of the mechanisms that can succeed here and now, strongest first. */
export function offeredMechanisms(exchange: Exchange): string[] {
  const { auth: settings } = exchange.settings;
  if (settings === null || exchange.session.authenticated) return [];
  return usableMechanisms(settings.registry, contextOf(exchange, settings, []))
    .filter((mechanism) => !needsTLS(mechanism, exchange))
    .map(({ name }) => name);
}

function needsTLS(mechanism: Mechanism, { settings, session }: Exchange): boolean {
  return mechanism.plaintext && settings.auth!.requireTLS && session.tls === null;
}

function contextOf(exchange: Exchange, { hooks, options }: AuthSettings, offered?: string[]): SASLContext {
  const { session, settings } = exchange;
  return {
    hooks: hooks as SASLHooks,
    session,
    offered: offered ?? offeredMechanisms(exchange),
    channelBindings: session.tls?.channelBindings(),
    certificate: certificateOf(session, options.external ?? []),
    service: { host: settings.hostname, hosts: options.hosts, ports: options.ports },
    prepare: options.prepare,
  };
}

/** The client certificate that somebody trustworthy has verified. */
function certificateOf(session: Session, sources: readonly ('tls' | 'proxy')[]): ClientCertificate | null {
  const { tls, proxyData } = session;
  if (sources.includes('tls') && tls?.authorized === true && tls.peerCertificate !== null) {
    const { subject, fingerprint256, raw } = tls.peerCertificate;
    const line = Object.entries(subject).map(([key, value]) => `${key}=${escapeRDN(String(value))}`);
    return {
      source: 'tls',
      commonName: typeof subject.CN === 'string' ? subject.CN : null,
      subject: line.join(', '),
      fingerprint256,
      raw,
    };
  }
  const tlv = proxyData?.tlv;
  const given = (tlv?.SSL_CLIENT ?? 0) & (PP2_CLIENT.CERT_CONN | PP2_CLIENT.CERT_SESS);
  if (!sources.includes('proxy') || !tlv || given === 0 || tlv.SSL_VERIFY !== 0) return null;
  const commonName = tlv.SSL_CN ?? null;
  const subject = commonName ? `CN=${escapeRDN(commonName)}` : '';
  const raw = tlv.SSL_CLIENT_CERT;
  return { source: 'proxy', commonName, subject, ...(raw && { raw }) };
}

/** So that no value looks like a further part of the name (RFC 4514 section 2.4). */
function escapeRDN(value: string): string {
  return value.replace(/[,+"\\<>;]/g, '\\$&');
}

function proceed(exchange: Exchange, negotiation: Negotiation, outcome: Outcome, words: Words): void {
  if (outcome.status === 'challenge') {
    const challenge: Challenge = (answered) => {
      exchange.reply(`334 ${outcome.text}\r\n`);
      exchange.use(new ResponseReader(exchange, answered));
    };
    if (outcome.failure !== undefined)
      return failed(exchange, negotiation, outcome.failure, words, challenge);
    return challenge((line) =>
      exchange.hooks.run(
        () => negotiation.respond(line),
        (next) => proceed(exchange, negotiation, next, words),
      ),
    );
  }
  if (outcome.status === 'success') {
    exchange.session.identity = outcome.identity;
    return exchange.reply(REPLIES.authOk);
  }
  failed(exchange, negotiation, outcome, words);
}

/** Sends a challenge; `answered` is called with the line that answers it. */
type Challenge = (answered: (line: string) => void) => void;

/**
 * An attempt has failed: it is counted now, whether or not the client stays for its reply.
 *
 * @param challenge tells the client why, where the mechanism does so before the reply; any answer will do.
 */
function failed(
  exchange: Exchange,
  negotiation: Negotiation,
  failure: Failure,
  words: Words,
  challenge?: Challenge,
): void {
  exchange.observer.note('auth-failed', `${negotiation.mechanism.name}: ${failure.detail}`);
  if (failure.error !== undefined) exchange.observer.report(failure.error);
  const reply = failureReply(exchange, failure, words);
  const counted = failure.reason === 'credentials';
  if (counted) answerLate(exchange, reply, challenge && (() => challenge(() => exchange.reply(reply))));
  else if (challenge !== undefined) challenge(() => exchange.refuse(reply));
  else exchange.refuse(reply);
}

/**
 * Counts a failed AUTH. After a pause `goOn` is called, or `reply` is said where there is no more to say; too many
 * failures end the connection, after `reply` in any case.
 */
function answerLate(exchange: Exchange, reply: string, goOn: (() => void) | undefined): void {
  const { authFailure } = exchange.settings.timeouts;
  const goesOn = exchange.admission.authFailed() && exchange.budgets.count('authFailures');
  exchange.hooks.run(
    () => new Promise((resolve) => setTimeout(resolve, authFailure).unref()),
    () => {
      if (goesOn && goOn !== undefined) return goOn();
      exchange.reply(reply);
      if (goesOn) return;
      exchange.reply(REPLIES.authTooOften);
      exchange.close('limit');
    },
  );
}

function failureReply(exchange: Exchange, failure: Failure, words: Words): string {
  if (failure.reason === 'credentials') return inWords(exchange, words) ?? REPLIES.authFailed;
  if (failure.reason === 'temporary') return inWords(exchange, words) ?? REPLIES.authTemporary;
  return replyTo(failure);
}

function inWords(exchange: Exchange, { reply }: Words): string | undefined {
  if (reply === undefined) return undefined;
  try {
    const read = readReply(reply, 'authenticator', '');
    if (read.code >= 400) return formatReply(read);
    throw new TypeError('authenticator: a refusal has a 4xx or 5xx reply');
  } catch (error) {
    exchange.observer.report(error);
    return undefined;
  }
}

function replyTo({ reason, code }: Failure): string {
  if (reason === 'cancelled') return REPLIES.authCancelled;
  if (code === 'too-long') return REPLIES.authLineTooLong;
  return code === 'unexpected-initial-response' ? REPLIES.authNoInitial : REPLIES.authMalformed;
}

export const AUTH_COMMANDS: readonly Command[] = [auth];
