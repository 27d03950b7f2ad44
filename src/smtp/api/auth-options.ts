import { mechanisms, type Mechanism, type RegistryOptions, type SASLHooks } from '../../sasl/index.ts';
import * as check from './option-checks.ts';
import type { Session } from './session.ts';

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

export interface AuthSettings {
  readonly registry: ReadonlyMap<string, Mechanism>;
  readonly hooks: SASLHooks<Session>;
  readonly requireTLS: boolean;
  readonly options: AuthOptions;
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
  const { scramCredentials, cramSecret, authorize } = options;
  if (!authenticator && !scramCredentials && !cramSecret) return null;
  const registry = mechanisms({ ...options, exclude: given.authExcludeMechanism ?? [] });
  const hooks: SASLHooks<Session> = {
    ...(authenticator && { authenticator }),
    ...(scramCredentials && { scramCredentials }),
    ...(cramSecret && { cramSecret }),
    ...(authorize && { authorize }),
  };
  return { registry, hooks, requireTLS, options };
}
