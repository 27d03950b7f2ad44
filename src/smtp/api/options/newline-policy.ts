/** Which policy for a bare CR or LF holds for a client (RFC 5321 2.3.8). */

import type { Diagnostic } from '../../../proxy/node/diagnostic.ts';
import { TrustList, type Trusted } from '../../../proxy/node/trust/trust-list.ts';
import * as check from './option-checks.ts';
import type { Session } from '../session.ts';

/** What to do with a CR without LF or a LF without CR in message content (RFC 5321 2.3.8). */
export type BareNewlines = 'reject' | 'normalize' | 'preserve';

/** The policies of a server or a listener, with every default in place. */
export interface NewlinePolicies {
  readonly bareNewlines: BareNewlines;
  readonly bareNewlinesFor: readonly (readonly [BareNewlines, TrustList])[];
}

const POLICIES: Readonly<Record<BareNewlines, true>> = { reject: true, normalize: true, preserve: true };

/** The policy for what this client sends; the client is the one that the PROXY header names. */
export function newlinePolicy(settings: NewlinePolicies, { client }: Pick<Session, 'client'>): BareNewlines {
  const own = settings.bareNewlinesFor.find(([, networks]) => networks.trusts(client));
  return own === undefined ? settings.bareNewlines : own[0];
}

export function readPolicy(name: string, value: unknown): BareNewlines {
  return check.oneOf(name, value, Object.keys(POLICIES) as BareNewlines[]);
}

export function readPolicies(
  option: Readonly<Partial<Record<BareNewlines, Trusted>>> | undefined,
  diagnostics: (diagnostic: Diagnostic) => void,
): NewlinePolicies['bareNewlinesFor'] {
  if (option === undefined) return [];
  check.object('bareNewlinesFor', option, POLICIES);
  return Object.entries(option).map(([policy, networks]) => [
    policy as BareNewlines,
    new TrustList(networks, `bareNewlinesFor.${policy}`, diagnostics),
  ]);
}
