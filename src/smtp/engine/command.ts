import type { Exchange } from './exchange.ts';

/** One row of the command table. */
export interface Command {
  readonly verb: string;
  /** Longest line in octets, CRLF included; default 512 (RFC 5321 4.5.3.1.4). */
  readonly longest: number;
  /** Default none. */
  readonly argument: 'none' | 'optional' | 'required';
  /** Whether the argument may hold UTF-8 (RFC 6531). */
  readonly utf8: boolean;
  /** Whether HELO or EHLO must have come. */
  readonly afterHello: boolean;
  /** Whether AUTH must have succeeded where `authRequired` says so (RFC 4954 section 6). */
  readonly afterAuth: boolean;
  /** The protocol it belongs to; default both. */
  readonly only: 'smtp' | 'lmtp' | 'both';
  /** Whether it is allowed where TLS is required and has not come yet. */
  readonly beforeTLS: boolean;
  /** Whether it is allowed between the chunks of a message. */
  readonly whileChunking: boolean;
  /** Whether its replies have no enhanced codes (RFC 2034 section 4). */
  readonly bare: boolean;
  /** Whether octets that are no commands follow its line, as many as its argument says. */
  readonly payload: boolean;
  /** Whether it uses up the budget for commands that bring no message. */
  readonly junk: boolean;
  /**
   * @param line holds the argument at [from, to), without surrounding spaces.
   * @param more whether the client has sent more already.
   */
  run(exchange: Exchange, line: Buffer, from: number, to: number, more: boolean): void;
}

const DEFAULTS = {
  longest: 512,
  argument: 'none',
  utf8: false,
  afterHello: false,
  afterAuth: false,
  only: 'both',
  beforeTLS: false,
  whileChunking: false,
  bare: false,
  payload: false,
  junk: false,
} as const;

/** A row with what it does not say: nothing is allowed by default. */
export function command(row: Pick<Command, 'verb' | 'run'> & Partial<Command>): Command {
  const { verb, run, ...rest } = row;
  return { ...DEFAULTS, ...rest, verb, run };
}
