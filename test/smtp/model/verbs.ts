/** What the reference knows of each verb. */
interface Verb {
  readonly argument: 'none' | 'optional' | 'required';
  readonly only?: 'smtp' | 'lmtp';
  readonly afterHello?: true;
  readonly beforeTLS?: true;
  readonly whileChunking?: true;
}

export const VERBS: Readonly<Record<string, Verb>> = Object.assign(Object.create(null), {
  HELO: { argument: 'required', only: 'smtp' },
  EHLO: { argument: 'required', only: 'smtp', beforeTLS: true },
  LHLO: { argument: 'required', only: 'lmtp', beforeTLS: true },
  NOOP: { argument: 'optional', beforeTLS: true, whileChunking: true },
  RSET: { argument: 'none', whileChunking: true },
  HELP: { argument: 'optional', whileChunking: true },
  VRFY: { argument: 'required', whileChunking: true },
  EXPN: { argument: 'required', whileChunking: true },
  QUIT: { argument: 'none', beforeTLS: true, whileChunking: true },
  MAIL: { argument: 'required', afterHello: true },
  RCPT: { argument: 'required', afterHello: true },
  DATA: { argument: 'none', afterHello: true },
  BDAT: { argument: 'optional', beforeTLS: true, whileChunking: true },
  AUTH: { argument: 'required', afterHello: true },
  STARTTLS: { argument: 'none', beforeTLS: true },
  XCLIENT: { argument: 'required' },
  XFORWARD: { argument: 'required' },
} satisfies Record<string, Verb>);

/** Commands that introduce the client. */
export const HELLO = ['HELO', 'EHLO', 'LHLO'];

/** Commands that bring no message and have a budget. */
export const JUNK = [...HELLO, 'NOOP', 'RSET', 'HELP', 'VRFY', 'EXPN'];

/** Verbs whose argument may hold UTF-8 (RFC 6531, and names of clients). */
export const EIGHT_BIT = [...HELLO, 'MAIL', 'RCPT', 'VRFY', 'EXPN', 'XCLIENT'];

/** What browsers send (RFC 9110, RFC 9113), by mistake or not. */
export const HTTP = /^(?:(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|PATCH|TRACE|PRI)(?: |$)|HOST:)/i;

/** Octets of a line with CRLF (RFC 5321 4.5.3.1.4 and the extensions; RFC 4954 section 4), and recipients. */
export const LENGTHS = { line: 2048, auth: 12_352, endless: 65_536, recipients: 100 };

export function longest(verb: string): number {
  if (verb === 'AUTH') return LENGTHS.auth;
  return verb === 'MAIL' || verb === 'RCPT' ? LENGTHS.line : 512;
}
