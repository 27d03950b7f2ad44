/** All failures. The sentences are for logs; none holds anything that a client sent. */

export interface Failure {
  readonly status: 'failure';
  readonly reason: FailureReason;
  readonly code: FailureCode;
  /** A sentence for the log. It holds nothing that the client sent. */
  readonly detail: string;
  /** What a hook or mechanism threw; present only with reason `temporary`. */
  readonly error?: unknown;
}

/**
 * `credentials`: this is not who it claims to be. `protocol`: the message is malformed. `temporary`: the server could
 * not decide. `cancelled`: the client gave up.
 */
export type FailureReason = 'credentials' | 'protocol' | 'temporary' | 'cancelled';

const FAILURES = {
  cancelled: ['cancelled', 'the client cancelled the exchange'],

  'not-base64': ['protocol', 'the response is not canonical base64 (RFC 4648 section 4)'],
  'too-long': ['protocol', 'the response is longer than a line may be'],
  'unexpected-initial-response': [
    'protocol',
    'an initial response came for a mechanism in which the server speaks first',
  ],
  'unexpected-response': ['protocol', 'an empty response was due after the final message'],
  malformed: ['protocol', "the response does not follow the mechanism's grammar"],
  'not-utf8': ['protocol', 'the response is not valid UTF-8'],
  'mandatory-extension': ['protocol', 'the client insists on an extension that is unknown here'],

  'wrong-credentials': ['credentials', 'the credentials are wrong, or nobody has that name'],
  'not-authorized': ['credentials', 'the credentials are right, but do not allow to act as somebody else'],
  unprepared: ['credentials', 'the name or password holds what SASLprep prohibits (RFC 4013)'],
  nonce: ['credentials', 'the nonce is not the one of this exchange'],
  'channel-binding': [
    'credentials',
    'the client sees another TLS channel than the server: somebody is between',
  ],
  'channel-binding-type': ['credentials', 'the type of channel binding is not available on this connection'],
  'channel-binding-downgrade': [
    'credentials',
    'the client did not see that channel binding is offered: somebody removed it',
  ],
  'wrong-service': ['credentials', 'the client meant another host or port'],

  'hook-failed': ['temporary', 'a hook failed'],
  'mechanism-failed': ['temporary', 'the mechanism failed'],
  unavailable: ['temporary', 'the hook could not decide now'],
} as const satisfies Record<string, readonly [FailureReason, string]>;

export type FailureCode = keyof typeof FAILURES;

/** All codes, with reason and sentence. */
export const FAILURE_CODES: Readonly<Record<FailureCode, readonly [FailureReason, string]>> = FAILURES;

/** A failure from the catalogue. */
export function failure(code: FailureCode, error?: unknown): Failure {
  const [reason, detail] = FAILURES[code];
  return error === undefined
    ? { status: 'failure', reason, code, detail }
    : { status: 'failure', reason, code, detail, error };
}
