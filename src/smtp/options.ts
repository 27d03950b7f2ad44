import { hostname as systemHostName } from 'node:os';
import { isAddressLiteral } from './address.ts';

/** What to do with a CR without LF or a LF without CR in message content (RFC 5321 2.3.8). */
export type BareNewlines = 'reject' | 'normalize' | 'preserve';

/** Deadlines in milliseconds, each an absolute one for its phase. */
export interface Timeouts {
  /** For a command line to arrive whole. RFC 5321 4.5.3.2 asks for 300,000. */
  readonly command: number;
  /** For content: no octet at all, or the minimum rate not kept, for this long. RFC 5321 asks for 180,000. */
  readonly content: number;
  /** For a hook to settle; then 421. */
  readonly handler: number;
  /** For a client to read its replies once 64 KiB of them wait. */
  readonly write: number;
  /** For the client to close after the server has. */
  readonly linger: number;
}

/** Budgets that one client can use up. */
export interface Limits {
  /** Connections in total. */
  readonly connections: number;
  /** Connections of one client address. A client on this machine's own loopback is not counted unless proxied. */
  readonly connectionsPerClient: number;
  /** Recipients of one message; above it 452. At least 100 (RFC 5321 4.5.3.1.8). */
  readonly recipients: number;
  /** NOOP, RSET, HELP, VRFY, EXPN, HELO and EHLO without a message in between; then 421. */
  readonly junkCommands: number;
  /** Commands that do not exist; then 421. */
  readonly unknownCommands: number;
  /** Other commands refused for their syntax or order; then 421. */
  readonly errors: number;
  /** Octets a second that content must keep on average. */
  readonly contentRate: number;
  /** Received fields that make a loop; then 554 5.4.6 (RFC 5321 6.3). At least 100. */
  readonly hops: number;
}

/** Something worth a log line; `text` holds no octet a terminal could mistake. */
export interface Diagnostic {
  readonly level: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly text: string;
  readonly session?: string;
  readonly error?: unknown;
}

export interface SMTPServerOptions {
  /** The name this server goes by in the greeting and in HELO and EHLO replies; default: the machine's. */
  readonly hostname?: string;
  /** Text after the name in the greeting. */
  readonly ident?: string;
  /** Largest message in octets, offered as SIZE; default 33,554,432. 0 means no limit. */
  readonly dataSizeLimit?: number;
  /** Whether SMTPUTF8 is offered; default true. */
  readonly enableSMTPUTF8?: boolean;
  /** Default 'reject': 550 5.6.0 at the real end of the content. */
  readonly bareNewlines?: BareNewlines;
  /** 'strict' also refuses the space that many clients send after `FROM:` and `TO:`. */
  readonly addressSyntax?: 'tolerant' | 'strict';
  readonly timeouts?: Partial<Timeouts>;
  readonly limits?: Partial<Limits>;
  /** Receives what a log should know. What it throws is dropped. */
  readonly diagnostics?: (diagnostic: Diagnostic) => void;
}

/** Options with every default in place. */
export interface Settings {
  readonly hostname: string;
  readonly ident: string;
  readonly dataSizeLimit: number;
  readonly enableSMTPUTF8: boolean;
  readonly bareNewlines: BareNewlines;
  readonly addressSyntax: 'tolerant' | 'strict';
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  readonly diagnostics: (diagnostic: Diagnostic) => void;
}

const TIMEOUTS: Timeouts = {
  command: 300_000,
  content: 180_000,
  handler: 300_000,
  write: 60_000,
  linger: 5_000,
};

const LIMITS: Limits = {
  connections: 20_000,
  connectionsPerClient: 100,
  recipients: 1000,
  junkCommands: 100,
  unknownCommands: 20,
  errors: 100,
  contentRate: 500,
  hops: 100,
};

const MINIMA: Partial<Record<keyof Limits, number>> = { recipients: 100, hops: 100 };

