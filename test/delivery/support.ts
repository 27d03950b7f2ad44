import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Envelope, type EnvelopeFacts } from '../../src/smtp/api/envelope.ts';
import type { Session } from '../../src/smtp/api/session.ts';
import { SessionState } from '../../src/smtp/engine/session-state.ts';
import { SMTPServer } from '../../src/smtp/server/server.ts';

/** A new empty directory; `remove` takes it away with all it holds. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'truepeer-delivery-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** What a Maildir holds, folder by folder: the octets of `new` as latin1 text, the names in `tmp`. */
export function contentsOf(maildir: string): { new: string[]; tmp: string[] } {
  return {
    new: readdirSync(join(maildir, 'new'))
      .map((name) => withoutChance(readFileSync(join(maildir, 'new', name), 'latin1')))
      .toSorted(),
    tmp: readdirSync(join(maildir, 'tmp')),
  };
}

function withoutChance(text: string): string {
  return text
    .replace(/(?<=^\tby \S+ with \S+ id )\w+/mu, '...')
    .replace(/^\t\w{3}, \d{1,2} \w{3} \d{4} [\d:]{8} [+-]\d{4}(?=\r\n)/mu, '\t...');
}

/** Content that arrives in the given pieces; ends with `error` if there is one. */
export async function* arriving(
  pieces: Iterable<Buffer | string>,
  error?: Error,
): AsyncGenerator<Buffer, void, void> {
  for (const piece of pieces) yield Buffer.from(piece);
  if (error !== undefined) throw error;
}

export const SERVER = new SMTPServer({ handleDATA: () => undefined }, { hostname: 'mx.example.net' });

/** A session of a client behind a proxy. */
export function session(lmtp = false): Session {
  const made = new SessionState({ address: '127.0.0.1', port: 50000, family: 'IPv4' }, lmtp);
  made.client = { address: '203.0.113.7', port: 4321, family: 'IPv4', proxied: true };
  made.hostName = 'client.example.org';
  made.extended = true;
  return made.view;
}

/** An envelope with the given recipients. */
export function envelope(...rcptTos: string[]): Envelope {
  return enveloped({ rcptTos: rcptTos.length === 0 ? ['b@example.net'] : rcptTos });
}

/** An envelope of which some facts are other ones. */
export function enveloped(facts: Partial<EnvelopeFacts>): Envelope {
  return new Envelope({ mailFrom: 'a@example.org', rcptTos: ['b@example.net'], ...facts });
}

/** What `Maildir` puts before a message in these tests; `contentsOf` shows identifiers and dates as dots. */
export const HEAD = [
  'Return-Path: <a@example.org>',
  'X-Original-To: b@example.net',
  'Received: from client.example.org ([203.0.113.7])',
  '\tby mx.example.net with ESMTP id ...',
  '\tfor <b@example.net>;',
  '\t...',
  '',
].join('\r\n');

/** A message without its Return-Path fields, read by regular expressions. */
export function withoutReturnPath(message: string): string {
  const byCr = /^[^\r\n]*\r(?!\n)/u.test(message);
  const lineEnd = byCr ? /(?<=\n|\r(?!\n))/u : /(?<=\n)/u;
  const empty = byCr ? /^(?:\r\n|\n|\r)$/u : /^\r?\n$/u;
  let rest = message;
  let passed = '';
  let dropping = false;
  while (rest !== '') {
    const [line = ''] = rest.split(lineEnd, 1);
    if (empty.test(line)) return passed + rest;
    if (!/^[ \t]/u.test(line)) dropping = /^return-path[ \t]{0,66}:/iu.test(line);
    const dropped = dropping ? /^[^\r\n]*(?:\r\n|\r|\n|$)/u.exec(rest)![0] : '';
    passed += dropping ? '' : line;
    rest = rest.slice(dropping ? dropped.length : line.length);
  }
  return passed;
}
