import { isAddressLiteral } from '../grammar/address.ts';
import type { Envelope } from '../api/envelope.ts';
import { escapeText, oneLine } from '../../wire/messages/escape.ts';
import type { Session } from '../api/session.ts';

export interface ReceivedOptions {
  /** The name of this server, for the `by` clause. */
  readonly hostname: string;
  /** The moment of receipt; default now. */
  readonly date?: Date;
}

/** What the field says of a session. */
export type ReceivedSession = Pick<Session, 'id' | 'hostName' | 'extended' | 'client'> &
  Partial<Pick<Session, 'lmtp' | 'tls' | 'authenticated' | 'xclient'>>;

const LINE_LIMIT = 900;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Builds the `Received:` field of a message (RFC 5321 4.4), ended by CRLF. It names the original client, not the proxy.
 *
 * `from` is the name the client gave and its address; `with` follows RFC 3848 and RFC 6531 4.3, its S the client's own
 * leg where a trusted proxy tells of it (CLIENT-TRANSPORT of XCLIENT); `for` stands only when
 * there is a single recipient, so that blind copies stay hidden. What the client said is reduced to what the grammar
 * allows.
 *
 * @example
 * import { Envelope, traceField } from 'truepeer';
 *
 * const session = {
 *   id: 'k1', hostName: 'mail.example', extended: true, proxyData: null,
 *   client: { address: '203.0.113.7', port: 4321, family: 'IPv4', proxied: true },
 * };
 * const field = traceField(session, new Envelope(), { hostname: 'mx.example', date: new Date(0) });
 * console.log(field.split('\r\n')[0] === 'Received: from mail.example ([203.0.113.7])');
 */
export function traceField(session: ReceivedSession, envelope: Envelope, options: ReceivedOptions): string {
  const lines = [
    `Received: from ${helloName(session.hostName)} (${clientLiteral(session)})`,
    `\tby ${atom(options.hostname)} with ${protocol(session, envelope)} id ${atom(session.id)}`,
  ];
  const [only] = envelope.rcptTos;
  if (only !== undefined && envelope.rcptTos.length === 1) {
    const shown = envelope.smtpUtf8 ? oneLine(only) : escapeText(only);
    if (shown.length < LINE_LIMIT) lines.push(`\tfor <${shown}>`);
  }
  return `${lines.join('\r\n')};\r\n\t${formatDate(options.date ?? new Date())}\r\n`;
}

/** A domain or literal as it is; in anything else, characters that a domain cannot hold become `_`. */
function helloName(name: string | null): string {
  if (name === null) return 'unknown';
  return isAddressLiteral(name) ? name : atom(name);
}

function atom(text: string): string {
  return text.replace(/[^a-z0-9._-]/gi, '_').slice(0, 255) || 'unknown';
}

function clientLiteral({ client }: Pick<Session, 'client'>): string {
  const { address, family } = client;
  if (address === null) return 'unknown';
  if (family === 'IPv4') return `[${address}]`;
  if (family === 'IPv6') return `[IPv6:${address.replace(/%.*/, '')}]`;
  return 'local';
}

/** RFC 3848, RFC 6531 4.3: UTF8 stands for E; S for TLS, A for AUTH; LMTP keeps its name. */
function protocol(session: ReceivedSession, envelope: Envelope): string {
  if (!session.extended) return 'SMTP';
  const base = session.lmtp ? 'LMTP' : 'SMTP';
  const kind = envelope.smtpUtf8 ? `UTF8${base}` : session.lmtp ? base : `E${base}`;
  return `${kind}${clientUsesTLS(session) ? 'S' : ''}${session.authenticated ? 'A' : ''}`;
}

/** Whether the client's own leg was encrypted: by what a trusted proxy says (CLIENT-TRANSPORT of XCLIENT), else by ours. */
function clientUsesTLS({ tls, xclient }: ReceivedSession): boolean {
  const transport = xclient?.['CLIENT-TRANSPORT'];
  return typeof transport === 'string' ? /^TLS/i.test(transport) : Boolean(tls);
}

/** date-time of RFC 5322 3.3, in the machine's zone. */
function formatDate(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const minutes = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${DAYS[date.getDay()]}, ${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()} ${time} ${zone}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
