import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { callHook, resolveIdentity } from '../verify.ts';
import { type Move, refuse, serverFirst } from '../state-machine.ts';
import type { Mechanism, SASLContext } from '../mechanism.ts';
import { ascii, prepared, preparedName, utf8 } from '../text.ts';

export interface CramOptions {
  /** Makes the challenge, in angle brackets and never the same twice; for tests. */
  readonly challenge?: (host: string) => string;
}

/**
 * CRAM-MD5 (RFC 2195): an HMAC over a challenge. The server must keep every password in clear, and one overheard exchange
 * can be searched offline. Offer it only for devices that support nothing else.
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * const challenge = () => '<1896.697170952@postoffice.reston.mci.net>';
 * const hooks = { cramSecret: (name) => (name === 'tim' ? 'tanstaaftanstaaf' : undefined) };
 * const exchange = sasl.cramMD5({ challenge }).start({ hooks });
 * assert(Buffer.from(exchange.step(undefined).octets).toString() === challenge());
 * const step = exchange.step(Buffer.from('tim b913a602c7eda7a495b4e6e7334d3890'));
 * assert(step.status === 'success' && step.identity.identity === 'tim');
 */
export function cramMD5(options: CramOptions = {}): Mechanism {
  const makeChallenge = options.challenge ?? ((host) => `<${randomBytes(18).toString('hex')}@${host}>`);
  return {
    name: 'CRAM-MD5',
    clientFirst: false,
    plaintext: false,
    usable: ({ hooks }) => hooks.cramSecret !== undefined,
    start(context) {
      const challenge = ascii(makeChallenge(context.service?.host ?? 'localhost'));
      return serverFirst(challenge, (response) => takeResponse(context, challenge, response));
    },
  };
}

function takeResponse(
  context: SASLContext,
  challenge: Uint8Array,
  response: Uint8Array,
): Move | PromiseLike<Move> {
  const text = utf8(response);
  if (text === undefined) return refuse('not-utf8');
  const parts = /^([^\0]+) ([0-9a-f]{32})$/.exec(text);
  if (parts === null) return refuse('malformed');
  const authcid = preparedName(context, parts[1]!);
  if (authcid === undefined) return refuse('unprepared');
  const given = Buffer.from(parts[2]!, 'hex');
  const { hooks, session } = context;
  return callHook(
    () => {
      if (hooks.cramSecret === undefined) throw new TypeError('there is no hook cramSecret');
      return hooks.cramSecret(authcid, session);
    },
    (stored) => {
      const known = typeof stored === 'string' && stored !== '';
      const secret = known ? prepared(context, stored) : undefined;
      const expected = createHmac('md5', secret ?? randomBytes(16))
        .update(challenge)
        .digest();
      if (!timingSafeEqual(given, expected) || secret === undefined) return refuse('wrong-credentials');
      return resolveIdentity(context, { mechanism: 'CRAM-MD5', authcid, authzid: null }, {});
    },
  );
}
