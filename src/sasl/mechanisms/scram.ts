/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677): the password never crosses the wire, and the server proves
 * itself, too.
 *
 *     C: n,,n=user,r=CNONCE
 *     S: r=CNONCE SNONCE,s=SALT,i=ITERATIONS
 *     C: c=biws,r=CNONCE SNONCE,p=PROOF
 *     S: v=SIGNATURE
 *     C: (empty)
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { encodeBase64 } from '../base64.ts';
import type { StoredScram } from '../hooks.ts';
import { callHook, resolveIdentity } from '../verify.ts';
import { ask, clientFirst, type Move, refuse } from '../state-machine.ts';
import type { Mechanism, SASLContext } from '../mechanism.ts';
import {
  checkIterations,
  checkStored,
  DEFAULT_ITERATIONS,
  DIGEST_OCTETS,
  hash,
  hmac,
  SALT_OCTETS,
} from '../scram-credentials.ts';
import { type ClientFirst, readClientFinal, readClientFirst } from './scram-messages.ts';
import { ascii, preparedName, utf8 } from '../text.ts';
import { optionError } from '../../wire/messages/option-error.ts';
import { object } from '../../wire/messages/option-names.ts';

export interface ScramOptions {
  /**
   * Makes the salts of users that do not exist. Keep the same one over restarts and on all servers of a name, or an
   * attacker recognises these users by salts that change. Default: random for each process.
   */
  readonly secret?: Uint8Array;
  /** Iterations and octets of salt that such users seem to have: those of your real ones. Default 15,000 and 16. */
  readonly iterations?: number;
  readonly saltOctets?: number;
  /** Makes the server's part of the nonce: printable ASCII without comma, never the same twice; for tests. */
  readonly nonce?: () => string;
}

const KNOWN: Record<keyof ScramOptions, true> = {
  secret: true,
  iterations: true,
  saltOctets: true,
  nonce: true,
};

const SCRAM = 'SCRAM-SHA-256';
const SCRAM_PLUS = 'SCRAM-SHA-256-PLUS';

const PROCESS_SECRET = randomBytes(DIGEST_OCTETS);

/**
 * SCRAM-SHA-256.
 *
 * @throws RangeError for options out of range.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const stored = await sasl.scramCredentialsOf('pencil');
 * const hooks = { scramCredentials: (name) => (name === 'user' ? stored : undefined) };
 * const exchange = sasl.scramSHA256().start({ hooks });
 * const challenge = exchange.step(Buffer.from('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'));
 * assert(/^r=rOprNGfwEbeRWgbNEkqO.{24,},s=.{24},i=15000$/.test(Buffer.from(challenge.octets).toString()));
 */
export function scramSHA256(options: ScramOptions = {}): Mechanism {
  return scram(SCRAM, options);
}

/**
 * SCRAM-SHA-256-PLUS: bound to the TLS channel, which a man in the middle cannot do, not even with a valid certificate.
 * Usable only where the context has channel bindings.
 */
export function scramSHA256Plus(options: ScramOptions = {}): Mechanism {
  return scram(SCRAM_PLUS, options);
}

interface Setup {
  readonly name: string;
  readonly secret: Uint8Array;
  readonly iterations: number;
  readonly saltOctets: number;
  readonly nonce: () => string;
}

function scram(name: string, options: ScramOptions): Mechanism {
  object('scram', options, KNOWN);
  const { secret = PROCESS_SECRET, iterations = DEFAULT_ITERATIONS, saltOctets = SALT_OCTETS } = options;
  checkIterations(iterations);
  if (!Number.isSafeInteger(saltOctets) || saltOctets < 1 || saltOctets > DIGEST_OCTETS)
    throw optionError('ERR_OUT_OF_RANGE', `saltOctets: an integer from 1 to ${DIGEST_OCTETS} is expected`);
  const nonce = options.nonce ?? (() => encodeBase64(randomBytes(18)));
  const setup = { name, secret, iterations, saltOctets, nonce };
  return {
    name,
    clientFirst: true,
    plaintext: false,
    usable: ({ hooks, channelBindings }) =>
      hooks.scramCredentials !== undefined && (name === SCRAM || (channelBindings?.types.length ?? 0) > 0),
    start: (context) => clientFirst((message) => takeFirst(setup, context, message)),
  };
}

