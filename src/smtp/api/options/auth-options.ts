import { inspect } from 'node:util';
import { mechanisms, type Mechanism, type RegistryOptions, type SASLHooks } from '../../../sasl/index.ts';
import * as check from './option-checks.ts';
import type { Session } from '../session.ts';

/** AUTH beyond `authenticator`: where stored credentials come from, and which mechanisms there are. */
export interface AuthOptions
  extends Omit<SASLHooks<Session>, 'authenticator'>, Omit<RegistryOptions, 'exclude'> {
  /**
   * Which client certificates EXTERNAL accepts: `'tls'` for one verified in this server's own handshake,
   * `'proxy'` for one that the balancer says it has verified (SSL TLV). Default none.
   */
  readonly external?: readonly ('tls' | 'proxy')[];
  /** Host names and ports that OAUTHBEARER may be meant for; default anything. */
  readonly hosts?: readonly string[];
  readonly ports?: readonly number[];
  /** Prepares names and passwords instead of the built-in SASLprep. */
  readonly prepare?: (text: string) => string;
}

/** What AUTH goes by. Hooks and mechanisms hold secrets: what is logged are the names of mechanisms. */
export class AuthSettings {
  readonly requireTLS: boolean;
  readonly external: readonly ('tls' | 'proxy')[];
  readonly hosts: readonly string[] | undefined;
  readonly ports: readonly number[] | undefined;
  readonly #registry: ReadonlyMap<string, Mechanism>;
  readonly #hooks: SASLHooks<Session>;
  readonly #prepare: AuthOptions['prepare'];

  constructor(
    registry: ReadonlyMap<string, Mechanism>,
    hooks: SASLHooks<Session>,
    requireTLS: boolean,
    { external = [], hosts, ports, prepare }: AuthOptions,
  ) {
    this.#registry = registry;
    this.#hooks = hooks;
    this.requireTLS = requireTLS;
    this.external = external;
    this.hosts = hosts;
    this.ports = ports;
    this.#prepare = prepare;
  }

  get registry(): ReadonlyMap<string, Mechanism> {
    return this.#registry;
  }

  get hooks(): SASLHooks<Session> {
    return this.#hooks;
  }

  get prepare(): AuthOptions['prepare'] {
    return this.#prepare;
  }

  toJSON(): Record<string, unknown> {
    const { requireTLS, external, hosts, ports } = this;
    return { mechanisms: [...this.#registry.keys()], requireTLS, external, hosts, ports };
  }

  [inspect.custom](): Record<string, unknown> {
    return this.toJSON();
  }
}

const KNOWN: Record<keyof AuthOptions, true> = {
  scramCredentials: true,
  cramSecret: true,
  authorize: true,
  scram: true,
  oauth: true,
  cramMD5: true,
  custom: true,
  external: true,
  hosts: true,
  ports: true,
  prepare: true,
};

/** Null when nobody could authenticate: neither an authenticator nor stored credentials. */
export function readAuthOptions(given: {
  readonly authenticator?: SASLHooks<Session>['authenticator'];
  readonly auth?: AuthOptions;
  readonly authRequireTLS?: boolean;
  readonly authExcludeMechanism?: readonly string[];
}): AuthSettings | null {
  const options = given.auth ?? {};
  check.object('auth', options, KNOWN);
  const authenticator = check.callback('authenticator', given.authenticator);
  const requireTLS = check.boolean('authRequireTLS', given.authRequireTLS ?? true);
  const { scramCredentials, cramSecret, authorize, scram, oauth, cramMD5, custom } = options;
  for (const name of ['scramCredentials', 'cramSecret', 'authorize', 'prepare'] as const)
    check.callback(`auth.${name}`, options[name]);
  for (const name of ['external', 'hosts', 'ports', 'custom'] as const)
    check.list<unknown>(`auth.${name}`, options[name]);
  for (const source of options.external ?? []) check.oneOf('auth.external', source, ['tls', 'proxy']);
  if (!authenticator && !scramCredentials && !cramSecret) return null;
  const registry = mechanisms({
    ...(scram && { scram }),
    ...(oauth && { oauth }),
    ...(custom && { custom }),
    cramMD5: check.boolean('auth.cramMD5', cramMD5 ?? false),
    exclude: check.list('authExcludeMechanism', given.authExcludeMechanism) ?? [],
  });
  const hooks: SASLHooks<Session> = {
    ...(authenticator && { authenticator }),
    ...(scramCredentials && { scramCredentials }),
    ...(cramSecret && { cramSecret }),
    ...(authorize && { authorize }),
  };
  return new AuthSettings(registry, hooks, requireTLS, options);
}
