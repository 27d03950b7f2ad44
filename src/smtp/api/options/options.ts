import { hostname as systemHostName } from 'node:os';
import type { TlvValues } from '../../../proxy/index.ts';
import { type Diagnostic, safely } from '../../../proxy/node/diagnostic.ts';
import {
  type ProxyOptions,
  type ProxySettings,
  readProxyOptions,
} from '../../../proxy/node/proxy-options.ts';
import type { TrustList, Trusted } from '../../../proxy/node/trust/trust-list.ts';
import type { SASLHooks } from '../../../sasl/index.ts';
import { type AuthOptions, type AuthSettings, readAuthOptions } from './auth-options.ts';
import * as check from './option-checks.ts';
import { type BareNewlines, type NewlinePolicies, readPolicies, readPolicy } from './newline-policy.ts';
import type { Session } from '../session.ts';
import { readTolerate, type Tolerances, type Tolerate } from './tolerance.ts';
import { TLSContext } from '../tls.ts';
import type { TLSOptions } from './tls-options.ts';
import {
  readXCLIENTOptions,
  readXFORWARDOptions,
  type XCLIENTOptions,
  type XCLIENTSettings,
} from './xclient-options.ts';
import { optionError } from '../../../wire/messages/option-error.ts';

/** Deadlines in milliseconds, each an absolute one for its phase. */
export interface Timeouts {
  /** For a command line to arrive whole. RFC 5321 4.5.3.2 asks for five minutes. 1 to 2,147,483,647 ms, default 300,000. */
  readonly command: number;
  /**
   * For content: no octet at all, or the minimum rate not kept, for this long. RFC 5321 asks for three minutes. It is one
   * deadline for all chunks of a message, and what passes between them counts. 1 to 2,147,483,647 ms, default 180,000.
   */
  readonly content: number;
  /** For a TLS handshake. 1 to 2,147,483,647 ms, default 30,000. */
  readonly tls: number;
  /** For a hook to settle; then 421. 1 to 2,147,483,647 ms, default 300,000. */
  readonly handler: number;
  /** How long the reply to a failed AUTH is held back. 1 to 2,147,483,647 ms, default 500. */
  readonly authFailure: number;
  /** For a client to read its replies once 64 KiB of them wait. 1 to 2,147,483,647 ms, default 60,000. */
  readonly write: number;
  /** For the client to close after the server has. 1 to 2,147,483,647 ms, default 5,000. */
  readonly linger: number;
}

