/** What a server stores for SCRAM-SHA-256 instead of a password (RFC 5802 section 3, RFC 7677). */

import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { saslprep } from './saslprep.ts';
import { optionError } from '../wire/messages/option-error.ts';
import { heard } from '../wire/heard.ts';
import { object } from '../wire/messages/option-names.ts';

export interface ScramCredentials {
  readonly salt: Uint8Array;
  /** At least 4096 (RFC 7677 section 4). */
  readonly iterations: number;
  /** 32 octets: H(HMAC(SaltedPassword, "Client Key")). */
  readonly storedKey: Uint8Array;
  /** 32 octets: HMAC(SaltedPassword, "Server Key"). */
  readonly serverKey: Uint8Array;
}

export interface ScramCredentialsOptions {
  /** Default 15,000. More make guessing passwords slower, and every authentication, too. */
  readonly iterations?: number;
  /** Default: 16 fresh random octets. */
  readonly salt?: Uint8Array;
  /** Default: `saslprep`. It must be the one that the server uses. */
  readonly prepare?: (password: string) => string;
}

const CREDENTIALS_OPTIONS: Record<keyof ScramCredentialsOptions, true> = {
  iterations: true,
  salt: true,
  prepare: true,
};

const DIGEST = 'sha256';
export const DIGEST_OCTETS = 32;
const LEAST_ITERATIONS = 4096;
export const DEFAULT_ITERATIONS = 15_000;
export const SALT_OCTETS = 16;

/**
 * Makes what to store for a password. The password cannot be read from it; whoever steals it can search for the password
 * offline, at the price of `iterations` hashes for each guess.
 *
 * @throws RangeError for fewer than 4096 iterations; Error for a password that SASLprep refuses or empties.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const stored = await sasl.scramCredentialsOf('pencil', { iterations: 4096 });
 * assert(stored.salt.length === 16 && stored.storedKey.length === 32 && stored.serverKey.length === 32);
 */
export function scramCredentialsOf(
  password: string,
  options: ScramCredentialsOptions = {},
): Promise<ScramCredentials> {
  return heard(makeCredentials(password, options));
}

async function makeCredentials(
  password: string,
  options: ScramCredentialsOptions,
): Promise<ScramCredentials> {
  object('', options, CREDENTIALS_OPTIONS);
  const { iterations = DEFAULT_ITERATIONS, salt = randomBytes(SALT_OCTETS), prepare = saslprep } = options;
  checkIterations(iterations);
  if (salt.length === 0) throw new RangeError('salt: at least one octet is expected');
  const text = prepare(password);
  if (text === '') throw new Error('nothing is left of the password after SASLprep');
  const salted = await stretch(text, salt, iterations);
  return {
    salt,
    iterations,
    storedKey: hash(hmac(salted, 'Client Key')),
    serverKey: hmac(salted, 'Server Key'),
  };
}

/**
 * Tells whether a password belongs to stored credentials, in a time that depends on neither.
 *
 * @param password as prepared by the server, which hooks receive it as.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const stored = await sasl.scramCredentialsOf('pencil');
 * assert(await sasl.passwordMatches('pencil', stored));
 * assert(!(await sasl.passwordMatches('Pencil', stored)));
 */
export function passwordMatches(password: string, stored: ScramCredentials): Promise<boolean> {
  return heard(compare(password, stored));
}

async function compare(password: string, stored: ScramCredentials): Promise<boolean> {
  checkStored(stored);
  const salted = await stretch(password, stored.salt, stored.iterations);
  return timingSafeEqual(hash(hmac(salted, 'Client Key')), stored.storedKey);
}

/**
 * Writes credentials as one line: `SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY`, octets in base64, as RFC 5803 and
 * PostgreSQL have it.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const stored = await sasl.scramCredentialsOf('pencil');
 * const again = sasl.parseScramCredentials(sasl.formatScramCredentials(stored));
 * assert(await sasl.passwordMatches('pencil', again));
 */
export function formatScramCredentials(stored: ScramCredentials): string {
  checkStored(stored);
  const [salt, key, server] = [stored.salt, stored.storedKey, stored.serverKey].map(encodeBase64);
  return `SCRAM-SHA-256$${stored.iterations}:${salt}$${key}:${server}`;
}

/**
 * Reads what `formatScramCredentials` writes.
 *
 * @throws TypeError when the line is anything else; it quotes nothing of it.
 */
export function parseScramCredentials(line: string): ScramCredentials {
  const match = /^SCRAM-SHA-256\$([1-9]\d{0,9}):([^$:]+)\$([^$:]+):([^$:]+)$/.exec(line);
  const [salt, storedKey, serverKey] = match === null ? [] : match.slice(2, 5).map(decodeBase64);
  if (match === null || !salt || !storedKey || !serverKey) {
    throw new TypeError('SCRAM credentials: SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY is expected');
  }
  const stored = { salt, iterations: Number(match[1]), storedKey, serverKey };
  checkStored(stored);
  return stored;
}

/** @throws RangeError for fewer iterations than RFC 7677 section 4 allows, or more than node:crypto takes. */
export function checkIterations(iterations: number): void {
  if (!Number.isSafeInteger(iterations) || iterations < LEAST_ITERATIONS || iterations > 2 ** 31 - 1)
    throw optionError(
      'ERR_OUT_OF_RANGE',
      `iterations: an integer from ${LEAST_ITERATIONS} to 2147483647 is expected`,
    );
}

/** @throws TypeError that says what is wrong with stored credentials, and quotes nothing of them. */
export function checkStored(stored: ScramCredentials): void {
  const { salt, iterations, storedKey, serverKey } = stored;
  const keys = [storedKey, serverKey];
  if (!(salt instanceof Uint8Array) || salt.length === 0)
    throw new TypeError('SCRAM credentials: salt must be octets');
  if (!Number.isSafeInteger(iterations) || iterations < LEAST_ITERATIONS)
    throw new TypeError(
      `SCRAM credentials: iterations must be at least ${LEAST_ITERATIONS} (RFC 7677 section 4)`,
    );
  if (!keys.every((key) => key instanceof Uint8Array && key.length === DIGEST_OCTETS))
    throw new TypeError(`SCRAM credentials: storedKey and serverKey must be ${DIGEST_OCTETS} octets each`);
}

export function hmac(key: Uint8Array, data: string | Uint8Array): Buffer {
  return createHmac(DIGEST, key).update(data).digest();
}

export function hash(data: Uint8Array): Buffer {
  return createHash(DIGEST).update(data).digest();
}

function stretch(password: string, salt: Uint8Array, iterations: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, DIGEST_OCTETS, DIGEST, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
