import { inspect } from 'node:util';
import type { Mailbox } from '../grammar/address.ts';
import { escapeAll } from '../../wire/messages/escape.ts';

export type Body = '7BIT' | '8BITMIME' | 'BINARYMIME';

export type Notify = 'NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY';

/** What a sender wants to be told about one recipient (RFC 3461). It must not influence acceptance. */
export interface RecipientDSN {
  /** NOTIFY; null when not given. */
  readonly notify: readonly Notify[] | null;
  /** ORCPT: address type, decoded address, and the address as sent; null when not given. */
  readonly originalRecipient: {
    readonly type: string;
    readonly address: string;
    readonly raw: string;
  } | null;
}

/** What is known of a transaction. */
export interface EnvelopeFacts {
  /** The sender; the empty string for the null path `<>`; null before MAIL. */
  readonly mailFrom: string | null;
  /** Parameters of MAIL as sent: `['SIZE=1000', 'BODY=8BITMIME']`. */
  readonly mailOptions: readonly string[];
  /** The sender in parts; null before MAIL and for the null path. */
  readonly sender: Mailbox | null;
  /** Accepted recipients in order, duplicates included. */
  readonly rcptTos: readonly string[];
  /** Parameters of RCPT as sent, one list for each recipient. */
  readonly rcptOptions: readonly (readonly string[])[];
  /** Accepted recipients in parts, in the same order. */
  readonly recipients: readonly Mailbox[];
  /** Whether MAIL carried SMTPUTF8. */
  readonly smtpUtf8: boolean;
  /** BODY of MAIL (RFC 6152, RFC 3030); null when not given. */
  readonly body: Body | null;
  /** SIZE of MAIL in octets (RFC 1870), a claim; null when not given. */
  readonly declaredSize: number | null;
  /** REQUIRETLS of MAIL (RFC 8689): pass the message on over verified TLS only, bounces included. */
  readonly requireTLS: boolean;
  /** RET of MAIL (RFC 3461 4.3); null when not given. */
  readonly returnContent: 'FULL' | 'HDRS' | null;
  /** ENVID of MAIL (RFC 3461 4.4), decoded; null when not given. */
  readonly envelopeId: string | null;
  /** AUTH of MAIL (RFC 4954 section 5), decoded: a claim; empty for `<>` and what is no mailbox; null when not given. */
  readonly authSender: string | null;
  /** MT-PRIORITY of MAIL (RFC 6710), -9 to 9; null when not given. */
  readonly priority: number | null;
  /** HOLDFOR or HOLDUNTIL of MAIL (RFC 4865); null when not given. */
  readonly holdUntil: Date | null;
  /** NOTIFY and ORCPT of each recipient, in order. */
  readonly rcptDSN: readonly RecipientDSN[];
  /** Octets of content received so far, dots unstuffed. */
  readonly size: number;
  /** The message with dots unstuffed, for `handleDATA`; null before, and for handlers that stream. */
  readonly content: Buffer | null;
  /** Aborted when the message can no longer be taken: the client left, or a deadline passed. */
  readonly signal: AbortSignal;
}

/** Lists that grow by one with each recipient. */
type RecipientList = 'rcptTos' | 'rcptOptions' | 'recipients' | 'rcptDSN';

/**
 * One transaction, from MAIL to the reply after the content. Hooks read it; what they may change is `data`, and `content`,
 * for a handler that hands the envelope on to another one with other octets. It shows what the server knows: whatever is
 * done to this object, the server goes by its own record. Its lists are frozen copies. A handler that passes on a message
 * for other recipients makes an envelope of its own. Logged, by `JSON.stringify` or `util.inspect`, it shows neither
 * `content` nor `data`.
 *
 * @example
 * import { Envelope } from 'truepeer';
 *
 * const envelope = new Envelope({ mailFrom: 'a@example.org', rcptTos: ['b@example.net'] });
 * console.log(envelope.rcptTos.length === 1 && envelope.content === null);
 */
export class Envelope implements EnvelopeFacts {
  readonly #facts: Partial<EnvelopeFacts>;
  #lists: { [list in RecipientList]?: readonly unknown[] } | undefined;
  #content: Buffer | null | undefined;
  #data: unknown;