/** Budgets that one client can use up. Each is a whole number, of which the greatest is 9,007,199,254,740,991. */
export interface Limits {
  /**
   * Connections in total; above it 421. Fewer where the process may not open so many files (Linux), which is a warning at
   * `listen`. At least 1, default 20,000. */
  readonly connections: number;
  /** Connections whose PROXY header has not come yet; above it the one that waits longest is closed. At least 1, default 10,000. */
  readonly halfOpenHeaders: number;
  /**
   * Connections of one client: an IPv4 address, or an IPv6 /64; above it 421. Loopback is not counted unless proxied. At
   * least 1, default 100.
   */
  readonly connectionsPerClient: number;
  /** Recipients of one message; above it 452 (RFC 5321 4.5.3.1.8). At least 100, default 1,000. */
  readonly recipients: number;
  /** NOOP, RSET, HELP, VRFY, EXPN, HELO and EHLO without a message in between; above it 421. At least 1, default 100. */
  readonly junkCommands: number;
  /** Commands that do not exist; with the last one 421. At least 1, default 20. */
  readonly unknownCommands: number;
  /** Other commands refused for their syntax or order; with the last one 421. At least 1, default 100. */
  readonly errors: number;
  /**
   * Commands that hooks refuse for good (5xx), such as unknown recipients, and messages that are refused in any way,
   * without an accepted message in between; with the last one 421. At least 1, default 1,000.
   */
  readonly refusals: number;
  /**
   * Commands that are refused for now (4xx), by hooks, for a hook that failed, or above `recipients`, without an accepted
   * message in between; with the last one 421. Far more than `refusals`: greylisting refuses whole messages of recipients
   * for now. At least 1, default 10,000.
   */
  readonly deferrals: number;
  /** Failed AUTHs of one connection; with the last one 421. At least 1, default 3. */
  readonly authFailures: number;
  /**
   * Failed AUTHs of one client in ten minutes, over all its connections; with the last one 421, and for every AUTH above
   * it, before anything is asked or checked. Attempts in progress count as failed: one too many gets 454. Direct loopback
   * is not counted. At least 1, default 30.
   */
  readonly authFailuresPerClient: number;
  /**
   * Octets of content in memory, of all clients; above it 452 4.3.1. `handleDATA` needs the whole message in memory until it
   * has answered, `handleContent` what it has not read yet. No client may have more than what it leaves to all others.
   * At least 65,536, default 268,435,456.
   */
  readonly contentMemory: number;
  /** The same for one client. Direct loopback is not counted. At least 65,536, default 67,108,864. */
  readonly contentMemoryPerClient: number;
  /**
   * Octets that senders and recipients of open transactions take with their parameters, by estimate: 600 for each, and
   * four for each octet of its line; above it 452 4.3.1 to MAIL and RCPT. No client may have more than what it leaves to
   * all others. At least 65,536, default 67,108,864.
   */
  readonly envelopeMemory: number;
  /** The same for one client. Direct loopback is not counted. At least 65,536, default 16,777,216. */
  readonly envelopeMemoryPerClient: number;
  /** Octets a second that content must keep on average. At least 1, default 500. */
  readonly contentRate: number;
  /**
   * Octets of one connection that belong to TLS and bring no data, such as key updates (RFC 8446 4.6.3), beside 96 for
   * each octet of data; above it 421. At least 65,536, default 262,144.
   */
  readonly tlsOverhead: number;
  /**
   * Chunks of one message (BDAT, RFC 3030); above it 554, which comes earlier where those beyond the first 1,000 bring
   * fewer than 64 octets each on average. At least 1, default 10,000.
   */
  readonly chunks: number;
  /** Received fields that make a loop; then 554 5.4.6 (RFC 5321 6.3). At least 100, default 100. */
  readonly hops: number;
}

export interface SMTPServerOptions<V = TlvValues> {
  /** The name this server goes by in the greeting and in HELO and EHLO replies; default: the machine's. */
  readonly hostname?: string;
  /** Text after the name in the greeting. */
  readonly ident?: string;
  /** Largest message in octets, offered as SIZE. 0 means no limit. At least 0, default 33,554,432. */
  readonly dataSizeLimit?: number;
  /** Whether SMTPUTF8 is offered; default true. */
  readonly enableSMTPUTF8?: boolean;
  /** Default 'reject': 550 5.6.0 at the real end of the content. A listener may have its own (`ListenTarget`). */
  readonly bareNewlines?: BareNewlines;
  /** Clients that another policy holds for, by `session.client`: `{ normalize: ['10.0.0.0/8'] }`. The first match counts. */
  readonly bareNewlinesFor?: Readonly<Partial<Record<BareNewlines, Trusted>>>;
  /**
   * How long to wait before the greeting, counted from the end of the PROXY header and of TLS. A client that speaks
   * meanwhile gets 554 5.5.0 and is closed. 0 to 2,147,483,647 ms, default 0.
   */
  readonly greetingDelay?: number;
  /** 'strict' also refuses the space that many clients send after `FROM:` and `TO:`. */
  readonly addressSyntax?: 'tolerant' | 'strict';
  /**
   * What clients may do although the standards do not allow it, for devices that cannot be mended. Default nothing. The
   * first time in a session is told to `diagnostics` (code `tolerated`). A listener may have its own (`ListenTarget`).
   */
  readonly tolerate?: Tolerate;
  /** Expect a PROXY header on every connection. Absent, or with a timeout of 0, clients connect directly. */
  readonly proxyProtocol?: ProxyOptions<V>;
  /** Key and certificate: offers STARTTLS, and makes `listen({ ..., tls: true })` possible. */
  readonly tls?: TLSOptions;
  /** Nothing but NOOP, EHLO, STARTTLS and QUIT before TLS; needs `tls`. Not for a public MX (RFC 3207 section 4). */
  readonly requireStartTLS?: boolean;
  /** Judges credentials; with it AUTH is offered. Nothing but `true` or `{ authenticated: true }` lets anybody in. */
  readonly authenticator?: SASLHooks<Session>['authenticator'];
  /** Stored credentials for SCRAM, and everything else about mechanisms. */
  readonly auth?: AuthOptions;
  /** Mail (MAIL, RCPT, DATA, BDAT), VRFY and EXPN need AUTH; default false. */
  readonly authRequired?: boolean;
  /** Mechanisms that show the password need TLS; default true. */
  readonly authRequireTLS?: boolean;
  /** Mechanisms not to offer, in any case. */
  readonly authExcludeMechanism?: readonly string[];
  /** Peers that may say with XCLIENT who their client is; default nobody. */
  readonly xclient?: XCLIENTOptions;
  /** Peers that may say the same with XFORWARD, for logs. Default nobody. */
  readonly xforward?: { readonly trusted: Trusted };
  /** How often a command may be used in one session: a number for all, or one for each verb, `*` for the others. */
  readonly commandCallLimit?: number | Readonly<Record<string, number>>;
  /** Deadlines by phase, in milliseconds; those left out have their default. */
  readonly timeouts?: Partial<Timeouts>;
  /** What a client may use up; limits left out have their default. */
  readonly limits?: Partial<Limits>;
  /** Receives what a log should know. What it throws is dropped. */
  readonly diagnostics?: (diagnostic: Diagnostic) => void;
}

