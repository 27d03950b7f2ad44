import type { Settings } from '../api/options.ts';
import type { Admission } from './admission.ts';
import type { HookCalls, HookContext } from './hook-call.ts';
import type { Reader } from './reader.ts';

/** Where the content of messages goes. */
export interface ContentIntake {
  /** Whether a transaction in chunks has begun (BDAT): no other content and no other recipient may come. */
  readonly chunking: boolean;
  /** The reply 354, and content from the next octet on. */
  startData(): void;
  /** A chunk of `size` octets from the next octet on. */
  startChunk(size: number, last: boolean): void;
}

/** The conversation as commands and readers of the stream see it. */
export interface Exchange extends HookContext {
  readonly settings: Settings;
  /** Calls hooks of the handler; input waits until they have answered. */
  readonly hooks: HookCalls;
  /** Limits that the client's connections share. */
  readonly admission: Admission;
  readonly content: ContentIntake;
  /** Set when the greeting refused the session: 503 until QUIT (RFC 5321 3.1). */
  sessionRefused: boolean;

  /** Queues a reply to a command that was wrong, and counts the error. */
  refuse(wire: string): void;
  /** Queues a reply to a command that is refused for now, and counts it. */
  defer(wire: string): void;
  /** Ends the connection with a reply, because of a limit. */
  dismiss(wire: string): void;
  /** Ends the transaction: a fresh envelope. */
  reset(): void;
  /** Ends the transaction after its content has been answered: a fresh envelope. One not `accepted` counts as refused. */
  endTransaction(accepted: boolean): void;
  /** Whether octets wait that have come after those being read now. */
  readonly readAhead: boolean;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Lets something else read the stream from the next octet on. */
  use(reader: Reader): void;
  /** Reads commands again. */
  resume(): void;
  /** Sends what is queued, then TLS; the session is a fresh one afterwards, but for the PROXY header. */
  startTLS(): void;
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