/**
 * Checks options and fills in defaults.
 *
 * @throws TypeError or RangeError that names the option, what it got, and what is allowed.
 */
export function readOptions(options: SMTPServerOptions): Settings {
  if (typeof options !== 'object' || options === null) throw new TypeError('options: an object is expected');
  refuseUnknown('', options, KNOWN);
  return {
    hostname: hostName(options.hostname ?? defaultHostName()),
    ident: printable('ident', options.ident ?? 'truepeer'),
    dataSizeLimit: integer('dataSizeLimit', options.dataSizeLimit ?? 33_554_432, 0),
    enableSMTPUTF8: boolean('enableSMTPUTF8', options.enableSMTPUTF8 ?? true),
    bareNewlines: oneOf('bareNewlines', options.bareNewlines ?? 'reject', [
      'reject',
      'normalize',
      'preserve',
    ]),
    addressSyntax: oneOf('addressSyntax', options.addressSyntax ?? 'tolerant', ['tolerant', 'strict']),
    timeouts: numbers('timeouts', TIMEOUTS, options.timeouts, {}, 2 ** 31 - 1),
    limits: numbers('limits', LIMITS, options.limits, MINIMA, Number.MAX_SAFE_INTEGER),
    diagnostics: callback('diagnostics', options.diagnostics),
  };
}

const KNOWN: Record<keyof SMTPServerOptions, true> = {
  hostname: true,
  ident: true,
  dataSizeLimit: true,
  enableSMTPUTF8: true,
  bareNewlines: true,
  addressSyntax: true,
  timeouts: true,
  limits: true,
  diagnostics: true,
};

function refuseUnknown(path: string, given: object, known: object): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) {
      throw new TypeError(`option ${path}${name} is unknown; known are ${Object.keys(known).join(', ')}`);
    }
  }
}

/** The machine's name, or a name that is always valid where the machine's is not. */
function defaultHostName(): string {
  const name = systemHostName();
  return isHostName(name) ? name : 'localhost';
}

function isHostName(name: string): boolean {
  return /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?$/i.test(name) && name.length <= 255;
}

function hostName(name: unknown): string {
  if (typeof name === 'string' && (isHostName(name) || isAddressLiteral(name))) return name;
  throw new TypeError(`option hostname: a host name or an address literal is expected, not ${show(name)}`);
}

function printable(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x20-\x7e]{0,200}$/.test(value)) return value;
  throw new TypeError(
    `option ${name}: up to 200 printable ASCII characters are expected, not ${show(value)}`,
  );
}

function boolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`option ${name}: true or false is expected, not ${show(value)}`);
}

function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found !== undefined) return found;
  throw new TypeError(`option ${name}: ${allowed.map(show).join(' or ')} is expected, not ${show(value)}`);
}

/** An integer from `minimum` to `maximum`, or an error that says so. */
export function integer(
  name: string,
  value: unknown,
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum) {
    return value as number;
  }
  throw new RangeError(
    `option ${name}: an integer from ${minimum} to ${maximum} is expected, not ${show(value)}`,
  );
}

function numbers<T extends { readonly [name in keyof T]: number }>(
  path: string,
  defaults: T,
  given: Partial<T> | undefined,
  minima: Partial<Record<keyof T, number>>,
  maximum: number,
): T {
  const result: Record<string, number> = { ...defaults };
  if (given === undefined) return result as T;
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`option ${path}: an object is expected`);
  refuseUnknown(`${path}.`, given, defaults);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    result[name] = integer(`${path}.${name}`, value, minima[name as keyof T] ?? 1, maximum);
  }
  return result as T;
}

function callback(name: string, value: unknown): (diagnostic: Diagnostic) => void {
  if (value === undefined) return () => {};
  if (typeof value !== 'function')
    throw new TypeError(`option ${name}: a function is expected, not ${show(value)}`);
  return (diagnostic) => {
    try {
      value(diagnostic);
    } catch {
      // A log that fails must not end a session.
    }
  };
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