/** Options of `LMTPServer`: those of `SMTPServer`, and how it answers for several recipients. */
export interface LMTPServerOptions<V = TlvValues> extends SMTPServerOptions<V> {
  /**
   * Whether the replies after the content, one for each recipient, are sent in segments of their own, 5 ms apart. For
   * OpenSMTPD, which reads one reply of each segment and delivers to the other recipients again. Default false.
   */
  readonly separateReplies?: boolean;
}

/** Options with every default in place. */
export interface Settings extends NewlinePolicies {
  readonly hostname: string;
  /** Whether it speaks LMTP (RFC 2033). */
  readonly lmtp: boolean;
  /** Whether each recipient's reply has a segment of its own (LMTP). */
  readonly separateReplies: boolean;
  /** The greeting, ready for the wire. */
  readonly greeting: string;
  readonly dataSizeLimit: number;
  readonly enableSMTPUTF8: boolean;
  readonly greetingDelay: number;
  readonly addressSyntax: 'tolerant' | 'strict';
  readonly tolerate: Tolerances;
  /** Null where clients connect directly. */
  readonly proxyProtocol: ProxySettings | null;
  /** Null without a certificate. */
  readonly tls: TLSContext | null;
  readonly requireStartTLS: boolean;
  /** Null where nobody can authenticate. */
  readonly auth: AuthSettings | null;
  readonly authRequired: boolean;
  /** Null where nobody may use XCLIENT. */
  readonly xclient: XCLIENTSettings | null;
  readonly xforward: TrustList | null;
  readonly commandCallLimit: ReadonlyMap<string, number> | null;
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  readonly diagnostics: (diagnostic: Diagnostic) => void;
}

const TIMEOUTS: Timeouts = {
  command: 300_000,
  content: 180_000,
  tls: 30_000,
  handler: 300_000,
  authFailure: 500,
  write: 60_000,
  linger: 5_000,
};

const LIMITS: Limits = {
  connections: 20_000,
  halfOpenHeaders: 10_000,
  connectionsPerClient: 100,
  recipients: 1000,
  junkCommands: 100,
  unknownCommands: 20,
  errors: 100,
  refusals: 1000,
  deferrals: 10_000,
  authFailures: 3,
  authFailuresPerClient: 30,
  contentMemory: 268_435_456,
  contentMemoryPerClient: 67_108_864,
  envelopeMemory: 67_108_864,
  envelopeMemoryPerClient: 16_777_216,
  contentRate: 500,
  tlsOverhead: 262_144,
  chunks: 10_000,
  hops: 100,
};

const MINIMA: Partial<Record<keyof Limits, number>> = {
  recipients: 100,
  hops: 100,
  tlsOverhead: 65_536,
  contentMemory: 65_536,
  contentMemoryPerClient: 65_536,
  envelopeMemory: 65_536,
  envelopeMemoryPerClient: 65_536,
};

/**
 * Checks options and fills in defaults.
 *
 * @throws TypeError or RangeError that names the option, what it got, and what is allowed.
 */
