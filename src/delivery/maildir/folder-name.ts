import { createHash } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { Envelope } from '../../smtp/api/envelope.ts';

/** A recipient in parts. */
export type Recipient = Pick<Envelope['recipients'][number], 'local' | 'domain'>;

/** Octets of a name; file systems take 255. */
const LONGEST = 200;
/** Octets that are kept of a name that is longer. */
const KEPT = 100;

/**
 * A name for a directory out of any text, another one for each text: `a` to `z`, digits and `@+=_-` stand for themselves, and so
 * does a dot that is not the first character. Every other octet of its UTF-8 becomes `%` and two hex digits, capitals included,
 * since some file systems do not tell them apart. A name beyond 200 octets is cut at 100, and ends with `~` and its SHA-256.
 */
export function folderName(text: string): string {
  const name = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/^\.|[^a-z0-9@+=_.-]/gu, (octet) => `%${octet.charCodeAt(0).toString(16).padStart(2, '0')}`);
  if (name === '') return '%';
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, KEPT)}~${createHash('sha256').update(name).digest('hex')}`;
}

/** The directory of a recipient: the local part in its own case, the domain in lower case and as A-labels. */
export function recipientFolder({ local, domain }: Recipient): string {
  return folderName(
    domain === '' ? local.toLowerCase() : `${local}@${domainToASCII(domain) || domain.toLowerCase()}`,
  );
}

/** The directory of a tag: `+` and what follows the first `+` of the local part; `inbox` where there is none. */
export function tagFolder({ local }: Recipient): string {
  const plus = local.indexOf('+');
  return plus < 0 ? 'inbox' : folderName(local.slice(plus));
}
