/**
 * The seam between SMTP AUTH and SASL mechanisms (RFC 4422). A mechanism is a pure state machine over octets: it knows
 * no socket, no base64, no reply code and no promise. Where it needs the application, it returns a question, and goes on
 * with the answer.
 */

/** What the transport can tell a mechanism. */
export interface MechanismContext {
  /** The name of this server. */
  readonly hostname: string;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
  /** Channel bindings of the TLS connection by type (`tls-exporter`, `tls-server-end-point`); empty without TLS. */
  readonly channelBindings: Readonly<Record<string, Uint8Array>>;
  /** The identity that TLS (here, or verified by the balancer) has established, for EXTERNAL; null without. */
  readonly externalIdentity: string | null;
}

/** A user and a password in clear, as PLAIN and LOGIN give them. Answer: whether they belong together. */
export interface PasswordQuestion {
  readonly kind: 'password';
  readonly username: string;
  readonly password: string;
  /** The identity to act as (RFC 4616 authzid); null when not given. */
  readonly authorizationId: string | null;
}

/** A bearer token (RFC 7628, XOAUTH2). Answer: whether it is valid for the user. */
export interface TokenQuestion {
  readonly kind: 'token';
  /** Null when the client named no user. */
  readonly username: string | null;
  readonly token: string;
}

/** The identity that TLS has established (RFC 4422 appendix A). Answer: whether it may act as `authorizationId`. */
export interface ExternalQuestion {
  readonly kind: 'external';
  readonly username: string;
  readonly authorizationId: string | null;
}

/** Asks for what a server keeps of a user for SCRAM (RFC 5802 section 5). Answer: null for an unknown user. */
export interface ScramQuestion {
  readonly kind: 'scram';
  readonly username: string;
  readonly authorizationId: string | null;
}

/** Asks for the password itself, as CRAM-MD5 needs it. Answer: null for an unknown user. */
export interface SecretQuestion {
  readonly kind: 'secret';
  readonly username: string;
}

/** RFC 5802 section 3: what a server keeps instead of the password. */
export interface ScramSecret {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export type Question = PasswordQuestion | TokenQuestion | ExternalQuestion | ScramQuestion | SecretQuestion;

/** What each kind of question is answered with. */
export interface Answers {
  password: boolean;
  token: boolean;
  external: boolean;
  scram: ScramSecret | null;
  secret: string | null;
}

/** What the server does next. */
export type Step =
  /** Send these octets (334) and give the client's answer to `receive`. */
  | { readonly type: 'challenge'; readonly data: Uint8Array }
  | {
      [K in keyof Answers]: {
        readonly type: 'question';
        readonly question: Extract<Question, { kind: K }>;
        /** Goes on with the application's answer. */
        answer(value: Answers[K]): Step;
      };
    }[keyof Answers]
  /** 235. `username` is who has authenticated, `authorizationId` whom they act as. */
  | { readonly type: 'success'; readonly username: string; readonly authorizationId: string | null }
  /** 535: the credentials are wrong. 501: the client's message is malformed (`malformed`, an English sentence for the log). */
  | { readonly type: 'failure'; readonly malformed?: string };

/** One run of a mechanism. */
export interface Exchange {
  /** @param response the client's octets; null at the start, when the client sent no initial response. */
  receive(response: Uint8Array | null): Step;
}

export interface Mechanism {
  /** The registered name, in upper case. */
  readonly name: string;
  /** Whether it shows the password to whoever listens, so that it needs TLS. */
  readonly plaintext: boolean;
  /** Whether the client speaks first; an initial response to any other is refused (RFC 4954 section 4). */
  readonly clientFirst: boolean;
  /** Whether it can work on this connection, as -PLUS needs channel binding and EXTERNAL an identity. Default: yes. */
  usable?(context: MechanismContext): boolean;
  start(context: MechanismContext): Exchange;
}
