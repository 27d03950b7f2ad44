import { describe, expect, it } from 'vitest';
import { clientFirst, judge, type Mechanism, mechanisms, Negotiation } from '../../src/sasl/index.ts';
import { base64 } from './support.ts';

/** The mechanism that the README of src/sasl shows. */
const TOKEN: Mechanism = {
  name: 'X-TOKEN',
  clientFirst: true,
  plaintext: true,
  usable: ({ hooks }) => hooks.authenticator !== undefined,
  start: (context) =>
    clientFirst((octets) => {
      const claim = { mechanism: 'X-TOKEN', authcid: null, authzid: null };
      return judge(context, claim, {
        kind: 'other',
        mechanism: 'X-TOKEN',
        token: Buffer.from(octets).toString(),
      });
    }),
};

describe('a mechanism of your own', () => {
  const registry = mechanisms({ custom: [TOKEN] });

  it.each([
    [
      'sesame',
      {
        status: 'success',
        identity: { mechanism: 'X-TOKEN', authcid: 'ali', authzid: null, identity: 'ali' },
      },
    ],
    ['simsim', { status: 'failure', reason: 'credentials', code: 'wrong-credentials' }],
  ])('%s', (token, expected) => {
    const seen: unknown[] = [];
    const attempt = new Negotiation(registry.get('X-TOKEN')!, {
      hooks: {
        authenticator(credentials) {
          seen.push(credentials);
          const known = credentials.kind === 'other' && credentials['token'] === 'sesame';
          return known ? { authenticated: true, identity: 'ali' } : false;
        },
      },
    });
    expect(attempt.begin(base64(token))).toMatchObject(expected);
    expect(seen).toEqual([{ kind: 'other', mechanism: 'X-TOKEN', token }]);
  });
});
