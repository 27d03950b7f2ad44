import { randomBytes } from 'node:crypto';
import type { SASLHooks, StoredScram } from './hooks.ts';
import {
  checkIterations,
  DEFAULT_ITERATIONS,
  DIGEST_OCTETS,
  passwordMatches,
  SALT_OCTETS,
} from './scram-credentials.ts';
import { object } from '../wire/messages/option-names.ts';

/** Finds what was stored for a name; undefined when nobody has it. */
export type AccountLookup<S> = (
  name: string,
  session: S,
) => StoredScram | undefined | null | PromiseLike<StoredScram | undefined | null>;

export interface AccountOptions {
  /** Iterations that the password of a user who does not exist seems to have: those of your real ones. Default 15,000. */
  readonly iterations?: number;
}

/**
 * Hooks for all mechanisms with passwords, PLAIN, LOGIN and SCRAM, from one store that holds no password.
 *
 * @param lookup gets a name as SASLprep has prepared it.
 * @throws RangeError for iterations out of range.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const users = new Map([['tim', await sasl.scramCredentialsOf('tanstaaftanstaaf')]]);
 * const hooks = sasl.accountHooks((name) => users.get(name));
 * const step = await sasl.plain().start({ hooks }).step(Buffer.from('\0tim\0tanstaaftanstaaf'));
 * assert(step.status === 'success');
 */
export function accountHooks<S = unknown>(
  lookup: AccountLookup<S>,
  options: AccountOptions = {},
): Required<Pick<SASLHooks<S>, 'authenticator' | 'scramCredentials'>> {
  object('', options, { iterations: true } satisfies Record<keyof AccountOptions, true>);
  const { iterations = DEFAULT_ITERATIONS } = options;
  checkIterations(iterations);
  // An unknown user takes as long to check as a known one.
  const unknownUser: StoredScram = {
    salt: randomBytes(SALT_OCTETS),
    iterations,
    storedKey: randomBytes(DIGEST_OCTETS),
    serverKey: randomBytes(DIGEST_OCTETS),
  };
  return {
    scramCredentials: lookup,
    async authenticator(credentials, session) {
      if (credentials.kind !== 'password') return false;
      const stored = await lookup(credentials.authcid, session);
      const matches = await passwordMatches(credentials.password, stored ?? unknownUser);
      return matches && stored ? { ...accountOf(stored), authenticated: true } : false;
    },
  };
}

function accountOf({ identity, data }: StoredScram): Pick<StoredScram, 'identity' | 'data'> {
  return { ...(identity === undefined ? {} : { identity }), ...(data === undefined ? {} : { data }) };
}