export function readOptions<V>(options: LMTPServerOptions<V>, lmtp = false): Settings {
  check.object('', options, lmtp ? { ...KNOWN, separateReplies: true } : KNOWN);
  const hostname = check.hostName('hostname', options.hostname ?? defaultHostName());
  const ident = check.printable('ident', options.ident ?? 'truepeer');
  const diagnostics = safely(check.callback('diagnostics', options.diagnostics));
  const requireStartTLS = check.boolean('requireStartTLS', options.requireStartTLS ?? false);
  if (requireStartTLS && options.tls === undefined) {
    throw optionError(
      'ERR_MISSING_OPTION',
      'option requireStartTLS: without option tls nobody could do what it asks for',
    );
  }
  const auth = readAuthOptions(options);
  const authRequired = check.boolean('authRequired', options.authRequired ?? false);
  if (authRequired && auth === null && options.xclient?.login !== true) {
    throw optionError(
      'ERR_MISSING_OPTION',
      'option authRequired: without authenticator or stored credentials nobody could authenticate',
    );
  }
  if (authRequired && auth?.requireTLS === false) {
    const text = 'authRequired without authRequireTLS: passwords may cross the network in the clear';
    diagnostics({ level: 'warning', code: 'auth-in-clear', text });
  }
  return {
    hostname,
    lmtp,
    separateReplies: check.boolean('separateReplies', options.separateReplies ?? false),
    greeting: `220 ${hostname} ${lmtp ? 'LMTP' : 'ESMTP'} ${ident}`.trimEnd() + '\r\n',
    dataSizeLimit: check.integer('dataSizeLimit', options.dataSizeLimit ?? 33_554_432, 0),
    enableSMTPUTF8: check.boolean('enableSMTPUTF8', options.enableSMTPUTF8 ?? true),
    bareNewlines: readPolicy('bareNewlines', options.bareNewlines ?? 'reject'),
    bareNewlinesFor: readPolicies(options.bareNewlinesFor, diagnostics),
    greetingDelay: check.integer('greetingDelay', options.greetingDelay ?? 0, 0, 2 ** 31 - 1),
    addressSyntax: check.oneOf('addressSyntax', options.addressSyntax ?? 'tolerant', ['tolerant', 'strict']),
    tolerate: readTolerate('tolerate', options.tolerate, lmtp, diagnostics),
    tls: options.tls === undefined ? null : new TLSContext(options.tls),
    requireStartTLS,
    auth,
    authRequired,
    xclient: readXCLIENTOptions(options.xclient, diagnostics),
    xforward: readXFORWARDOptions(options.xforward, diagnostics),
    commandCallLimit: readCallLimit(options.commandCallLimit),
    proxyProtocol:
      options.proxyProtocol === undefined
        ? null
        : readProxyOptions('proxyProtocol', options.proxyProtocol, diagnostics),
    timeouts: check.integers('timeouts', TIMEOUTS, options.timeouts, {}, 2 ** 31 - 1),
    limits: check.integers('limits', LIMITS, options.limits, MINIMA, Number.MAX_SAFE_INTEGER),
    diagnostics,
  };
}

/** The names of all options. */
export const KNOWN: Record<keyof SMTPServerOptions, true> = {
  hostname: true,
  ident: true,
  dataSizeLimit: true,
  enableSMTPUTF8: true,
  bareNewlines: true,
  bareNewlinesFor: true,
  greetingDelay: true,
  addressSyntax: true,
  tolerate: true,
  proxyProtocol: true,
  tls: true,
  requireStartTLS: true,
  authenticator: true,
  auth: true,
  authRequired: true,
  authRequireTLS: true,
  authExcludeMechanism: true,
  xclient: true,
  xforward: true,
  commandCallLimit: true,
  timeouts: true,
  limits: true,
  diagnostics: true,
};

function readCallLimit(option: SMTPServerOptions['commandCallLimit']): ReadonlyMap<string, number> | null {
  if (option === undefined) return null;
  const entries = typeof option === 'number' ? [['*', option] as const] : Object.entries(option);
  return new Map(
    entries.map(([verb, limit]) => [verb.toUpperCase(), check.integer(`commandCallLimit.${verb}`, limit, 1)]),
  );
}

/** The machine's name, or a name that is always valid where the machine's is not. */
function defaultHostName(): string {
  const name = systemHostName();
  return check.isHostName(name) ? name : 'localhost';
}
