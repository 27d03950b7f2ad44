/** XCLIENT and XFORWARD, Postfix's extensions by which a trusted peer says who its client is. */

import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { type Client, unmapped } from '../../proxy/node/peer.ts';
import { type Command, command } from '../engine/command.ts';
import type { Exchange } from '../engine/exchange.ts';
import { REPLIES } from '../engine/replies.ts';
import { escapeText } from '../../wire/messages/escape.ts';
import { greet } from '../opening/opening.ts';
import type { SessionState } from '../engine/session-state.ts';
import { isVisible } from '../grammar/utf8-address.ts';
import { decodeXtext } from '../grammar/xtext.ts';

const POSTFIX = ['NAME', 'ADDR', 'PORT', 'PROTO', 'HELO', 'LOGIN', 'DESTADDR', 'DESTPORT'];
const DOVECOT = ['SESSION', 'TTL', 'CLIENT-TRANSPORT'];

export const XCLIENT_ATTRIBUTES: readonly string[] = [...POSTFIX, ...DOVECOT];
export const XFORWARD_ATTRIBUTES = ['NAME', 'ADDR', 'PORT', 'PROTO', 'HELO', 'IDENT', 'SOURCE'];

type Attributes = Readonly<Record<string, string | null>>;

const xclient = command({
  verb: 'XCLIENT',
  argument: 'required',
  utf8: true,
  run(exchange, line, from, to) {
    if (!trusts(exchange, 'xclient')) return exchange.refuse(REPLIES.notTrusted);
    if (exchange.envelope.mailFrom !== null) return exchange.refuse(REPLIES.nestedMail);
    const { session } = exchange;
    const { encoding, login: counts } = exchange.settings.xclient!;
    const read = encoding === 'raw' ? readRaw : readXtext;
    const attributes = parse(line.toString('utf8', from, to), XCLIENT_ATTRIBUTES, read);
    // A statement may take several lines, the address in the last of them; another address begins another statement,
    // so that no login is left over.
    const another = attributes !== undefined && 'ADDR' in attributes && namesClient(session);
    const statement = attributes && { ...(another ? null : session.xclient), ...attributes };
    const client = statement && isProtocol(statement['PROTO']) && clientOf(statement, session.client);
    if (!statement || !client) return exchange.refuse(REPLIES.badAttribute);
    session.xclient = statement;
    exchange.observer.note('xclient', `the client is now ${escapeText(client.address ?? 'unknown')}`);
    beginAs(exchange, client, (counts && statement['LOGIN']) || null);
  },
});

/** The session begins anew, with the greeting, for the client that a trusted peer has named. */
function beginAs(exchange: Exchange, client: Client, login: string | null): void {
  const { session } = exchange;
  session.client = client;
  session.restart();
  // The certificate of TLS is the peer's, not the client's.
  if (session.tls !== null) session.tls = { ...session.tls, authorized: false, peerCertificate: null };
  if (login !== null)
    session.identity = { mechanism: 'XCLIENT', authcid: login, authzid: null, identity: login };
  exchange.renewEnvelope();
  if (exchange.admission.admit()) greet(exchange);
  else exchange.dismiss(REPLIES.tooManyConnections);
}

const xforward = command({
  verb: 'XFORWARD',
  argument: 'required',
  run(exchange, line, from, to) {
    if (!trusts(exchange, 'xforward')) return exchange.refuse(REPLIES.notTrusted);
    if (exchange.envelope.mailFrom !== null) return exchange.refuse(REPLIES.nestedMail);
    const { session } = exchange;
    const attributes = parse(line.toString('latin1', from, to), XFORWARD_ATTRIBUTES, readXtext);
    if (attributes === undefined || clientOf(attributes, session.client) === undefined)
      return exchange.refuse(REPLIES.badAttribute);
    session.xforward = { ...session.xforward, ...attributes };
    exchange.reply(REPLIES.ok);
  },
});

/**
 * Whether XCLIENT or XFORWARD is accepted now, by the trust list. Behind a PROXY header the client speaks, but for peers
 * that are said to speak SMTP themselves (`afterProxy`). Once the peer has named the address of its client, what follows
 * comes from the client in any case (nginx passes it on), which then must be trusted itself.
 */
export function trusts({ settings, session }: Exchange, what: 'xclient' | 'xforward'): boolean {
  const trust = what === 'xclient' ? settings.xclient?.trust : settings.xforward;
  if (trust === undefined || trust === null) return false;
  const proxySpeaks = what === 'xclient' && settings.xclient?.afterProxy === true;
  if (session.proxyData !== null && !proxySpeaks) return false;
  return trust.trusts(namesClient(session) ? session.client : session.peer);
}

function namesClient(session: SessionState): boolean {
  return session.xclient !== null && 'ADDR' in session.xclient;
}

type ReadValue = (value: string) => string | undefined;

const readXtext: ReadValue = (value) => {
  const decoded = decodeXtext(value, true);
  return decoded !== undefined && isVisible(decoded) ? decoded : undefined;
};

const readRaw: ReadValue = (value) => (value !== '' && isVisible(value) ? value : undefined);

/** `NAME=value ...`; `[UNAVAILABLE]` and `[TEMPUNAVAIL]` become null. */
function parse(text: string, known: readonly string[], read: ReadValue): Attributes | undefined {
  const attributes: Record<string, string | null> = {};
  for (const word of text.split(/ +/)) {
    const at = word.indexOf('=');
    const name = word.slice(0, Math.max(at, 0)).toUpperCase();
    const value = word.slice(at + 1);
    if (!known.includes(name) || Object.hasOwn(attributes, name)) return undefined;
    const decoded = /^\[(?:TEMP)?UNAVAIL(?:ABLE)?\]$/i.test(value) ? null : read(value);
    if (decoded === undefined) return undefined;
    attributes[name] = decoded;
  }
  return attributes;
}

/** Protocols of XCLIENT (Postfix's XCLIENT_README), and LMTP, which Dovecot sends. */
function isProtocol(given: string | null | undefined): boolean {
  return given === undefined || given === null || /^(?:E?SMTP|LMTP)$/i.test(given);
}

/** An address in canonical form, as limits and trust lists compare it; undefined for what is none. */
function canonical(text: string): string | undefined {
  if (isIPv4(text)) return text;
  // An IPv6 zone has a meaning on the other machine only.
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return unmapped(new SocketAddress({ address: text, family: 'ipv6' }).address);
}

/** The client that the attributes name; undefined when an address or a port is none. */
function clientOf(attributes: Attributes, before: Client): Client | undefined {
  let { address, port, family } = before;
  if (attributes['ADDR'] === null) {
    address = null;
    family = null;
    port = null;
  } else if (attributes['ADDR'] !== undefined) {
    const given = canonical(attributes['ADDR'].replace(/^IPV6:/i, ''));
    if (given === undefined) return undefined;
    address = given;
    family = isIPv4(given) ? 'IPv4' : 'IPv6';
    port = null;
  }
  const number = attributes['PORT'];
  if (typeof number === 'string') {
    if (!/^\d{1,5}$/.test(number) || Number(number) > 65_535) return undefined;
    port = Number(number);
  }
  return { address, port, family, proxied: true };
}

export const XCLIENT_COMMANDS: readonly Command[] = [xclient, xforward];
