import { GivenPassword } from '../credentials.ts';
import { verify } from '../verify.ts';
import { ask, type Move, refuse, serverFirstTolerant } from '../state-machine.ts';
import type { Mechanism, SASLContext } from '../mechanism.ts';
import { ascii, prepared, preparedName, utf8 } from '../text.ts';

const USERNAME = ascii('Username:');
const PASSWORD = ascii('Password:');

/**
 * LOGIN (draft-murchison-sasl-login): name, then password. It is obsolete, and the only one that some printers and
 * scanners speak. The name is taken as an initial response, too, as many clients send it.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const hooks = { authenticator: ({ authcid, password }) => authcid === 'tim' && password === 'tanstaaftanstaaf' };
 * const exchange = sasl.login().start({ hooks });
 * assert(Buffer.from(exchange.step(undefined).octets).toString() === 'Username:');
 * assert(Buffer.from(exchange.step(Buffer.from('tim')).octets).toString() === 'Password:');
 * assert(exchange.step(Buffer.from('tanstaaftanstaaf')).status === 'success');
 */
export function login(): Mechanism {
  return {
    name: 'LOGIN',
    clientFirst: false,
    plaintext: true,
    usable: ({ hooks }) => hooks.authenticator !== undefined,
    start: (context) => serverFirstTolerant(USERNAME, (name) => takeName(context, name)),
  };
}

function takeName(context: SASLContext, octets: Uint8Array): Move {
  const name = line(octets);
  if (typeof name !== 'string') return name;
  return ask(PASSWORD, (password) => takePassword(context, name, password));
}

function takePassword(context: SASLContext, name: string, octets: Uint8Array): Move | PromiseLike<Move> {
  const secret = line(octets);
  if (typeof secret !== 'string') return secret;
  const authcid = preparedName(context, name);
  const password = prepared(context, secret);
  if (authcid === undefined || password === undefined) return refuse('unprepared');
  const claim = { mechanism: 'LOGIN', authcid, authzid: null };
  return verify(context, claim, new GivenPassword(claim, password));
}

/** One text of LOGIN: not empty, no NUL. */
function line(octets: Uint8Array): string | Move {
  const text = utf8(octets);
  if (text === undefined) return refuse('not-utf8');
  return text === '' || text.includes('\0') ? refuse('malformed') : text;
}
