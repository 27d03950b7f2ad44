import { GivenPassword } from '../credentials.ts';
import { verify } from '../verify.ts';
import { clientFirst, type Move, refuse } from '../state-machine.ts';
import type { Mechanism, SASLContext } from '../mechanism.ts';
import { prepared, preparedName, utf8 } from '../text.ts';

/**
 * PLAIN (RFC 4616): `[authzid] NUL authcid NUL password` in one message.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const hooks = { authenticator: ({ authcid, password }) => authcid === 'tim' && password === 'tanstaaftanstaaf' };
 * const exchange = sasl.plain().start({ hooks });
 * const step = exchange.step(Buffer.from('\0tim\0tanstaaftanstaaf'));
 * assert(step.status === 'success' && step.identity.identity === 'tim');
 */
export function plain(): Mechanism {
  return {
    name: 'PLAIN',
    clientFirst: true,
    plaintext: true,
    usable: ({ hooks }) => hooks.authenticator !== undefined,
    start: (context) => clientFirst((message) => takeMessage(context, message)),
  };
}

function takeMessage(context: SASLContext, message: Uint8Array): Move | PromiseLike<Move> {
  const text = utf8(message);
  if (text === undefined) return refuse('not-utf8');
  const [zid, cid, secret, ...more] = text.split('\0');
  if (!cid || !secret || more.length > 0) return refuse('malformed');
  const authcid = preparedName(context, cid);
  const password = prepared(context, secret);
  const authzid = zid ? preparedName(context, zid) : null;
  if (authcid === undefined || password === undefined || authzid === undefined) return refuse('unprepared');
  const claim = { mechanism: 'PLAIN', authcid, authzid };
  return verify(context, claim, new GivenPassword(claim, password));
}
