/** Parameters after the address of MAIL and RCPT: `KEYWORD[=value]`, separated by spaces (RFC 5321 4.1.2). */

import { EQUALS, HYPHEN, isAlphanumeric, SP } from './octets.ts';

export interface Parameter {
  /** The keyword in upper case. */
  readonly keyword: string;
  /** Undefined when there is no `=`. */
  readonly value: string | undefined;
  /** Keyword and value as sent. */
  readonly raw: string;
}

/**
 * Parses the octets [from, to), the first of which is the space after the address.
 *
 * @returns undefined when the octets do not follow the grammar of esmtp-param.
 */
export function parseParameters(octets: Buffer, from: number, to: number): Parameter[] | undefined {
  const parameters: Parameter[] = [];
  let at = from;
  while (at < to) {
    if (octets[at] !== SP) return undefined;
    while (at < to && octets[at] === SP) at++;
    if (at === to) break;
    const start = at;
    while (at < to && (isAlphanumeric(octets[at]!) || (octets[at] === HYPHEN && at > start))) at++;
    if (at === start) return undefined;
    const keyword = octets.toString('latin1', start, at).toUpperCase();
    let value: string | undefined;
    if (octets[at] === EQUALS && at < to) {
      const valueStart = ++at;
      while (at < to && octets[at] !== SP) if (octets[at++] === EQUALS) return undefined;
      if (at === valueStart) return undefined;
      value = octets.toString('utf8', valueStart, at);
    }
    parameters.push({ keyword, value, raw: octets.toString('utf8', start, at) });
  }
  return parameters;
}
