import type { Envelope } from '../smtp/api/envelope.ts';
import type { ContentReply, Handler } from '../smtp/api/handler.ts';
import { traceField } from '../smtp/content/received.ts';
import type { HookReply } from '../smtp/api/reply.ts';
import type { MailServer } from '../smtp/api/mail-server.ts';
import type { Session } from '../smtp/api/session.ts';
import { comparable, contentRefusal, isPassable } from './passable.ts';
import { optionError } from '../wire/messages/option-error.ts';
import { heard } from '../wire/heard.ts';
import { object } from '../wire/messages/option-names.ts';

/** Passes a message on. A transport that nodemailer's `createTransport` makes for SMTP or LMTP is one. */
export interface MailTransport {
  sendMail(mail: OutgoingMail): Promise<SendOutcome>;
}

export interface OutgoingMail {
  readonly envelope: {
    from: string;
    to: string[];
    /** Octets, for SIZE. */
    readonly size: number;
    /** Whether the message holds octets above 127, for BODY=8BITMIME. */
    readonly use8BitMime: boolean;
  };
  readonly raw: Buffer;
}

/** The answer of the next server. */
export interface SendOutcome {
  /** Its reply to the whole message. */
  readonly response?: string | undefined;
  /** The recipients it did not take, when it took others. */
  readonly rejectedErrors?: readonly unknown[] | undefined;
  /** The addresses as they were said to it. */
  readonly envelope?: { readonly from?: unknown; readonly to?: unknown } | undefined;
}

/** A recipient that the next server did not take. */
export interface RefusedRecipient {
  readonly address: string;
  /** The reply: its own, or 451 where it gave none that a client may hear. */
  readonly reply: string;
}

export interface ForwardOptions {
  /**
   * Lets a message have several recipients over SMTP, where one reply must do for all: when the next server takes it for
   * some of them, the client hears 250, and this is told of the others, whose bounce is then yours. Without it a message
   * has one recipient, and further ones are asked to come in a message of their own (452, as RFC 5321 4.5.3.1.10 has
   * it); under LMTP each has a reply anyway.
   */
  readonly onRefused?: (refused: readonly RefusedRecipient[], session: Session, envelope: Envelope) => void;
}

/** Extensions that a transport cannot ask the next server for; they are not offered. */
const WITHHELD = new Set(['BINARYMIME', 'REQUIRETLS', 'DSN']);
const CHANGED = '554 5.1.0 An address was changed on the way to the next server';
const CRLF = Buffer.from('\r\n');
const UNAVAILABLE = '451 4.4.1 The next server did not take the message; try again later';

/**
 * The handler that passes every message on to another server, and answers with what that one says: nothing is
 * accepted that it has not accepted, and nothing is kept. A `Received` field names the original client. A next server that
 * cannot be reached gives 451, its error goes to `handleError` and the log.
 *
 * What it accepts is what it passes on. An address that the transport would write as another one is refused at MAIL or RCPT
 * (553), a bare CR or LF with 554, and so is a UTF-8 header in a message of ASCII addresses, for which the transport
 * cannot ask for SMTPUTF8. Two things alone change: domains are written in lower case and as A-labels, and content that
 * does not end with CRLF gets one.
 *
 * It checks no recipient: on an open port it would be an open relay. Restrict the recipients by `handleRCPT` in a
 * subclass, or clients that have authenticated (`authRequired`).
 *
 * @example
 * import { Forward, SMTPServer } from 'truepeer';
 * import { createTransport } from 'nodemailer';
 *
 * const server = new SMTPServer(new Forward(createTransport({ host: '127.0.0.1', port: 2600 })));
 * console.log(server.connectionCount === 0);
 */
export class Forward implements Handler {
  readonly #transport: MailTransport;
  readonly #onRefused: ForwardOptions['onRefused'];

  /** @throws TypeError when `transport` has no `sendMail`, or for an option that is unknown */
  constructor(transport: MailTransport, options: ForwardOptions = {}) {
    if (typeof (transport as Partial<MailTransport> | undefined)?.sendMail !== 'function')
      throw optionError(
        'ERR_INVALID_ARG_TYPE',
        "transport: an object with sendMail is expected, such as nodemailer's createTransport makes",
      );
    this.#transport = transport;
    object('', options, { onRefused: true } satisfies Record<keyof ForwardOptions, true>);
    this.#onRefused = options.onRefused;
  }

  /** Accepts: who may send headers is the server's `trusted` list. */
  handlePROXY(): boolean {
    return true;
  }

