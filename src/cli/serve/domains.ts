import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Mailbox } from '../../smtp/grammar/address.ts';

/**
 * A domain in one spelling: lower case, A-labels.
 *
 * @throws Error when it is none
 */
export function parseDomain(text: string): string {
  const domain = domainToASCII(text);
  if (domain === '' || !/^[a-z0-9._-]+$/u.test(domain) || isIP(domain) !== 0)
    throw new Error('Expected a domain, as in example.net.');
  return domain;
}

/** Whether mail for this recipient is taken: those of the domains, and the postmaster who has none (RFC 5321 4.5.1). */
export function isOurs(domains: ReadonlySet<string>, { domain, local }: Mailbox): boolean {
  if (domain === '') return local.toLowerCase() === 'postmaster';
  return domains.has(domainToASCII(domain));
}
