import { LazyAbort } from './lazy-abort.ts';
import type { Mailbox } from '../grammar/address.ts';

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

/** One transaction, from MAIL to the reply after the content. The server keeps these facts; hooks read them. */
export class Envelope {
  /** The sender; the empty string for the null path `<>`; null before MAIL. */
  mailFrom: string | null = null;
  /** Parameters of MAIL as sent: `['SIZE=1000', 'BODY=8BITMIME']`. */
  mailOptions: readonly string[] = [];
  /** The sender in parts; null before MAIL and for the null path. */
  sender: Mailbox | null = null;
  /** Accepted recipients in order, duplicates included. */
  readonly rcptTos: string[] = [];
  /** Parameters of RCPT as sent, one list for each recipient. */
  readonly rcptOptions: (readonly string[])[] = [];
  /** Accepted recipients in parts, in the same order. */
  readonly recipients: Mailbox[] = [];
  /** Whether MAIL carried SMTPUTF8. */
  smtpUtf8 = false;
  /** BODY of MAIL (RFC 6152, RFC 3030); null when not given. */
  body: Body | null = null;
  /** SIZE of MAIL in octets (RFC 1870), a claim; null when not given. */
  declaredSize: number | null = null;
  /** REQUIRETLS of MAIL (RFC 8689): pass the message on over verified TLS only, bounces included. */
  requireTLS = false;
  /** RET of MAIL (RFC 3461 4.3); null when not given. */
  returnContent: 'FULL' | 'HDRS' | null = null;
  /** ENVID of MAIL (RFC 3461 4.4), decoded; null when not given. */
  envelopeId: string | null = null;
  /** AUTH of MAIL (RFC 4954 section 5), decoded: a claim; empty for `<>` and what is no mailbox; null when not given. */
  authSender: string | null = null;
  /** MT-PRIORITY of MAIL (RFC 6710), -9 to 9; null when not given. */
  priority: number | null = null;
  /** HOLDFOR or HOLDUNTIL of MAIL (RFC 4865); null when not given. */
  holdUntil: Date | null = null;
  /** NOTIFY and ORCPT of each recipient, in order. */
  readonly rcptDSN: RecipientDSN[] = [];
  /** Octets of content received so far, dots unstuffed. */
  size = 0;
  /** For the application: hooks may keep anything here for the time of the transaction. */
  data: unknown = undefined;
  private received: Buffer | (() => Buffer) | null = null;
  private readonly life = new LazyAbort();

  /** The message with dots unstuffed, for `handleDATA`; null before, and for handlers that stream. */
  get content(): Buffer | null {
    if (typeof this.received === 'function') this.received = this.received();
    return this.received;
  }

  /** A function is called when the content is read first: it makes one buffer of the pieces. */
  set content(content: Buffer | (() => Buffer) | null) {
    this.received = content;
  }

  /** Aborted when the message can no longer be taken: the client left, or a deadline passed. */
  get signal(): AbortSignal {
    return this.life.signal;
  }

  /** For the server only. */
  abort(reason: () => unknown): void {
    this.life.abort(reason);
  }
}

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
  ]?: Envelope[K];
};

/** Facts that parameters of RCPT state. */
export type RcptFacts = { -readonly [K in keyof RecipientDSN]?: RecipientDSN[K] };
