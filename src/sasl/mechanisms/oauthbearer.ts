import { GivenToken } from '../credentials.ts';
import { readGS2Header } from './gs2.ts';
import { clientFirst, explain, type Move, refuse } from '../state-machine.ts';
import type { Mechanism, SASLContext } from '../mechanism.ts';
import { bearerToken, verifyToken, type OAuthOptions, readPairs, SEPARATOR } from './oauth.ts';
import { ascii, preparedName, utf8 } from '../text.ts';

/**
 * OAUTHBEARER (RFC 7628): `n,a=USER,^Ahost=HOST^Aport=PORT^Aauth=Bearer TOKEN^A^A`. When the token is refused the client
 * gets JSON that says why, answers `^A`, and then the exchange fails.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const hooks = { authenticator: ({ user, token }) => user === 'user@example.com' && token === 'vF9dft4qmTc2Nvb3' };
 * const message = (token) => Buffer.from(`n,a=user@example.com,\x01auth=Bearer ${token}\x01\x01`);
 * const step = sasl.oauthBearer().start({ hooks }).step(message('vF9dft4qmTc2Nvb3'));
 * assert(step.status === 'success' && step.identity.identity === 'user@example.com');
 * const refused = sasl.oauthBearer().start({ hooks }).step(message('other'));
 * assert(Buffer.from(refused.octets).toString() === '{"status":"invalid_token"}');
 */
export function oauthBearer(options: OAuthOptions = {}): Mechanism {
  return {
    name: 'OAUTHBEARER',
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
  const header = readGS2Header(text);
  // No channel binding is defined for it.
  if (header === undefined || typeof header.binding === 'object') return refuse('malformed');
  const body = text.slice(header.length);
  const pairs = body.startsWith(SEPARATOR) ? readPairs(body.slice(1)) : undefined;
  if (pairs === undefined) return refuse('malformed');
  const auth = pairs.get('auth');
  const token = bearerToken(auth);
  const port = readPort(pairs.get('port'));
  if (port === undefined) return refuse('malformed');
  // An empty value is the question which scope is needed (RFC 7628 section 3.2.2 and 4.3).
  if (auth === '') return explain(ascii(failureText(options)), 'wrong-credentials');
  if (token === undefined) return refuse('malformed');
  const user = header.authzid === null ? null : preparedName(context, header.authzid);
  if (user === undefined) return refuse('unprepared');
  const host = pairs.get('host') ?? null;
  if (!isMeant(context, host, port)) return refuse('wrong-service');
  const credentials = new GivenToken({ mechanism: 'OAUTHBEARER', user, host, port }, token);
  return verifyToken(context, credentials, (status) => failureText(options, status));
}

/** Null without a port, undefined for what is none. */
function readPort(value: string | undefined): number | null | undefined {
  if (value === undefined) return null;
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Whether this is the server that the client wanted to talk to (RFC 7628 section 3.1). */
function isMeant({ service }: SASLContext, host: string | null, port: number | null): boolean {
  const { hosts, ports } = service ?? {};
  const hostFits =
    host === null || hosts === undefined || hosts.some((name) => name.toLowerCase() === host.toLowerCase());
  return hostFits && (port === null || ports === undefined || ports.includes(port));
}

function failureText({ scope, openidConfiguration }: OAuthOptions, status = 'invalid_token'): string {
  return JSON.stringify({ status, scope, 'openid-configuration': openidConfiguration });
}
