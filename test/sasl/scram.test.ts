import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SASLContext, scramCredentialsOf, scramSHA256, type StoredScram } from '../../src/sasl/index.ts';
import { base64, dialogue, saslName, ScramClient, shown, text } from './support.ts';

/** The exchange of RFC 7677 section 3. */
const RFC = {
  salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'),
  first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverNonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  final:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};
const NONCE = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const PROOF = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
const pencil = await scramCredentialsOf('pencil', { salt: RFC.salt, iterations: 4096 });

function lookup(name: string): StoredScram | undefined {
  return name === 'user' ? pencil : undefined;
}

const context: SASLContext = { hooks: { scramCredentials: lookup } };
const rfcMechanism = scramSHA256({ nonce: () => RFC.serverNonce });
const user = { mechanism: 'SCRAM-SHA-256', authcid: 'user', authzid: null, identity: 'user' };

describe('SCRAM-SHA-256 (RFC 5802, RFC 7677, rule 66)', () => {
  it('speaks the exchange of RFC 7677 section 3', async () => {
    expect(await dialogue(rfcMechanism, context, RFC.first, RFC.final)).toEqual([
      { challenge: RFC.serverFirst },
      { ...user, final: RFC.serverFinal },
    ]);
  });

  it('asks by an empty challenge when there is no initial response', async () => {
    expect(await dialogue(rfcMechanism, context, undefined, RFC.first, RFC.final)).toEqual([
      { challenge: '' },
      { challenge: RFC.serverFirst },
      { ...user, final: RFC.serverFinal },
    ]);
  });

  it.each([
    ['', 'protocol: malformed'],
    ['n', 'protocol: malformed'],
    ['n,', 'protocol: malformed'],
    ['n,,', 'protocol: malformed'],
    ['n=user,r=abc', 'protocol: malformed'],
    ['x,,n=user,r=abc', 'protocol: malformed'],
    ['N,,n=user,r=abc', 'protocol: malformed'],
    ['n,a=,n=user,r=abc', 'protocol: malformed'],
    ['n,b=x,n=user,r=abc', 'protocol: malformed'],
    ['n,a=x=y,n=user,r=abc', 'protocol: malformed'],
    ['p,,n=user,r=abc', 'protocol: malformed'],
    ['p=,,n=user,r=abc', 'protocol: malformed'],
    ['p=tls_exporter,,n=user,r=abc', 'protocol: malformed'],
    ['p=tls-exporter,,n=user,r=abc', 'protocol: malformed'],
    ['n,,n=user', 'protocol: malformed'],
    ['n,,n=,r=abc', 'protocol: malformed'],
    ['n,,r=abc,n=user', 'protocol: malformed'],
    ['n,,n=user,r=', 'protocol: malformed'],
    ['n,,n=user,r=a b', 'protocol: malformed'],
    ['n,,n=user,r=ä', 'protocol: malformed'],
    ['n,,n=user,r=a\u007f', 'protocol: malformed'],
    ['n,,n=user,r=abc,', 'protocol: malformed'],
    ['n,,n=user,r=abc,x', 'protocol: malformed'],
    ['n,,n=user,r=abc,x=', 'protocol: malformed'],
    ['n,,n=user,r=abc,xy=1', 'protocol: malformed'],
    ['n,,n=user,r=abc,m=1', 'protocol: malformed'],
    ['n,,n=user\0,r=abc', 'protocol: malformed'],
    ['n,,n=us=er,r=abc', 'protocol: malformed'],
    ['n,,n=us=2cer,r=abc', 'protocol: malformed'],
    ['n,,n=us=,r=abc', 'protocol: malformed'],
    ['n,,n=user,r=abc\n', 'protocol: malformed'],
    ['n,,m=x,n=user,r=abc', 'protocol: mandatory-extension'],
    [Buffer.from([0xff]), 'protocol: not-utf8'],
    ['n,,n=us\u0007er,r=abc', 'credentials: unprepared'],
    ['n,a=\u0007,n=user,r=abc', 'credentials: unprepared'],
    [`n,,n=${'u'.repeat(1025)},r=abc`, 'credentials: unprepared'],
  ])('refuses the first message %j', async (message, expected) => {
    expect(await dialogue(rfcMechanism, context, message)).toEqual([expected]);
  });

  it.each([
    ['', 'protocol: malformed'],
    ['*', 'protocol: malformed'],
    [`c=biws,r=${NONCE}`, 'protocol: malformed'],
    [`r=${NONCE},c=biws,p=${PROOF}`, 'protocol: malformed'],
    [`c=biws,p=${PROOF},r=${NONCE}`, 'protocol: malformed'],
    [`c=biw,r=${NONCE},p=${PROOF}`, 'protocol: malformed'],
    [`c=bi ws,r=${NONCE},p=${PROOF}`, 'protocol: malformed'],
    [`c=,r=${NONCE},p=${PROOF}`, 'protocol: malformed'],
    [`c=biws,r=${NONCE},p=`, 'protocol: malformed'],
    [`c=biws,r=${NONCE},p=AAAA`, 'protocol: malformed'],
    [`c=biws,r=${NONCE},p=${PROOF}A`, 'protocol: malformed'],
    [`c=biws,r=${NONCE},p=${PROOF},x=1`, 'protocol: malformed'],
    [`c=biws,r=${NONCE},p=${PROOF},p=${PROOF}`, 'protocol: malformed'],
    [`c=biws,r=${NONCE},p=${PROOF}\0`, 'protocol: malformed'],
    [`c=biws,r=${NONCE},m=1,p=${PROOF}`, 'protocol: malformed'],
    [Buffer.from([0xc3]), 'protocol: not-utf8'],
    [`c=biws,r=rOprNGfwEbeRWgbNEkqO,p=${PROOF}`, 'credentials: nonce'],
    [`c=biws,r=${NONCE}x,p=${PROOF}`, 'credentials: nonce'],
    [`c=biws,r=x${NONCE},p=${PROOF}`, 'credentials: nonce'],
    [`c=eSws,r=${NONCE},p=${PROOF}`, 'credentials: channel-binding'],
    [`c=biwsAA==,r=${NONCE},p=${PROOF}`, 'credentials: channel-binding'],
    [`c=AA==,r=${NONCE},p=${PROOF}`, 'credentials: channel-binding'],
    [`c=biws,r=${NONCE},x=1,p=${PROOF}`, 'credentials: wrong-credentials'],
    [`c=biws,r=${NONCE},p=${'A'.repeat(43)}=`, 'credentials: wrong-credentials'],
  ])('refuses the final message %j', async (message, expected) => {
    expect((await dialogue(rfcMechanism, context, RFC.first, message))[1]).toBe(expected);
  });

  it('refuses every truncation and every changed octet of the final message', async () => {
    for (let at = 0; at < RFC.final.length; at++) {
      const changed = Buffer.from(RFC.final);
      changed[at]! ^= 1;
      for (const message of [RFC.final.slice(0, at), changed]) {
        const [, step] = await dialogue(rfcMechanism, context, RFC.first, message);
        expect(step).toMatch(/^(protocol|credentials): /);
      }
    }
  });

  it('lets an octet of the first message not be changed under way', async () => {
    for (const first of [
      'n,,n=user,r=rOprNGfwEbeRWgbNEkqP',
      'n,,n=usr,r=rOprNGfwEbeRWgbNEkqO',
      'n,,n=user,r=rOprNGfwEbeRWgbNEkqO,x=1',
    ]) {
      const client = new ScramClient({ name: 'user', password: 'pencil' });
      const exchange = rfcMechanism.start(context);
      const challenge = await exchange.step(Buffer.from(first));
      if (challenge.status !== 'challenge') throw new Error('a challenge was due');
      expect(shown(await exchange.step(Buffer.from(client.final(text(challenge.octets)))))).toBe(
        'credentials: wrong-credentials',
      );
    }
  });

  it('takes optional extensions into what is signed', async () => {
    // RFC 7677's user with `,x=1` behind both nonces; the proof is of this conversation.
    const client = new ScramClient({ name: 'user', password: 'pencil', nonce: 'abc,x=1' });
    const exchange = scramSHA256({ nonce: () => 'def' }).start(context);
    const challenge = await exchange.step(Buffer.from(client.first));
    expect(shown(challenge)).toEqual({ challenge: 'r=abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096' });
    const final = client.final('r=abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096');
    expect(shown(await exchange.step(Buffer.from(final)))).toMatchObject(user);
  });

  it('makes a fresh nonce for each exchange', async () => {
    const nonces = new Set<unknown>();
    for (let round = 0; round < 20; round++) {
      const [step] = await dialogue(scramSHA256(), context, RFC.first);
      const { challenge } = step as { challenge: string };
      expect(challenge).toMatch(
        /^r=rOprNGfwEbeRWgbNEkqO[A-Za-z0-9+/]{24},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096$/,
      );
      nonces.add(challenge);
    }
    expect(nonces.size).toBe(20);
  });

  it.each([{ iterations: 4095 }, { iterations: 4096.5 }, { saltOctets: 0 }, { saltOctets: 33 }])(
    'refuses the options %j',
    (options) => {
      expect(() => scramSHA256(options)).toThrow(RangeError);
    },
  );
});

