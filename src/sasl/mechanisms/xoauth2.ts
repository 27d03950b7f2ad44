import { GivenToken } from '../credentials.ts';
import { clientFirst, type Move, refuse } from '../state-machine.ts';
import type { Mechanism, SASLContext } from '../mechanism.ts';
import { bearerToken, verifyToken, type OAuthOptions, readPairs, SEPARATOR } from './oauth.ts';
import { preparedName, utf8 } from '../text.ts';

/**
 * XOAUTH2 (https://developers.google.com/gmail/imap/xoauth2-protocol): `user=USER^Aauth=Bearer TOKEN^A^A`. The predecessor
 * of OAUTHBEARER, which more clients support.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const hooks = { authenticator: ({ user, token }) => user === 'someuser@example.com' && token === 'ya29.vF9dft4qmTc2' };
 * const message = Buffer.from('user=someuser@example.com\x01auth=Bearer ya29.vF9dft4qmTc2\x01\x01');
 * const step = sasl.xoauth2().start({ hooks }).step(message);
 * assert(step.status === 'success' && step.identity.identity === 'someuser@example.com');
 */
export function xoauth2(options: OAuthOptions = {}): Mechanism {
  return {
    name: 'XOAUTH2',
    clientFirst: true,
    plaintext: true,
    usable: ({ hooks }) => hooks.authenticator !== undefined,
    start: (context) => clientFirst((message) => takeMessage(context, options, message)),
  };
}

function takeMessage(
  context: SASLContext,
  options: OAuthOptions,
  message: Uint8Array,
): Move | PromiseLike<Move> {
  const text = utf8(message);
  if (text === undefined) return refuse('not-utf8');
  // The user may hold more than ASCII, so `readPairs` cannot read it.
  const end = text.indexOf(SEPARATOR);
  const name = text.startsWith('user=') ? text.slice('user='.length, end) : '';
  const token = end < 0 ? undefined : bearerToken(readPairs(text.slice(end + 1))?.get('auth'));
  if (name === '' || name.includes('\0') || token === undefined) return refuse('malformed');
  const user = preparedName(context, name);
  if (user === undefined) return refuse('unprepared');
  const credentials = new GivenToken({ mechanism: 'XOAUTH2', user, host: null, port: null }, token);
  return verifyToken(context, credentials, (status) =>
    JSON.stringify({ status: status ?? '400', schemes: 'Bearer', scope: options.scope }),
  );
}