  /** Offers only extensions that the transport can pass on. */
  handleEHLO(
    _server: MailServer,
    { lmtp }: Session,
    _envelope: Envelope,
    _hostName: string,
    responses: readonly string[],
  ): readonly string[] {
    const kept = responses.filter((line) => !WITHHELD.has(line));
    if (lmtp || this.#onRefused !== undefined) return kept;
    return kept.map((line) => line.replace(/(?<=^LIMITS .*RCPTMAX=)\d+/u, '1'));
  }

  handleMAIL(
    _server: MailServer,
    _session: Session,
    _envelope: Envelope,
    address: string,
    options: readonly string[],
  ): HookReply {
    if (address !== '' && !isPassable(address))
      return '553 5.1.7 This sender address cannot be passed on from here';
    const given = options.map((option) => option.toUpperCase());
    if (given.includes('REQUIRETLS')) return '550 5.7.30 REQUIRETLS cannot be kept here';
    if (given.includes('BODY=BINARYMIME')) return '554 5.6.3 BINARYMIME cannot be passed on from here';
  }

  handleRCPT(_server: MailServer, { lmtp }: Session, { rcptTos }: Envelope, address: string): HookReply {
    if (!isPassable(address)) return '553 5.1.3 This recipient address cannot be passed on from here';
    if (lmtp || this.#onRefused !== undefined || rcptTos.length === 0) return;
    return '452 4.5.3 One recipient a message, so that each has its own reply; send again for this one';
  }

  /**
   * Passes the message on.
   *
   * @returns the next server's reply; under LMTP one for each recipient
   * @throws what the transport throws when there is no reply that a client may hear
   */
  handleDATA(server: MailServer, session: Session, envelope: Envelope): Promise<ContentReply> {
    return heard(this.#pass(server, session, envelope));
  }

  async #pass(server: MailServer, session: Session, envelope: Envelope): Promise<ContentReply> {
    const content = envelope.content ?? Buffer.alloc(0);
    const { mailFrom, rcptTos } = envelope;
    // A subclass may have hooks of its own in place of those that refuse addresses.
    const refusal = [mailFrom || 'postmaster', ...rcptTos].every(isPassable)
      ? contentRefusal(envelope, content)
      : '554 5.1.0 An address cannot be passed on from here';
    if (refusal !== undefined) return refusal;
    const trace = traceField(session, envelope, { hostname: server.settings.hostname });
    const end = content.length === 0 || content.subarray(-2).equals(CRLF) ? [] : [CRLF];
    const raw = Buffer.concat([Buffer.from(trace), content, ...end]);
    const size = { size: raw.length, use8BitMime: raw.some((octet) => octet > 127) };
    let outcome: SendOutcome;
    try {
      const route = { from: mailFrom ?? '', to: [...rcptTos], ...size };
      outcome = await this.#transport.sendMail({ envelope: route, raw });
    } catch (error) {
      const reply = replyIn(error);
      if (reply === undefined) throw error;
      return session.lmtp ? repliesFor(rcptTos, refusalsIn(error), reply) : reply;
    }
    if (!isSaid(outcome, mailFrom ?? '', rcptTos)) return CHANGED;
    const taken = outcome.response?.startsWith('2') === true ? outcome.response : undefined;
    const refused = refusalsIn(outcome);
    if (session.lmtp) return repliesFor(rcptTos, refused, taken);
    const [first] = refused;
    if (first === undefined) return taken;
    if (refused.length === rcptTos.length || this.#onRefused === undefined) return first.reply;
    this.#onRefused(refused, session, envelope);
    return taken;
  }
}

/** One reply for each recipient; `others` for those that were not refused, unless it is unclear who was. */
function repliesFor(
  recipients: readonly string[],
  refused: readonly RefusedRecipient[],
  others: string | undefined,
): HookReply[] {
  const replies = new Map(refused.map(({ address, reply }) => [comparable(address), reply]));
  const known = new Set(recipients.map(comparable));
  const rest = [...replies.keys()].every((address) => known.has(address)) ? others : UNAVAILABLE;
  return recipients.map((address) => replies.get(comparable(address)) ?? rest);
}

/** Whether the addresses that a transport says it has used are those of the envelope, or it says nothing of them. */
function isSaid({ envelope }: SendOutcome, from: string, recipients: readonly string[]): boolean {
  if (envelope === undefined) return true;
  const given = new Set(recipients.map(comparable));
  const said = Array.isArray(envelope.to) ? envelope.to.map((address) => comparable(String(address))) : [];
  return (
    comparable(String(envelope.from || '')) === comparable(from) && said.every((each) => given.has(each))
  );
}

function refusalsIn(outcome: unknown): RefusedRecipient[] {
  const { rejectedErrors } = (outcome ?? {}) as { rejectedErrors?: unknown };
  if (!Array.isArray(rejectedErrors)) return [];
  return rejectedErrors.map((error: unknown) => {
    const { recipient } = (error ?? {}) as { recipient?: unknown };
    return { address: String(recipient), reply: replyIn(error) ?? UNAVAILABLE };
  });
}

/**
 * The reply in an error of the transport, where it is about the message. One about the connection between the two servers
 * (421, authentication) is not passed on to the client.
 */
function replyIn(error: unknown): string | undefined {
  const { command, response } = (error ?? {}) as { command?: unknown; response?: unknown };
  if (typeof response !== 'string' || !['MAIL FROM', 'RCPT TO', 'DATA'].includes(String(command)))
    return undefined;
  return /^(?:4(?!21)|5(?!3))\d\d/.test(response) ? response : undefined;
}
