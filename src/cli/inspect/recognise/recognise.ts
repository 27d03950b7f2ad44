import { spec } from '../../../../spec/index.ts';
import { escapeText } from '../../../wire/messages/escape.ts';
import { latin1, unhex } from '../../../wire/index.ts';
import type { Recognised } from './recognised.ts';
import { recogniseTls } from './tls.ts';

/** Octets that are looked at; a ClientHello with its list of keys seldom has more. */
const LOOKED_AT = 4096;
/** Text of a peer that is shown. */
const SHOWN = 60;

/**
 * Names the protocol that octets begin: what stands behind a header, or in its place.
 *
 * @returns `undefined` when it is none that is known here
 */
export function recognise(octets: Uint8Array): Recognised | undefined {
  if (octets.length === 0) return { name: 'nothing', text: 'nothing', isWhole: false };
  const beginning = octets.subarray(0, LOOKED_AT);
  return (
    recogniseHeader(beginning) ??
    recogniseTls(beginning) ??
    recogniseText(beginning) ??
    recogniseBinary(beginning)
  );
}

const SIGNATURE = unhex(spec.preamble.signature) ?? new Uint8Array();

/** A PROXY header, as it should be or as it should not. */
function recogniseHeader(octets: Uint8Array): Recognised | undefined {
  if (startsWith(octets, SIGNATURE)) return whole('proxy-v2', 'a PROXY header of version 2');
  const text = latin1(octets, 0, Math.min(octets.length, 256));
  if (text.startsWith('PROXY ')) return whole('proxy-v1', 'a PROXY header of version 1');
  if (/^proxy[ \t]/iu.test(text))
    return whole(
      'proxy-misspelled',
      `a version 1 header that is not written in capitals with single blanks: ${shown(text)}`,
    );
  const wide = /^(?:\xff\xfe)?P\0R\0O\0X\0Y\0|^(?:\xfe\xff)?\0P\0R\0O\0X\0Y/u.test(text);
  if (wide) return whole('proxy-utf-16', 'a version 1 header in UTF-16');
  const [padding = ''] = /^(?:\xef\xbb\xbf|[\s\0])+/u.exec(text) ?? [];
  // The signature of version 2 begins with line ends itself.
  for (let at = 0; at <= padding.length; at++) {
    if (at > 0 && startsWith(octets.subarray(at), SIGNATURE)) return padded(at, 2);
  }
  return padding !== '' && text.startsWith('PROXY ', padding.length) ? padded(padding.length, 1) : undefined;
}

function padded(count: number, version: number): Recognised {
  const octets = count === 1 ? 'an octet' : `${count} octets`;
  return whole(
    'proxy-padded',
    `a PROXY header of version ${version} with ${octets} before it (a blank, an empty line, a byte order mark)`,
  );
}

const SMTP_COMMAND =
  /^(?:EHLO|HELO|LHLO|MAIL FROM:|RCPT TO:|DATA|BDAT|RSET|NOOP|QUIT|VRFY|EXPN|HELP|STARTTLS|AUTH|XCLIENT|XFORWARD|ETRN)(?=[ :\r\n]|$)/iu;
const HTTP_REQUEST =
  /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND) [^\r\n ]+(?: HTTP\/\d\.\d|$)/u;

/** Protocols whose first line is text, each with what it looks like. */
const LINES: readonly (readonly [name: string, what: string, form: RegExp])[] = [
  ['smtp', 'an SMTP command', SMTP_COMMAND],
  ['http', 'an HTTP request', HTTP_REQUEST],
  ['http', 'an HTTP/2 connection', /^PRI \* HTTP\/2\.0/u],
  ['http', 'an HTTP response', /^HTTP\/\d(?:\.\d)? \d{3}/u],
  ['ssh', 'SSH', /^SSH-\d\.\d/u],
  ['smtp-reply', 'a reply of an SMTP server', /^(?:220|250|421|5\d\d)[ -].*(?:SMTP|LMTP|\b[45]\.\d\.\d\b)/iu],
  ['smtp-reply', 'a reply of an SMTP or FTP server', /^[2-5]\d\d[ -]/u],
  ['pop3-reply', 'a reply of a POP3 server', /^\+OK\b/u],
  ['imap-reply', 'a reply of an IMAP server', /^\* (?:OK|PREAUTH|BYE)\b/u],
  ['imap', 'an IMAP command', /^[A-Za-z0-9.]+ (?:CAPABILITY|LOGIN|STARTTLS|AUTHENTICATE|ID|NOOP|LOGOUT)\b/iu],
  ['pop3', 'a POP3 command', /^(?:CAPA|USER|PASS|APOP|STLS)\b/u],
  ['redis', 'a command of Redis', /^\*\d+\r\n\$\d+\r\n/u],
];

function recogniseText(octets: Uint8Array): Recognised | undefined {
  const text = latin1(octets, 0, Math.min(octets.length, 512));
  const found = LINES.find(([, , form]) => form.test(text));
  const isWhole = /[\r\n]/u.test(text) || text.length >= SHOWN;
  if (found !== undefined) return { name: found[0], text: `${found[1]}: ${shown(text)}`, isWhole };
  if (!/^[\t\n\r\x20-\x7e]+$/u.test(text)) return undefined;
  return { name: 'text', text: `text: ${shown(text)}`, isWhole };
}

/** The first line, without secrets: what follows AUTH, PASS and LOGIN is left out. */
function shown(text: string): string {
  const [line = ''] = text.trimStart().split(/[\r\n]/u, 1);
  const [, secret] = /^(AUTH \S+|PASS|(?:\S+ )?LOGIN|APOP)\b./iu.exec(line) ?? [];
  const told = secret === undefined ? line : `${secret} ...`;
  return told.length > SHOWN ? `${escapeText(told.slice(0, SHOWN))}...` : escapeText(told);
}

function recogniseBinary(octets: Uint8Array): Recognised | undefined {
  const [first, second] = octets;
  if (octets.every((octet) => octet === 0))
    return { name: 'zeros', text: 'octets that are all zero', isWhole: octets.length >= 16 };
  if (startsWith(octets, [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]))
    return whole('postgresql', 'a PostgreSQL client that asks for TLS');
  if (first === 3 && second === 0 && octets[2] === 0) return whole('rdp', 'a connection request of RDP');
  if (first === 5 && second !== undefined && octets.length === 2 + second)
    return whole('socks', 'a SOCKS 5 client');
  if (first === 0x1f && second === 0x8b) return whole('gzip', 'data of gzip');
  return undefined;
}

function whole(name: string, text: string): Recognised {
  return { name, text, isWhole: true };
}

function startsWith(octets: Uint8Array, wanted: ArrayLike<number>): boolean {
  return octets.length >= wanted.length && Array.from(wanted).every((octet, at) => octets[at] === octet);
}