describe('users that do not exist', () => {
  const options = { secret: Buffer.from('kept over restarts'), iterations: 4096 };

  async function greet(name: string, mechanism = scramSHA256(options)): Promise<string> {
    const [step] = await dialogue(mechanism, context, `n,,n=${name},r=abc`);
    return (step as { challenge: string }).challenge.replace(/^r=[^,]+,/, '');
  }

  it('get a salt that stays, differs by name and secret, and looks like any other', async () => {
    const ghost = await greet('ghost');
    expect(ghost).toMatch(/^s=[A-Za-z0-9+/]{22}==,i=4096$/);
    expect(await greet('user')).toMatch(/^s=[A-Za-z0-9+/]{22}==,i=4096$/);
    expect(await greet('ghost')).toBe(ghost);
    expect(await greet('g\u00adhost')).toBe(ghost);
    expect(await greet('spirit')).not.toBe(ghost);
    expect(await greet('ghost', scramSHA256({ ...options, secret: Buffer.from('other') }))).not.toBe(ghost);
    expect(await greet('ghost', scramSHA256())).toMatch(/,i=15000$/);
    expect(await greet('ghost', scramSHA256({ ...options, saltOctets: 32 }))).toMatch(/^s=.{44},i=4096$/);
  });

  it.each([undefined, null])('fail like a wrong password when the hook says %s', async (nobody) => {
    const hooks = { scramCredentials: () => nobody };
    const client = new ScramClient({ name: 'ghost', password: 'pencil' });
    const exchange = scramSHA256(options).start({ hooks });
    const challenge = await exchange.step(Buffer.from(client.first));
    if (challenge.status !== 'challenge') throw new Error('a challenge was due');
    const step = await exchange.step(Buffer.from(client.final(text(challenge.octets))));
    expect(shown(step)).toBe('credentials: wrong-credentials');
  });
});