function takeFirst(setup: Setup, context: SASLContext, message: Uint8Array): Move | PromiseLike<Move> {
  const text = utf8(message);
  if (text === undefined) return refuse('not-utf8');
  const first = readClientFirst(text);
  if (typeof first === 'string') return refuse(first);
  const binding = expectedBinding(setup, context, first);
  if (typeof binding === 'string') return refuse(binding);
  const authcid = preparedName(context, first.name);
  const authzid = first.header.authzid === null ? null : preparedName(context, first.header.authzid);
  if (authcid === undefined || authzid === undefined) return refuse('unprepared');
  const { hooks, session } = context;
  return callHook(
    () => {
      if (hooks.scramCredentials === undefined) throw new TypeError('there is no hook scramCredentials');
      return hooks.scramCredentials(authcid, session);
    },
    (found) => {
      const stored = found ?? madeUpCredentials(setup, authcid);
      try {
        checkStored(stored);
      } catch (error) {
        return refuse('hook-failed', error);
      }
      const nonce = first.nonce + setup.nonce();
      const challenge = `r=${nonce},s=${encodeBase64(stored.salt)},i=${stored.iterations}`;
      const claim = { mechanism: setup.name, authcid, authzid };
      return ask(ascii(challenge), (response) => {
        const proved = prove({ first, binding, nonce, challenge, stored }, response);
        if (typeof proved === 'string') return refuse(proved);
        if (found === undefined || found === null) return refuse('wrong-credentials');
        return resolveIdentity(context, claim, found, ascii(`v=${encodeBase64(proved)}`));
      });
    },
  );
}

/** What `c=` must hold (RFC 5802 section 6), or why the exchange ends here. */
function expectedBinding(
  setup: Setup,
  context: SASLContext,
  first: ClientFirst,
): Uint8Array | 'channel-binding-type' | 'channel-binding-downgrade' | 'malformed' {
  const { binding } = first.header;
  const header = Buffer.from(first.headerText);
  const plus = setup.name === SCRAM_PLUS;
  if (typeof binding === 'object') {
    // The message asks for channel binding: only under the PLUS mechanism, and of an available type.
    if (!plus) return 'malformed';
    const data = context.channelBindings?.data(binding.type);
    return data === undefined ? 'channel-binding-type' : Buffer.concat([header, data]);
  }
  if (plus) return 'malformed';
  if (binding === 'y' && context.offered?.includes(SCRAM_PLUS)) return 'channel-binding-downgrade';
  return header;
}

interface Round {
  readonly first: ClientFirst;
  readonly binding: Uint8Array;
  readonly nonce: string;
  readonly challenge: string;
  readonly stored: StoredScram;
}

/** Verifies the client's proof; the result is the server's signature. */
function prove(
  round: Round,
  response: Uint8Array,
):
  | Uint8Array
  | 'not-utf8'
  | 'malformed'
  | 'mandatory-extension'
  | 'nonce'
  | 'channel-binding'
  | 'wrong-credentials' {
  const { first, binding, nonce, challenge, stored } = round;
  const text = utf8(response);
  if (text === undefined) return 'not-utf8';
  const final = readClientFinal(text);
  if (typeof final === 'string') return final;
  if (final.proof.length !== DIGEST_OCTETS) return 'malformed';
  if (final.nonce !== nonce) return 'nonce';
  if (!same(final.binding, binding)) return 'channel-binding';
  const signed = `${first.bare},${challenge},${final.withoutProof}`;
  const signature = hmac(stored.storedKey, signed);
  const clientKey = final.proof.map((octet, index) => octet ^ signature[index]!);
  if (!timingSafeEqual(hash(clientKey), stored.storedKey)) return 'wrong-credentials';
  return hmac(stored.serverKey, signed);
}

/** Credentials for an unknown user: the same at every attempt, and of the form of real ones. */
function madeUpCredentials(setup: Setup, name: string): StoredScram {
  const derive = (purpose: string): Buffer => hmac(setup.secret, `${purpose}\0${name}`);
  return {
    salt: derive('salt').subarray(0, setup.saltOctets),
    iterations: setup.iterations,
    storedKey: derive('stored key'),
    serverKey: derive('server key'),
  };
}

/** Compares octets in a time that depends on their lengths only. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
