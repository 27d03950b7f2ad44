/**
 * What a mechanism is: a maker of exchanges. An exchange is one authentication attempt, octets in and steps out. It
 * knows no socket, no base64 and no SMTP (RFC 4422 section 5).
 */

import type { Failure } from './failures.ts';
import type { ClientCertificate, SASLHooks } from './hooks.ts';

export interface Mechanism {
  /** The registered name: 1 to 20 of `A`-`Z`, `0`-`9`, `-`, `_` (RFC 4422 section 3.1). */
  readonly name: string;
  /** Whether the client speaks first. Where it does not, an initial response is a fault of the client. */
  readonly clientFirst: boolean;
  /** Whether an eavesdropper could authenticate with what it read: then it needs TLS. */
  readonly plaintext: boolean;
  /** Whether it can succeed on this connection: hooks, channel binding, certificate are there. Only then offer it. */
  usable(context: SASLContext): boolean;
  /** Begins one attempt. */
  start(context: SASLContext): Exchange;
}

export interface Exchange {
  /**
   * Takes what the client sent. The first call has `undefined` when there was no initial response. No call may come
   * while a promise is pending, nor after success or failure. What it throws counts as a temporary failure.
   */
  step(response: Uint8Array | undefined): Step | PromiseLike<Step>;
}

export type Step = Challenge | Success | Failure;

export interface Challenge {
  readonly status: 'challenge';
  readonly octets: Uint8Array;
  /** The exchange has failed, and the challenge tells the client why: any answer, `*` included, ends it. */
  readonly failure?: Failure;
}

export interface Success {
  readonly status: 'success';
  readonly identity: Identity;
  /** Octets that the client must see before it may believe in the success; it answers them with an empty response. */
  readonly final?: Uint8Array;
}

/** Who has authenticated, and as whom it may act. */
export interface Identity {
  readonly mechanism: string;
  /** Whose credentials were verified; prepared by SASLprep. Printable only after escaping. */
  readonly authcid: string;
  /** Whom the client asked to act as; null when it did not ask. */
  readonly authzid: string | null;
  /** Whom to act as: what rules and logs go by. */
  readonly identity: string;
  /** Whatever the hook wants to find again later. */
  readonly data?: unknown;
}

/** What an exchange may know of its surroundings. */
export interface SASLContext {
  readonly hooks: SASLHooks;
  /** Handed on to the hooks as it is. */
  readonly session?: unknown;
  /** Names of the mechanisms advertised on this connection; SCRAM detects a downgrade by it. */
  readonly offered?: readonly string[];
  /** Null or absent without TLS. */
  readonly channelBindings?: ChannelBindings | null | undefined;
  /** A certificate of the client that has been verified; null or absent without one. */
  readonly certificate?: ClientCertificate | null | undefined;
  readonly service?: Service;
  /** Prepares names and passwords; default: `saslprep` of this folder. Throws to refuse a text. */
  readonly prepare?: ((text: string) => string) | undefined;
}

/** Octets that tie an exchange to one TLS connection (RFC 5056). */
export interface ChannelBindings {
  /** The types that are available, the preferred one first. */
  readonly types: readonly string[];
  /** The octets of one type; undefined when it is not available. */
  data(type: string): Uint8Array | undefined;
}

/** The service that the client authenticates to. */
export interface Service {
  /** The server's own name, for the challenge of CRAM-MD5; default `localhost`. */
  readonly host?: string;
  /** Host names and ports that OAUTHBEARER may be meant for (RFC 7628 section 3.1); absent: anything. */
  readonly hosts?: readonly string[] | undefined;
  readonly ports?: readonly number[] | undefined;
}