describe('the hook scramCredentials', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['returns too few iterations', () => ({ ...pencil, iterations: 4095 })],
    ['returns no salt', () => ({ ...pencil, salt: new Uint8Array(0) })],
    ['returns a short key', () => ({ ...pencil, storedKey: pencil.storedKey.subarray(1) })],
    ['returns text for a key', () => ({ ...pencil, serverKey: 'x'.repeat(32) as unknown as Uint8Array })],
  ])('that %s is a temporary failure', async (_name, scramCredentials) => {
    expect(await dialogue(scramSHA256(), { hooks: { scramCredentials } }, RFC.first)).toEqual([
      'temporary: hook-failed',
    ]);
  });

  it('may name the identity and hand data on', async () => {
    const hooks = {
      scramCredentials: async () => ({ ...pencil, identity: 'u@example.org', data: { uid: 7 } }),
    };
    expect((await dialogue(rfcMechanism, { hooks }, RFC.first, RFC.final))[1]).toEqual({
      ...user,
      identity: 'u@example.org',
      data: { uid: 7 },
      final: RFC.serverFinal,
    });
  });

  it('is needed', async () => {
    expect(scramSHA256().usable({ hooks: {} })).toBe(false);
    expect(scramSHA256().usable(context)).toBe(true);
    expect(await dialogue(scramSHA256(), { hooks: {} }, RFC.first)).toEqual(['temporary: hook-failed']);
  });
});

describe('a client written from the standard', () => {
  const name = fc.string({
    unit: fc.constantFrom(...'abz09=,. -@"\\äöß本\u00ad\u2168'),
    minLength: 1,
    maxLength: 12,
  });
  const password = fc.string({ unit: fc.constantFrom(...'aZ9=, !~ä€本'), minLength: 1, maxLength: 12 });

  it('authenticates with any name, authzid and password, and with no other password', async () => {
    await fc.assert(
      fc.asyncProperty(
        name,
        password,
        fc.option(name, { nil: undefined }),
        fc.boolean(),
        async (who, secret, zid, right) => {
          const stored = await scramCredentialsOf(secret, { iterations: 4096, prepare: (given) => given });
          const asked: string[] = [];
          const exchange = scramSHA256().start({
            hooks: { scramCredentials: (given) => (asked.push(given), stored), authorize: () => true },
            prepare: (given) => given,
          });
          const client = new ScramClient({
            name: who,
            password: right ? secret : `${secret}x`,
            ...(zid === undefined ? {} : { authzid: zid }),
          });
          const challenge = await exchange.step(Buffer.from(client.first));
          if (challenge.status !== 'challenge') throw new Error('a challenge was due');
          const step = await exchange.step(Buffer.from(client.final(text(challenge.octets))));
          expect(asked).toEqual([who]);
          if (!right) {
            expect(shown(step)).toBe('credentials: wrong-credentials');
            return;
          }
          expect(step).toMatchObject({
            status: 'success',
            identity: { authcid: who, authzid: zid ?? null, identity: zid ?? who },
          });
          expect(client.believes(text((step as { final: Uint8Array }).final))).toBe(true);
        },
      ),
      { seed: 5802, numRuns: 60 },
    );
  });

  it('escapes names as the server reads them', () => {
    expect(saslName('a=b,c')).toBe('a=3Db=2Cc');
    expect(base64('n,,')).toBe('biws');
  });
});
