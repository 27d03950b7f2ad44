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
 * envelope's facts, a hook need not. A hook that throws or rejects gives 451 4.3.0, its text goes to `handleError`
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
  /** Judges the PROXY header: true goes on, anything else closes the connection without a word. */
  handlePROXY?(
    server: MailServer<V>,
    session: Session<V>,
    envelope: Envelope,
    proxyData: ProxyData<V>,
  ): boolean | PromiseLike<boolean>;
  handleHELO?(server: MailServer<V>, session: Session<V>, envelope: Envelope, hostName: string): Answer;
  /**
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
   * @param mailbox the address in parts. Only `<postmaster>` may come without a domain, and nobody may refuse it (RFC
   *   5321 4.5.1).
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
   * answers when it is safe. Iteration throws when the message is lost or refused: then nothing may be kept.
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
  handleRSET?(server: MailServer<V>, session: Session<V>, envelope: Envelope): Answer;
  handleNOOP?(server: MailServer<V>, session: Session<V>, envelope: Envelope, argument: string): Answer;
  handleVRFY?(server: MailServer<V>, session: Session<V>, envelope: Envelope, address: string): Answer;
  handleEXPN?(server: MailServer<V>, session: Session<V>, envelope: Envelope, list: string): Answer;
  handleHELP?(server: MailServer<V>, session: Session<V>, envelope: Envelope, topic: string): Answer;
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
