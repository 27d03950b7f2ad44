/** What a transport passes on as it is, and what it would change on the way: nodemailer writes addresses its own way. */

import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Envelope } from '../smtp/api/envelope.ts';
import { BdatScanner } from '../smtp/content/bdat-scanner.ts';

/**
 * Whether the address reaches the next server as the same mailbox. Not a local part with angle brackets, with blanks or
 * quotes at its ends, or with white space beyond ASCII; not a domain of numbers, which the URL parser takes for an IPv4
 * address (`1.2.3` becomes `1.2.0.3`).
 */
export function isPassable(address: string): boolean {
  const { local, domain } = parts(address);
  const text = local.startsWith('"') ? local.slice(1, -1).replace(/\\(.)/gsu, '$1') : local;
  if (/[<>]|[^\P{White_Space} ]|\ufeff|^[ "]|[ "]$/u.test(text)) return false;
  if (domain === '' || domain.startsWith('[')) return true;
  const ascii = domainToASCII(domain);
  return isIP(ascii) === 0 && (/\P{ASCII}/u.test(domain) ? ascii !== '' : ascii === domain.toLowerCase());
}

/** The address in one spelling: transports write the domain in lower case and in ASCII. */
export function comparable(address: string): string {
  const { local, domain } = parts(address);
  return domain === '' ? local : `${local}@${domainToASCII(domain) || domain.toLowerCase()}`;
}

/** The reply to content that cannot be passed on as it is; undefined where it can. */
export function contentRefusal(
  { mailFrom, rcptTos, smtpUtf8 }: Pick<Envelope, 'mailFrom' | 'rcptTos' | 'smtpUtf8'>,
  content: Buffer,
): string | undefined {
  const scanner = new BdatScanner();
  scanner.write(content);
  scanner.end();
  if (scanner.bareNewline) return '554 5.6.0 A bare CR or LF cannot be passed on from here';
  // A transport asks for SMTPUTF8 where a local part needs it, and cannot be told that a header field does.
  const asked = [mailFrom ?? '', ...rcptTos].some((address) => /\P{ASCII}/u.test(parts(address).local));
  if (!smtpUtf8 || asked) return undefined;
  const end = content.indexOf('\r\n\r\n');
  const header = end < 0 ? content : content.subarray(0, end);
  return header.some((octet) => octet > 0x7f)
    ? '554 5.6.9 A UTF-8 header cannot be passed on from here where no address needs SMTPUTF8'
    : undefined;
}

function parts(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf('@');
  // An address of `<postmaster>` has no domain; a quoted local part may hold an @.
  if (at < 0 || address.endsWith('"')) return { local: address, domain: '' };
  return { local: address.slice(0, at), domain: address.slice(at + 1) };
}
