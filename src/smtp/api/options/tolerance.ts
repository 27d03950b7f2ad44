/** What clients may do although the standards do not allow it: old devices, and other servers. */

import type { Diagnostic } from '../../../proxy/node/diagnostic.ts';
import { TrustList, type Trusted } from '../../../proxy/node/trust/trust-list.ts';
import { show } from '../../../wire/messages/escape.ts';
import { optionError } from '../../../wire/messages/option-error.ts';
import * as check from './option-checks.ts';
import type { Session } from '../session.ts';

/**
 * - `missing-brackets`: `MAIL FROM:ann@example.com` and `RCPT TO:bob@example.com` without angle brackets.
 * - `stray-dots`: dots at the start, at the end or side by side in a local part, as in `ilo.@example.com`. Such an address
 *   is given quoted (`"ilo."@example.com`), which every server takes.
 * - `spaces-in-hello`: a name with spaces in HELO, EHLO or LHLO.
 * - `auth-after-helo`: AUTH after HELO, from clients that do not say EHLO. Passwords need TLS as after EHLO.
 * - `missing-domain`: LMTP only: a recipient without a domain (`RCPT TO:<ann>`), as Dovecot's LMTP proxy hands names on;
 *   `mailbox.domain` is empty.
 */
export type Tolerance =
  'missing-brackets' | 'stray-dots' | 'spaces-in-hello' | 'auth-after-helo' | 'missing-domain';

/** A list holds for every client; an object says for which, by `session.client`: `{ 'stray-dots': ['10.0.0.0/8'] }`. */
export type Tolerate = readonly Tolerance[] | Readonly<Partial<Record<Tolerance, Trusted>>>;

/** What is tolerated, and of whom. */
export type Tolerances = ReadonlyMap<Tolerance, TrustList>;

const KNOWN: Readonly<Record<Tolerance, true>> = {
  'missing-brackets': true,
  'stray-dots': true,
  'spaces-in-hello': true,
  'auth-after-helo': true,
  'missing-domain': true,
};

/** The client is the one that the PROXY header names. */
export function tolerates(
  { tolerate }: { readonly tolerate: Tolerances },
  { client }: Pick<Session, 'client'>,
  what: Tolerance,
): boolean {
  return tolerate.get(what)?.trusts(client) === true;
}

/**
 * @param name of the option, for errors.
 * @throws TypeError that names what is unknown, or not for this protocol.
 */
export function readTolerate(
  name: string,
  option: Tolerate | undefined,
  lmtp: boolean,
  diagnostics: (diagnostic: Diagnostic) => void,
): Tolerances {
  if (option === undefined) return new Map();
  if (typeof option !== 'object' || option === null)
    throw optionError(
      'ERR_INVALID_ARG_TYPE',
      `option ${name}: a list of names, or networks by name, is expected, not ${show(option)}`,
    );
  const list = isList(option);
  const given = list ? option.map((entry) => [String(entry), 'anyone'] as const) : Object.entries(option);
  check.object(name, Object.fromEntries(given), KNOWN);
  const tolerances = new Map<Tolerance, TrustList>();
  for (const [entry, networks] of given) {
    if (networks === undefined) continue;
    if (entry === 'missing-domain' && !lmtp)
      throw optionError(
        'ERR_INCOMPATIBLE_OPTION_PAIR',
        `option ${name}: missing-domain goes with LMTPServer only; under SMTP postmaster alone has no domain`,
      );
    tolerances.set(entry as Tolerance, new TrustList(networks, `${name}.${entry}`, diagnostics));
  }
  return tolerances;
}

function isList(option: Tolerate): option is readonly Tolerance[] {
  return Array.isArray(option);
}
