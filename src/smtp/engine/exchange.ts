import type { Client } from '../../proxy/node/peer.ts';
import type { ContentError } from '../api/content-error.ts';
import type { Envelope } from '../api/envelope.ts';
import type { Handler } from '../api/handler.ts';
import type { Reader } from './reader.ts';
import type { Settings } from '../api/options.ts';
import type { MailServer } from '../api/mail-server.ts';
import type { CloseReason, Session } from '../api/session.ts';

/** What a command sees of the conversation. */
export interface Exchange {
  readonly server: MailServer;
  readonly handler: Handler;
  readonly settings: Settings;
  readonly session: Session;
  /** The current transaction; a fresh one after RSET. */
  readonly envelope: Envelope;

  /** Queues a reply, ready for the wire. */
  reply(wire: string): void;
  /** Queues a reply to a command that was wrong, and counts the error. */
  refuse(wire: string): void;
  /** Queues a reply to a command that is refused for now, and counts it. */
  defer(wire: string): void;
  /** Counts a command that brings no message; false when it was one too many and the connection has been closed. */
  countJunk(): boolean;
  /**
   * Calls a hook and goes on in `done`: at once when the hook is synchronous, else when its promise settles; input
   * waits so long. A hook that fails is answered with 451, or by `failed`, and `done` is not called.
   */
  ask<T>(call: () => T | PromiseLike<T>, done: (value: T) => void, failed?: (error: unknown) => void): void;
  /**
   * Asks a hook that answers with a reply. Nothing returned counts as `success`, a wire reply; a positive reply of
   * the hook replaces it. `accepted` runs before a positive reply is queued.
   */
  askReply(name: string, call: () => unknown, success: string, accepted?: () => void): void;
  /** Ends the transaction: a fresh envelope. */
  reset(): void;
  /** Ends the transaction after its content has been answered: a fresh envelope. One not `accepted` counts as refused. */
  endTransaction(accepted: boolean): void;
  /** Whether a transaction in chunks has begun (BDAT): no other content and no other recipient may come. */
  readonly chunking: boolean;
  /** The reply 354, and content from the next octet on. */
  startContent(): void;
  /** A chunk of `size` octets from the next octet on. */
  startChunk(size: number, last: boolean): void;
  /** Whether octets wait that have come after those being read now. */
  readonly readAhead: boolean;
  /** Milliseconds of a steady clock. */
  now(): number;
  /** Lets something else read the stream from the next octet on. */
  use(input: Reader): void;
  /** Reads commands again. */
  resume(): void;
  /** Sends what is queued, then TLS; the session is a fresh one afterwards, but for the PROXY header. */
  startTLS(): void;
  /** Counts a failed AUTH; false when it was one too many, of this connection or of its client. */
  countAuthFailure(): boolean;
  /**
   * A trusted peer says who its client is: the session begins anew, with the greeting (XCLIENT).
   *
   * @param login the name it has authenticated as, or null.
   */
  reintroduce(client: Client, login: string | null): void;
  /** The client is known now; false when it has too many connections. */
  identified(): boolean;
  /** A line for the log; `text` is printable. */
  note(code: string, text: string): void;
  /** Tells the handler and the log of a hook that failed. Returns the reply that the handler wants for it, if any. */
  report(error: unknown): string | undefined;
  /** Tells the handler that content which began will not be taken. */
  aborted(reason: ContentError): void;
  /** Sends what is queued and closes. */
  close(reason: CloseReason): void;
}

/** One row of the command table. */
export interface Command {
  readonly verb: string;
  /** Longest line in octets, CRLF included. */
  readonly longest: number;
  readonly argument: 'none' | 'optional' | 'required';
  /** Whether the argument may hold UTF-8 (RFC 6531). */
  readonly utf8: boolean;
  /** Whether HELO or EHLO must have come. */
  readonly afterHello: boolean;
  /** Whether AUTH must have succeeded where `authRequired` says so (RFC 4954 section 6). */
  readonly afterAuth?: boolean;
  /** The protocol it belongs to; default both. */
  readonly only?: 'smtp' | 'lmtp';
  /** Whether it is allowed where TLS is required and has not come yet. */
  readonly beforeTLS?: boolean;
  /** Whether it is allowed between the chunks of a message. */
  readonly whileChunking?: boolean;
  /** Whether its replies have no enhanced codes (RFC 2034 section 4). */
  readonly bare?: boolean;
  /** Whether octets that are no commands follow its line, as many as its argument says. */
  readonly payload?: boolean;
  /** Whether it uses up the budget for commands that bring no message. */
  readonly junk: boolean;
  /**
   * @param line holds the argument at [from, to), without surrounding spaces.
   * @param more whether the client has sent more already.
   */
  run(exchange: Exchange, line: Buffer, from: number, to: number, more: boolean): void;
}
