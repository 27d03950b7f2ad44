import { escapeText } from '../../../wire/messages/escape.ts';
import { latin1, u16be } from '../../../wire/index.ts';
import type { Recognised } from './recognised.ts';

/** Types of RFC 8446: of records (5.1), of handshake messages (4), of extensions (4.2). */
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const SERVER_NAME = 0;
const ALPN = 16;

const RECORD_HEAD = 5;

/** TLS in the first record of a connection: a ClientHello with the names that it asks for. */
export function recogniseTls(octets: Uint8Array): Recognised | undefined {
  const [type = 0, major] = octets;
  // SSL 2 had another form, which old scanners still send.
  if (
    octets.length >= 5 &&
    (type & 0x80) !== 0 &&
    octets[2] === CLIENT_HELLO &&
    octets[3] === 3 &&
    octets[4]! < 4
  )
    return { name: 'tls-client-hello', text: 'a TLS ClientHello in the form of SSL 2', isWhole: true };
  if (major !== 3 || octets.length < 3 || octets[2]! > 4) return undefined;
  if (type === ALERT) return { name: 'tls', text: 'a TLS alert', isWhole: true };
  if (type === APPLICATION_DATA)
    return { name: 'tls', text: 'TLS data, without its handshake', isWhole: true };
  if (type !== HANDSHAKE) return undefined;
  const message = octets[RECORD_HEAD];
  if (message === SERVER_HELLO) return { name: 'tls', text: 'a TLS ServerHello', isWhole: true };
  if (message !== undefined && message !== CLIENT_HELLO)
    return { name: 'tls', text: 'a TLS handshake', isWhole: true };
  const end = RECORD_HEAD + u16be(octets, 3);
  const isWhole = octets.length >= Math.max(end, RECORD_HEAD + 1);
  return {
    name: 'tls-client-hello',
    text: `a TLS ClientHello${asksFor(octets.subarray(0, end), isWhole)}`,
    isWhole,
  };
}

function asksFor(hello: Uint8Array, isWhole: boolean): string {
  let name: string | undefined;
  let protocols = '';
  for (const { type, value } of extensionsOf(hello)) {
    if (type === SERVER_NAME) name = latin1(value, 5, Math.min(value.length, 5 + u16be(value, 3)));
    if (type === ALPN) protocols = ` (ALPN ${alpnNames(value).join(', ')})`;
  }
  if (name !== undefined) return ` for ${escapeText(name)}${protocols}`;
  return `${isWhole ? ' without a server name' : ', not whole'}${protocols}`;
}

/** The extensions of a ClientHello (RFC 8446, section 4.1.2), as far as they are there. */
function* extensionsOf(hello: Uint8Array): Generator<{ type: number; value: Uint8Array }> {
  // Behind the record's and the message's head: version, random, session id, cipher suites, compression methods.
  let at = RECORD_HEAD + 4 + 2 + 32;
  at += 1 + (hello[at] ?? 0);
  at += 2 + (at + 2 <= hello.length ? u16be(hello, at) : 0);
  at += 1 + (hello[at] ?? 0);
  at += 2;
  while (at + 4 <= hello.length) {
    const end = at + 4 + u16be(hello, at + 2);
    if (end > hello.length) return;
    yield { type: u16be(hello, at), value: hello.subarray(at + 4, end) };
    at = end;
  }
}

function alpnNames(value: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = 2; at < value.length; at += 1 + value[at]!) {
    names.push(escapeText(latin1(value, at + 1, Math.min(value.length, at + 1 + value[at]!))));
  }
  return names;
}
