/** What an application answers: who exists, what was stored for them, and who may act for whom. */

import type { ScramCredentials } from './scram-credentials.ts';

/** What the client sent, for mechanisms whose credentials the application checks. */
export type Credentials = PasswordCredentials | TokenCredentials | CertificateCredentials | OtherCredentials;

/**
 * PLAIN and LOGIN. Name and password have been through SASLprep. The password is read by its name alone: nothing that
 * lists, copies or prints the members shows it.
 */
export interface PasswordCredentials {
  readonly kind: 'password';
  readonly mechanism: string;
  readonly authcid: string;
  readonly authzid: string | null;
  readonly password: string;
}

/**
 * OAUTHBEARER and XOAUTH2. The user is what the client claims; only the token proves it, which is read by its name alone,
 * as a password is.
 */
export interface TokenCredentials {
  readonly kind: 'token';
  readonly mechanism: string;
  /** Whom the client claims to be; null when OAUTHBEARER names nobody: then the hook must name the identity. */
  readonly user: string | null;
  readonly token: string;
  readonly host: string | null;
  readonly port: number | null;
}

/** EXTERNAL. The certificate has been verified before. */
export interface CertificateCredentials {
  readonly kind: 'certificate';
  readonly mechanism: string;
  readonly certificate: ClientCertificate;
  readonly authzid: string | null;
}

/** From a mechanism of your own. */
export interface OtherCredentials {
  readonly kind: 'other';
  readonly mechanism: string;
  readonly [name: string]: unknown;
}

/** A client certificate whose chain and validity have been verified. */
export interface ClientCertificate {
  /** `tls`: this server's own handshake; `proxy`: the balancer says so. */
  readonly source: 'tls' | 'proxy';
  readonly commonName: string | null;
  /** The distinguished name as one line; empty where there is none. */
  readonly subject: string;
  /** The alternative names as Node writes them: `URI:spiffe://example.com/mailer, DNS:mailer.example.com`. */
  readonly subjectAltName?: string;
  /** SHA-256 of the certificate, in hexadecimal with colons. */
  readonly fingerprint256?: string;
  /** The certificate in DER. */
  readonly raw?: Uint8Array;
}

/** What a hook may say about an account. */
export interface Account {
  /** Whom the client acts as. Given, it settles the question; otherwise `authorize` is asked for a foreign authzid. */
  readonly identity?: string;
  /** Comes back in `Identity.data`. */
  readonly data?: unknown;
}

export interface Accepted extends Account {
  readonly authenticated: true;
}

export interface Refused {
  readonly authenticated: false;
  /** The question could not be answered: the client is told to try again later. */
  readonly temporary?: boolean;
  /** For OAuth clients, instead of `invalid_token` (RFC 6750 section 3.1); printable ASCII. */
  readonly oauthStatus?: string;
  /** For the protocol that carries it: a 4xx or 5xx reply of SMTP such as `534 5.7.9 Use an application password`. */
  readonly reply?: string;
}

/** `true` and `{ authenticated: true }` accept. Nothing else does; a hook that returns nothing has failed. */
export type Verdict = boolean | Accepted | Refused;

/**
 * All hooks may return promises; one that throws or rejects gives a temporary failure. `session` is what the server
 * put into the context.
 */
export interface SASLHooks<S = unknown> {
  /** Checks what PLAIN, LOGIN, OAUTHBEARER, XOAUTH2, EXTERNAL and mechanisms of your own have received. */
  authenticator?(credentials: Credentials, session: S): Verdict | PromiseLike<Verdict>;
  /** What was stored for a name, for SCRAM; undefined when nobody has that name. */
  scramCredentials?(
    name: string,
    session: S,
  ): StoredScram | undefined | null | PromiseLike<StoredScram | undefined | null>;
  /** The clear secret for a name, for CRAM-MD5; undefined when nobody has that name. */
  cramSecret?(name: string, session: S): string | undefined | null | PromiseLike<string | undefined | null>;
  /** Whether `authcid` may act as a different `authzid`. Without this hook nobody may act as anybody else. */
  authorize?(request: AuthorizationRequest, session: S): boolean | PromiseLike<boolean>;
}

/** SCRAM credentials, with what the application wants to say about their owner. */
export type StoredScram = ScramCredentials & Account;

export interface AuthorizationRequest {
  readonly mechanism: string;
  readonly authcid: string;
  readonly authzid: string;
}
