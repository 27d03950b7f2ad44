/** What to try after a refusal: what servers answer to a PROXY header that they cannot take. */

import type { ServerReply } from './smtp-client.ts';

/** The header that was sent. */
export interface SentHeader {
  readonly version: 1 | 2;
  /** Octets. */
  readonly length: number;
  /** The client that it names; null for LOCAL and UNKNOWN. */
  readonly client: string | null;
}

/** The longest header that Exim reads, in octets (4.96, 4.100). */
const EXIM_LONGEST = 232;

/**
 * The hint for a reply that refuses; undefined where nothing is known to help.
 *
 * @param greeting whether it came in place of a greeting.
 */
export function hintFor(
  { code, lines }: ServerReply,
  { length, client, version }: SentHeader,
  greeting: boolean,
): string | undefined {
  const text = lines.join(' ');
  if (/synchroni[sz]ation/iu.test(text))
    return (
      'The server wants nothing before its banner: it expects no PROXY header from here (--no-proxy). A balancer must ' +
      'send the header alone, and wait for the banner before anything else.'
    );
  if (code === 501 && /\bNUL\b/u.test(text) && length > EXIM_LONGEST)
    return `Exim reads headers of up to ${EXIM_LONGEST} octets, this one has ${length}: leave TLVs out.`;
  if (code === 503 && client === null)
    return 'Exim greets whoever sends LOCAL, and takes no mail from them: name a client with --from-client.';
  if (code !== 421 || !greeting) return undefined;
  if (client === null)
    return 'Postfix answers 421 to a header that names nobody: name a client with --from-client.';
  if (client.includes(':'))
    return 'Postfix answers 421 to a client with IPv6 unless its inet_protocols takes IPv6: try an IPv4 client.';
  return `It may read the other version only: try --proxy-version ${otherVersion(version)}.`;
}

/** The version that was not sent. */
export function otherVersion(version: 1 | 2): 1 | 2 {
  return version === 1 ? 2 : 1;
}
