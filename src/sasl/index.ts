/** SASL for servers (RFC 4422): mechanisms as state machines without sockets and without SMTP. */

export { accountHooks, type AccountLookup, type AccountOptions } from './accounts.ts';
export { decodeBase64, encodeBase64 } from './base64.ts';
export {
  type BoundSocket,
  channelBindingsOf,
  TLS_EXPORTER,
  TLS_SERVER_END_POINT,
} from './tls/channel-binding.ts';
export { cramMD5, type CramOptions } from './mechanisms/cram-md5.ts';
export { external } from './mechanisms/external.ts';
export { type Failure, failure, FAILURE_CODES, type FailureCode, type FailureReason } from './failures.ts';
export type {
  Accepted,
  Account,
  AuthorizationRequest,
  CertificateCredentials,
  ClientCertificate,
  Credentials,
  OtherCredentials,
  PasswordCredentials,
  Refused,
  SASLHooks,
  StoredScram,
  TokenCredentials,
  Verdict,
} from './hooks.ts';
export { type Claim, verify as judge } from './verify.ts';
export { login } from './mechanisms/login.ts';
export {
  accept,
  ask,
  clientFirst,
  explain,
  MisuseError,
  type Move,
  refuse,
  serverFirst,
  serverFirstTolerant,
  type State,
} from './state-machine.ts';
export type {
  Challenge,
  ChannelBindings,
  Exchange,
  Identity,
  Mechanism,
  SASLContext,
  Service,
  Step,
  Success,
} from './mechanism.ts';
export { type ChallengeLine, LINE_LIMIT, Negotiation, type Outcome } from './negotiation.ts';
export type { OAuthOptions } from './mechanisms/oauth.ts';
export { oauthBearer } from './mechanisms/oauthbearer.ts';
export { plain } from './mechanisms/plain.ts';
export { mechanisms, type RegistryOptions, usableMechanisms } from './registry.ts';
export { saslprep } from './saslprep.ts';
export { scramSHA256, scramSHA256Plus, type ScramOptions } from './mechanisms/scram.ts';
export {
  formatScramCredentials,
  parseScramCredentials,
  passwordMatches,
  type ScramCredentials,
  scramCredentialsOf,
  type ScramCredentialsOptions,
} from './scram-credentials.ts';
export { xoauth2 } from './mechanisms/xoauth2.ts';
