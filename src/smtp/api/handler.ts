import type { ProxyData, TlvValues } from '../../proxy/index.ts';
import type { Mailbox } from '../grammar/address.ts';
import type { ContentError } from './content-error.ts';
import type { Envelope, MailFacts, RcptFacts } from './envelope.ts';
import type { MailServer } from './mail-server.ts';
import type { Phase } from './phase.ts';
import type { HookReply } from './reply.ts';
import type { CloseReason, Session } from './session.ts';

/** A reply, nothing, or a promise of either. */
export type Answer = HookReply | PromiseLike<HookReply>;

/** The reply to a message; under LMTP a list may answer for each accepted recipient, in order. */
export type ContentReply = HookReply | readonly HookReply[];

/**
 * What an application answers. Every hook is optional; nothing returned means the server's default reply.
 *
 * A positive reply (2xx) lets the command happen, any other refuses it; the server keeps the session's and the
 * envelope's facts, a hook need not, and cannot: to set one throws a TypeError, but for `session.data`, `envelope.data` and
 * `envelope.content`. A hook that throws or rejects gives 451 4.3.0, its text goes to `handleError`
 * and never to the client. A hook that settles after its deadline is ignored.
 */
export interface Handler<V = TlvValues> {
  /** What the handler promises to honour, so that EHLO may offer it. */
  readonly honours?: {
    /** MT-PRIORITY (RFC 6710): `envelope.priority` decides what is delivered first. */
    readonly priority?: boolean;
    /** FUTURERELEASE (RFC 4865): the longest hold in seconds, 1 to 999,999,999; `envelope.holdUntil` is kept. */
    readonly futureRelease?: number;
  };
  /**
   * Octets that can be stored now. MAIL asks for it where the server has no size limit, and answers 452 4.3.1 when a
   * message of the declared size does not fit (RFC 1870 section 7).
   */
  freeSpace?(): number | PromiseLike<number>;
  /** Before the greeting; a 4xx or 5xx reply refuses the session, a 220 reply is the greeting. */
  handleConnect?(server: MailServer<V>, session: Session<V>, envelope: Envelope): Answer;
  /**
   * Decides about the PROXY header: what is truthy goes on, what is falsy closes the connection without a reply. So does
   * a refusing reply (`'550 no'`, its parts, an error), which is no answer here and is reported.
   */
  handlePROXY?(
    server: MailServer<V>,
    session: Session<V>,
    envelope: Envelope,
    proxyData: ProxyData<V>,
  ): unknown;
  /**
   * HELO (RFC 5321 4.1.1.1). A positive reply lets the client in; only its first line is said, without an enhanced code.
   *
   * @param hostName the name that the client gives, untrusted: any text of up to 255 octets that can be seen.
   */
  handleHELO?(server: MailServer<V>, session: Session<V>, envelope: Envelope, hostName: string): Answer;
  /**
   * EHLO, or LHLO under LMTP (RFC 5321 4.1.1.1, RFC 2033 4.1).
   *
   * @param hostName the name that the client gives, untrusted: any text of up to 255 octets that can be seen.
   * @param responses the extension lines about to be offered, without code.
   * @returns a list to offer instead of `responses`, a reply (positive: its text is offered as one more line), or nothing.
   *   A list without ENHANCEDSTATUSCODES keeps such codes out of all replies; a command whose line is left out still works.
   */
  handleEHLO?(
    server: MailServer<V>,
    session: Session<V>,
    envelope: Envelope,
    hostName: string,
    responses: readonly string[],
  ): Answer | readonly string[] | PromiseLike<HookReply | readonly string[]>;
  /**
   * MAIL (RFC 5321 4.1.1.2). A positive reply begins a transaction.
   *
   * @param address the sender, empty for the null path.
   * @param options the parameters as sent; `facts` is what they mean, and stands in the envelope once MAIL is accepted.
   */
  handleMAIL?(
    server: MailServer<V>,
    session: Session<V>,
    envelope: Envelope,
    address: string,
    options: readonly string[],
    mailbox: Mailbox | null,
    facts: Readonly<MailFacts>,
  ): Answer;
  /**
   * RCPT (RFC 5321 4.1.1.3), once for each recipient. A positive reply adds it to the envelope.
   *
   * @param address the recipient as `local-part@domain`.
   * @param options the parameters as sent.
   * @param mailbox the address in parts. Only `<postmaster>` may come without a domain, and nobody may refuse it (RFC
   *   5321 4.5.1); under LMTP others where option `tolerate` says `missing-domain`.
   * @param facts what the parameters mean: NOTIFY and ORCPT of this recipient.
   */
  handleRCPT?(
    server: MailServer<V>,
    session: Session<V>,
    envelope: Envelope,
    address: string,
    options: readonly string[],
    mailbox: Mailbox,
    facts: Readonly<RcptFacts>,
  ): Answer;
  /** The whole message is in `envelope.content`. A positive reply takes responsibility for it (RFC 5321 6.1). */
  handleDATA?(
    server: MailServer<V>,
    session: Session<V>,
    envelope: Envelope,
  ): ContentReply | PromiseLike<ContentReply>;
  /**
   * Takes the place of `handleDATA`: called when the content begins, reads it as it arrives, with back-pressure, and
   * answers when it is safe. Iteration throws when the message is lost or refused: then nothing may be kept. A handler
   * that begins to read and answers with success before iteration has ended gets 451 in place of it, and `diagnostics` is
   * told (`content-not-taken`); one that never begins discards the message on purpose, and its answer counts.
   */
  handleContent?(
    server: MailServer<V>,
    session: Session<V>,
    envelope: Envelope,
    content: AsyncIterable<Buffer>,
  ): ContentReply | PromiseLike<ContentReply>;
  /** After a TLS handshake, `session.tls` holds its facts. False ends the connection with 554. */
  handleSTARTTLS?(
    server: MailServer<V>,
    session: Session<V>,
    envelope: Envelope,
  ): boolean | void | PromiseLike<boolean | void>;
  /** RSET (RFC 5321 4.1.1.5). The transaction has ended whatever the answer; `envelope` is the one that has ended. */
  handleRSET?(server: MailServer<V>, session: Session<V>, envelope: Envelope): Answer;
  /**
   * NOOP (RFC 5321 4.1.1.9), default `250 2.0.0 Ok`.
   *
   * @param argument what followed the verb, empty for nothing.
   */
  handleNOOP?(server: MailServer<V>, session: Session<V>, envelope: Envelope, argument: string): Answer;
  /**
   * VRFY (RFC 5321 3.5.1), default `252 2.5.2`, which neither confirms nor denies.
   *
   * @param address what the client asks about, as sent: a user name or an address.
   */
  handleVRFY?(server: MailServer<V>, session: Session<V>, envelope: Envelope, address: string): Answer;
  /**
   * EXPN (RFC 5321 3.5.2): the members of a mailing list. EHLO offers it where there is this hook; default `502 5.5.1`.
   *
   * @param list the name of the list, as sent.
   */
  handleEXPN?(server: MailServer<V>, session: Session<V>, envelope: Envelope, list: string): Answer;
  /**
   * HELP (RFC 5321 4.1.1.8), default `214 2.0.0` with the commands that can be used.
   *
   * @param topic what followed the verb, empty for nothing.
   */
  handleHELP?(server: MailServer<V>, session: Session<V>, envelope: Envelope, topic: string): Answer;
  /** QUIT (RFC 5321 4.1.1.10). A reply takes the place of `221 2.0.0 Bye`; the connection ends in any case. */
  handleQUIT?(server: MailServer<V>, session: Session<V>, envelope: Envelope): Answer;
  /**
   * Content that began will not be taken: `reason.code` is `'lost'` (the client left, a deadline passed, RSET came
   * between chunks) or `'refused'` (by the server: too large, a bare CR or LF, a mail loop; the message says the reply).
   */
  handleAbort?(server: MailServer<V>, session: Session<V>, envelope: Envelope, reason: ContentError): void;
  /** A deadline has passed, and the connection ends; `phase` is what it was for. */
  handleTimeout?(server: MailServer<V>, session: Session<V>, envelope: Envelope, phase: Phase): void;
  /** Called once for each session that began, with the reason of its end. */
  handleClose?(server: MailServer<V>, session: Session<V>, reason: CloseReason): void;
  /**
   * Told of every hook that threw, rejected or returned no reply. What it throws itself is dropped.
   *
   * @returns a 4xx or 5xx reply for the client instead of `451 4.3.0 Local error`, where a command waits for one.
   */
  handleError?(server: MailServer<V>, session: Session<V>, error: unknown): HookReply;
}
