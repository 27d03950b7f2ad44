/** Credentials as the authenticator is given them: a log that prints them shows no secret. */

import type { PasswordCredentials, TokenCredentials } from './hooks.ts';

export class GivenPassword implements PasswordCredentials {
  readonly kind = 'password';
  readonly mechanism: string;
  readonly authcid: string;
  readonly authzid: string | null;
  readonly #password: string;

  constructor(
    { mechanism, authcid, authzid }: Pick<PasswordCredentials, 'mechanism' | 'authcid' | 'authzid'>,
    password: string,
  ) {
    this.mechanism = mechanism;
    this.authcid = authcid;
    this.authzid = authzid;
    this.#password = password;
  }

  get password(): string {
    return this.#password;
  }
}

export class GivenToken implements TokenCredentials {
  readonly kind = 'token';
  readonly mechanism: string;
  readonly user: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly #token: string;

  constructor(
    { mechanism, user, host, port }: Pick<TokenCredentials, 'mechanism' | 'user' | 'host' | 'port'>,
    token: string,
  ) {
    this.mechanism = mechanism;
    this.user = user;
    this.host = host;
    this.port = port;
    this.#token = token;
  }

  get token(): string {
    return this.#token;
  }
}
