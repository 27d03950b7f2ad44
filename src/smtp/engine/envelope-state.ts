import {
  type Body,
  Envelope,
  type EnvelopeFacts,
  type MailFacts,
  type RcptFacts,
  type RecipientDSN,
} from '../api/envelope.ts';
import { LazyAbort } from '../api/lazy-abort.ts';
import type { Mailbox } from '../grammar/address.ts';

const NO_DSN: RecipientDSN = Object.freeze({ notify: null, originalRecipient: null });

/** The server's record of a transaction. Hooks never see it: they are given `view`. */
export class EnvelopeState implements EnvelopeFacts {
  mailFrom: string | null = null;
  mailOptions: readonly string[] = [];
  sender: Mailbox | null = null;
  readonly rcptTos: string[] = [];
  readonly rcptOptions: (readonly string[])[] = [];
  readonly recipients: Mailbox[] = [];
  readonly rcptDSN: RecipientDSN[] = [];
  smtpUtf8 = false;
  body: Body | null = null;
  declaredSize: number | null = null;
  requireTLS = false;
  returnContent: 'FULL' | 'HDRS' | null = null;
  envelopeId: string | null = null;
  authSender: string | null = null;
  priority: number | null = null;
  holdUntil: Date | null = null;
  size = 0;
  /** What hooks, channels and the application see. */
  readonly view = new Envelope(this);
  private received: Buffer | (() => Buffer) | null = null;
  private readonly life = new LazyAbort();

  /** MAIL was accepted. */
  begin(
    mailFrom: string,
    sender: Mailbox | null,
    options: readonly string[],
    facts: Readonly<MailFacts>,
  ): void {
    this.mailFrom = mailFrom;
    this.sender = sender;
    this.mailOptions = options;
    if (options.length > 0) Object.assign(this, facts);
  }

  /** RCPT was accepted. */
  add(address: string, mailbox: Mailbox, options: readonly string[], facts: Readonly<RcptFacts>): void {
    this.rcptTos.push(address);
    this.recipients.push(mailbox);
    this.rcptOptions.push(options);
    this.rcptDSN.push(options.length > 0 ? { ...NO_DSN, ...facts } : NO_DSN);
  }

  get content(): Buffer | null {
    if (typeof this.received === 'function') this.received = this.received();
    return this.received;
  }

  /** A function is called when the content is read first: it makes one buffer of the pieces. */
  set content(content: Buffer | (() => Buffer) | null) {
    this.received = content;
  }

  get signal(): AbortSignal {
    return this.life.signal;
  }

  abort(reason: () => unknown): void {
    this.life.abort(reason);
  }
}