  /** @param facts read anew each time; those left out are as before MAIL. */
  constructor(facts: Partial<EnvelopeFacts> = {}) {
    this.#facts = facts;
  }

  get mailFrom(): string | null {
    return this.#facts.mailFrom ?? null;
  }

  get mailOptions(): readonly string[] {
    return this.#facts.mailOptions ?? [];
  }

  get sender(): Mailbox | null {
    return this.#facts.sender ?? null;
  }

  get rcptTos(): readonly string[] {
    return this.#list('rcptTos');
  }

  get rcptOptions(): readonly (readonly string[])[] {
    return this.#list('rcptOptions');
  }

  get recipients(): readonly Mailbox[] {
    return this.#list('recipients');
  }

  get smtpUtf8(): boolean {
    return this.#facts.smtpUtf8 ?? false;
  }

  get body(): Body | null {
    return this.#facts.body ?? null;
  }

  get declaredSize(): number | null {
    return this.#facts.declaredSize ?? null;
  }

  get requireTLS(): boolean {
    return this.#facts.requireTLS ?? false;
  }

  get returnContent(): 'FULL' | 'HDRS' | null {
    return this.#facts.returnContent ?? null;
  }

  get envelopeId(): string | null {
    return this.#facts.envelopeId ?? null;
  }

  get authSender(): string | null {
    return this.#facts.authSender ?? null;
  }

  get priority(): number | null {
    return this.#facts.priority ?? null;
  }

  get holdUntil(): Date | null {
    return this.#facts.holdUntil ?? null;
  }

  get rcptDSN(): readonly RecipientDSN[] {
    return this.#list('rcptDSN');
  }

  get size(): number {
    return this.#facts.size ?? this.content?.length ?? 0;
  }

  get content(): Buffer | null {
    return this.#content === undefined ? (this.#facts.content ?? null) : this.#content;
  }

  /** Other octets for the handler that this envelope is handed on to; the server has no more use for them. */
  set content(content: Buffer | null) {
    this.#content = content;
  }

  get signal(): AbortSignal {
    return this.#facts.signal ?? NEVER;
  }

  /** For the application: hooks may keep anything here for the time of the transaction. */
  get data(): unknown {
    return this.#data;
  }

  set data(data: unknown) {
    this.#data = data;
  }

  /** The facts for a log: printable, without `content` and `data`. */
  toJSON(): Record<string, unknown> {
    const { mailFrom, mailOptions, rcptTos, smtpUtf8, body, declaredSize, size } = this;
    const { requireTLS, returnContent, envelopeId, authSender, priority, holdUntil } = this;
    return escapeAll({
      mailFrom,
      mailOptions,
      rcptTos,
      smtpUtf8,
      body,
      declaredSize,
      requireTLS,
      returnContent,
      envelopeId,
      authSender,
      priority,
      holdUntil: holdUntil?.toISOString() ?? null,
      size,
    });
  }

  [inspect.custom](): Record<string, unknown> {
    return this.toJSON();
  }

  /** A frozen copy, made again when the list has grown. */
  #list<L extends RecipientList>(name: L): EnvelopeFacts[L] {
    const own: readonly unknown[] = this.#facts[name] ?? NONE;
    const copies = (this.#lists ??= {});
    if (copies[name]?.length !== own.length) copies[name] = Object.freeze([...own]);
    return copies[name] as EnvelopeFacts[L];
  }
}

const NONE: readonly never[] = Object.freeze([]);
const NEVER = new AbortController().signal;

/** Facts of the envelope that parameters of MAIL state. */
export type MailFacts = {
  -readonly [
    K in
      | 'declaredSize'
      | 'body'
      | 'smtpUtf8'
      | 'requireTLS'
      | 'returnContent'
      | 'envelopeId'
      | 'authSender'
      | 'priority'
      | 'holdUntil'
  ]?: EnvelopeFacts[K];
};

/** Facts that parameters of RCPT state. */
export type RcptFacts = { -readonly [K in keyof RecipientDSN]?: RecipientDSN[K] };
