import { cramMD5 } from './mechanisms/cram-md5.ts';
import { external } from './mechanisms/external.ts';
import { login } from './mechanisms/login.ts';
import type { Mechanism, SASLContext } from './mechanism.ts';
import type { OAuthOptions } from './mechanisms/oauth.ts';
import { oauthBearer } from './mechanisms/oauthbearer.ts';
import { plain } from './mechanisms/plain.ts';
import { scramSHA256, scramSHA256Plus, type ScramOptions } from './mechanisms/scram.ts';
import { xoauth2 } from './mechanisms/xoauth2.ts';
import { optionError } from '../wire/messages/option-error.ts';
import { object } from '../wire/messages/option-names.ts';

export interface RegistryOptions {
  readonly scram?: ScramOptions;
  readonly oauth?: OAuthOptions;
  /** Whether CRAM-MD5 is there at all; default false. */
  readonly cramMD5?: boolean;
  /** Names to leave out, in any case. */
  readonly exclude?: readonly string[];
  /** Mechanisms of your own. One with a name that is there already takes its place. */
  readonly custom?: readonly Mechanism[];
}

const KNOWN: Record<keyof RegistryOptions, true> = {
  scram: true,
  oauth: true,
  cramMD5: true,
  exclude: true,
  custom: true,
};
const OAUTH: Record<keyof OAuthOptions, true> = { scope: true, openidConfiguration: true };

/** RFC 4422 section 3.1. */
const NAME = /^[A-Z0-9_-]{1,20}$/;

/**
 * The mechanisms of a server, strongest first: the order in which clients are offered them.
 *
 * @throws TypeError for a custom mechanism without a proper name, and for an excluded name that nothing has.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const registry = sasl.mechanisms({ exclude: ['login'] });
 * assert(registry.get('PLAIN') !== undefined && registry.get('LOGIN') === undefined);
 * const offered = sasl.usableMechanisms(registry, { hooks: { authenticator: () => false } });
 * assert(offered.map(({ name }) => name).join(' ') === 'OAUTHBEARER XOAUTH2 PLAIN');
 */
export function mechanisms(options: RegistryOptions = {}): ReadonlyMap<string, Mechanism> {
  object('', options, KNOWN);
  object('oauth', options.oauth ?? {}, OAUTH);
  const { custom = [], exclude = [] } = options;
  const all = new Map<string, Mechanism>();
  const known = [
    external(),
    scramSHA256Plus(options.scram),
    scramSHA256(options.scram),
    oauthBearer(options.oauth),
    xoauth2(options.oauth),
    cramMD5(),
    plain(),
    login(),
  ];
  for (const mechanism of known) all.set(mechanism.name, mechanism);
  for (const mechanism of custom) {
    if (!NAME.test(mechanism.name)) {
      throw optionError(
        'ERR_INVALID_ARG_VALUE',
        `mechanism ${JSON.stringify(mechanism.name)}: 1 to 20 of A-Z, 0-9, - and _ are expected`,
      );
    }
    all.set(mechanism.name, mechanism);
  }
  for (const name of exclude) {
    if (!all.has(name.toUpperCase())) {
      throw optionError(
        'ERR_INVALID_ARG_VALUE',
        `there is no mechanism ${JSON.stringify(name)} to exclude; there are ${[...all.keys()].join(', ')}`,
      );
    }
  }
  for (const name of exclude) all.delete(name.toUpperCase());
  if (options.cramMD5 !== true && !custom.some(({ name }) => name === 'CRAM-MD5')) all.delete('CRAM-MD5');
  return all;
}

/** The mechanisms that can succeed on a connection: those to advertise, and to put into `SASLContext.offered`. */
export function usableMechanisms(
  registry: ReadonlyMap<string, Mechanism>,
  context: SASLContext,
): readonly Mechanism[] {
  return [...registry.values()].filter((mechanism) => mechanism.usable(context));
}
