/** Which policy for a bare CR or LF holds for a client (RFC 5321 2.3.8). */

import { TrustList } from '../../proxy/trust-list.ts';
import * as check from './option-checks.ts';
import type { BareNewlines, Settings, SMTPServerOptions } from './options.ts';
import type { Session } from './session.ts';

const POLICIES: Readonly<Record<BareNewlines, true>> = { reject: true, normalize: true, preserve: true };

/** The policy for what this client sends; the client is the one that the PROXY header names. */
export function newlinePolicy(settings: Settings, { client }: Pick<Session, 'client'>): BareNewlines {
  const own = settings.bareNewlinesFor.find(([, networks]) => networks.trusts(client));
  return own === undefined ? settings.bareNewlines : own[0];
}

export function readPolicy(name: string, value: unknown): BareNewlines {
  return check.oneOf(name, value, Object.keys(POLICIES) as BareNewlines[]);
}

export function readPolicies(
  option: SMTPServerOptions['bareNewlinesFor'],
): readonly (readonly [BareNewlines, TrustList])[] {
  if (option === undefined) return [];
  check.object('bareNewlinesFor', option, POLICIES);
  return Object.entries(option).map(([policy, networks]) => [
    policy as BareNewlines,
    new TrustList(networks, `bareNewlinesFor.${policy}`),
  ]);
}
