/** What OAUTHBEARER and XOAUTH2 share: `key=value^A` pairs, the bearer token, and the failure that is a challenge. */

import type { TokenCredentials } from '../hooks.ts';
import { verify } from '../verify.ts';
import { explain, type Move } from '../state-machine.ts';
import type { SASLContext } from '../mechanism.ts';
import { ascii } from '../text.ts';

export interface OAuthOptions {
  /** What a token must be good for; told to clients that failed. */
  readonly scope?: string;
  /** URL of the OpenID configuration, told to OAUTHBEARER clients that failed (RFC 7628 section 3.2.2). */
  readonly openidConfiguration?: string;
}

/** `^A`, which ends every pair and the list. */
export const SEPARATOR = '\u0001';

const PAIR = /^([A-Za-z]+)=([\t\r\n\x20-\x7e]*)$/;

/** Reads `*(key "=" value ^A) ^A`; undefined when it is anything else or a key comes twice. */
export function readPairs(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = text.split(SEPARATOR);
  // What is left behind the last pair's separator and behind the list's own.
  if (pairs.pop() !== '' || pairs.pop() !== '') return undefined;
  const read = new Map<string, string>();
  for (const pair of pairs) {
    const match = PAIR.exec(pair);
    if (match === null || read.has(match[1]!)) return undefined;
    read.set(match[1]!, match[2]!);
  }
  return read;
}

/** The token of `Bearer TOKEN` (RFC 6750 section 2.1); undefined when it is none. */
export function bearerToken(value: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(value ?? '')?.[1];
}

/** Asks the authenticator. A refusal is told as JSON, and the exchange fails once the client has taken note of it. */
export function verifyToken(
  context: SASLContext,
  credentials: TokenCredentials,
  failureText: (status: string | undefined) => string,
): Move | PromiseLike<Move> {
  const { mechanism, user } = credentials;
  const claim = { mechanism, authcid: user, authzid: null };
  return verify(context, claim, credentials, (status) =>
    explain(ascii(failureText(printable(status))), 'wrong-credentials'),
  );
}

function printable(status: unknown): string | undefined {
  return typeof status === 'string' && /^[\x20-\x7e]{1,100}$/.test(status) ? status : undefined;
}
