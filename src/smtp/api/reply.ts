/**
 * The one place where a reply becomes octets. A reply line is at most 512 octets, holds printable ASCII only, and
 * carries its code and enhanced code on every line (RFC 5321 4.2, 4.5.3.1.5; RFC 2034 section 4).
 */

import { escapeText } from '../../wire/messages/escape.ts';

/** A reply in parts. `enhanced` is an RFC 3463 code such as `2.1.0`; without one a fitting default is used. */
export interface Reply {
  readonly code: number;
  readonly enhanced?: string;
  readonly text: string | readonly string[];
}

/** What a hook may answer: a finished line such as `'550 5.1.1 No such user'`, parts, or nothing (the default reply). */
export type HookReply = string | Reply | undefined | void;

const LINE_LIMIT = 512;
const LINES_LIMIT = 100;
const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3}$/;

/**
 * Writes a reply as it goes over the wire, every line ended by CRLF. Control characters and non-ASCII characters are
 * shown as `\xHH` or `\u{...}`, long lines are continued, and no more than 100 lines are written.
 */
export function formatReply(reply: Reply): string {
  const { code, enhanced } = reply;
  const status = enhanced === undefined || enhanced === '' ? '' : `${enhanced} `;
  const room = LINE_LIMIT - 2 - 4 - status.length;
  const lines: string[] = [];
  for (const text of typeof reply.text === 'string' ? [reply.text] : reply.text) {
    wrap(escapeText(text), room, lines);
  }
  if (lines.length === 0) lines.push('');
  lines.length = Math.min(lines.length, LINES_LIMIT);
  const last = lines.length - 1;
  return lines.map((line, index) => `${code}${index < last ? '-' : ' '}${status}${line}\r\n`).join('');
}

/**
 * A wire reply without its enhanced codes, as HELO, EHLO and LHLO are answered (RFC 2034 section 4), and everything
 * where the handler does not offer them.
 */
export function withoutStatus(wire: string): string {
  return wire.replace(/^(\d{3}[ -])[245]\.\d{1,3}\.\d{1,3} /gm, '$1');
}

function wrap(text: string, room: number, lines: string[]): void {
  let rest = text;
  while (rest.length > room) {
    const space = rest.lastIndexOf(' ', room);
    const cut = space > room / 2 ? space : room;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(space === cut ? cut + 1 : cut);
  }
  lines.push(rest);
}

/**
 * Reads what a hook returned.
 *
 * A string is `CODE [ENHANCED] TEXT`; further lines after a line break belong to the same reply, with or without the
 * code in front. The enhanced code is completed, and one whose class contradicts the code is replaced (RFC 2034).
 *
 * @throws TypeError when the value is no reply; the message names the hook.
 */
export function readReply(value: unknown, hook: string, success: string): Reply {
  const reply = typeof value === 'string' ? parseReply(value) : copyOf(value);
  const code = reply?.code;
  if (reply === undefined || code === undefined || !Number.isInteger(code) || !isFinal(code)) {
    throw new TypeError(`${hook} returned no SMTP reply: expected "CODE TEXT", { code, text } or nothing`);
  }
  const given = reply.enhanced;
  const fits = given !== undefined && ENHANCED.test(given) && given[0] === String(code)[0];
  if (fits) return reply;
  return { code, enhanced: defaultStatus(code, success), text: reply.text };
}

function isFinal(code: number): boolean {
  return (code >= 200 && code < 300) || (code >= 400 && code < 600);
}

/** The parts of a reply, each read once: what has been checked is what is sent. */
function copyOf(value: unknown): Reply | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { code, enhanced, text } = value as Partial<Reply>;
  const lines: unknown = Array.isArray(text) ? [...text] : text;
  if (typeof code !== 'number' || !isText(lines)) return undefined;
  return typeof enhanced === 'string' ? { code, enhanced, text: lines } : { code, text: lines };
}

function isText(value: unknown): value is Reply['text'] {
  return isString(value) || (Array.isArray(value) && value.every(isString));
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function parseReply(value: string): Reply | undefined {
  const [first = '', ...more] = value.replace(/\r?\n$/, '').split(/\r?\n/);
  const match = /^([2-5]\d\d)(?:[ -](.*))?$/s.exec(first);
  if (match === null) return undefined;
  const code = Number(match[1]);
  const { enhanced, text } = splitStatus(match[2] ?? '');
  const prefix = new RegExp(`^${code}(?:[ -]|$)`);
  const lines = [text, ...more.map((line) => splitStatus(line.replace(prefix, '')).text)];
  return enhanced === undefined ? { code, text: lines } : { code, enhanced, text: lines };
}

function splitStatus(text: string): { enhanced?: string; text: string } {
  const match = /^([245]\.\d{1,3}\.\d{1,3})(?: (.*))?$/s.exec(text);
  return match === null ? { text } : { enhanced: match[1]!, text: match[2] ?? '' };
}

/** The enhanced code of a reply ready for the wire, or the empty string. */
export function statusOf(wire: string): string {
  return /^\d{3}[ -]([245]\.\d+\.\d+) /.exec(wire)?.[1] ?? '';
}

const STATUS: Readonly<Record<number, string>> = {
  421: '4.3.0',
  452: '4.3.1',
  500: '5.5.2',
  501: '5.5.4',
  502: '5.5.1',
  503: '5.5.1',
  504: '5.5.4',
  530: '5.7.0',
  535: '5.7.8',
  552: '5.3.4',
  555: '5.5.4',
};

function defaultStatus(code: number, success: string): string {
  if (code < 300) return success;
  return STATUS[code] ?? (code < 500 ? '4.3.0' : '5.0.0');
}
