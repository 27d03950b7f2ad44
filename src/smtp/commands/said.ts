/** What a client has said, as a log may show it. */

import { escapeText } from '../../wire/messages/escape.ts';

const MOST_OCTETS = 256;
/** What credentials follow, in SMTP and in what is sent to the wrong port: a mechanism, or a command. */
const BEFORE_CREDENTIALS =
  /^\s*(?:(?:\S+\s+)?(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5|EXTERNAL|SCRAM-[A-Z0-9-]+)|AUTH|USER|PASS|APOP)(?=\s|$)/iu;

/** A command line, escaped, at most 256 octets of it, with credentials blotted out. */
export function saidText(line: Buffer, from: number, to: number): string {
  const text = line.toString('utf8', from, Math.min(to, from + MOST_OCTETS));
  const cut = to - from > MOST_OCTETS ? '...' : '';
  const [before] = BEFORE_CREDENTIALS.exec(text) ?? [];
  if (before === undefined) return escapeText(text) + cut;
  return escapeText(before) + (before.length < text.trimEnd().length ? ' (not shown)' : '');
}

/** What stands for a line that may be a response to AUTH. */
export const RESPONSE = '(not shown)';
