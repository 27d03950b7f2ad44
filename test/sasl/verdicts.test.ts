import { describe, expect, it } from 'vitest';
import { failure, FAILURE_CODES, plain, type SASLHooks, type Verdict } from '../../src/sasl/index.ts';
import { dialogue, shown } from './support.ts';

const tim = { mechanism: 'PLAIN', authcid: 'tim', authzid: null, identity: 'tim' };
const asBoss = { ...tim, authzid: 'boss' };

async function run(hooks: SASLHooks, message = '\0tim\0secret'): Promise<unknown> {
  return (await dialogue(plain(), { hooks }, message))[0];
}

describe('the verdict of an authenticator', () => {
  it.each<[Verdict, unknown]>([
    [true, tim],
    [false, 'credentials: wrong-credentials'],
    [{ authenticated: true }, tim],
    [
      { authenticated: true, identity: 'tim@example.org' },
      { ...tim, identity: 'tim@example.org' },
    ],
    [
      { authenticated: true, data: { uid: 7 } },
      { ...tim, data: { uid: 7 } },
    ],
    [{ authenticated: false }, 'credentials: wrong-credentials'],
    [{ authenticated: false, temporary: true }, 'temporary: unavailable'],
    [{ authenticated: false, oauthStatus: 'ignored here' }, 'credentials: wrong-credentials'],
  ])('%j', async (verdict, expected) => {
    expect(await run({ authenticator: () => verdict })).toEqual(expected);
    expect(await run({ authenticator: () => Promise.resolve(verdict) })).toEqual(expected);
  });

  it.each([undefined, null, 0, 1, 'true', '', [], {}, { authenticated: 'true' }, { authenticated: 1 }])(
    '%j is none: nobody is let in, and the log hears of it',
    async (verdict) => {
      expect(await run({ authenticator: () => verdict as unknown as Verdict })).toBe(
        'temporary: hook-failed',
      );
    },
  );

  it.each(['', 7, null])('an identity of %j is none', async (identity) => {
    const authenticator = () => ({ authenticated: true, identity: identity as string }) as const;
    expect(await run({ authenticator })).toBe('temporary: hook-failed');
  });

  it('a hook that throws or rejects is a temporary failure that carries the error', async () => {
    const error = new Error('the directory is down');
    const throwing = () => {
      throw error;
    };
    for (const authenticator of [throwing, () => Promise.reject(error)]) {
      const step = await plain().start({ hooks: { authenticator } }).step(Buffer.from('\0tim\0secret'));
      expect(step).toEqual(failure('hook-failed', error));
    }
  });

  it('without an authenticator nobody is let in, and the mechanism is not usable', async () => {
    expect(await run({})).toBe('temporary: hook-failed');
    expect(plain().usable({ hooks: {} })).toBe(false);
  });

  it('a synchronous hook gives a step, not a promise', () => {
    const step = plain()
      .start({ hooks: { authenticator: () => true } })
      .step(Buffer.from('\0tim\0secret'));
    expect('then' in step ? 'a promise' : shown(step)).toEqual(tim);
  });

  it('hands the session on', async () => {
    const session = { id: 7 };
    const seen: unknown[] = [];
    const hooks: SASLHooks<typeof session> = {
      authenticator: (_credentials, given) => (seen.push(given.id), true),
      authorize: (_request, given) => (seen.push(given.id), true),
    };
    await dialogue(plain(), { hooks, session }, 'boss\0tim\0secret');
    expect(seen).toEqual([7, 7]);
  });
});

describe('acting as somebody else', () => {
  const authenticator = () => true;
  const asked: unknown[] = [];

  it.each<[string, SASLHooks, string, unknown]>([
    ['is refused without a hook', { authenticator }, 'boss\0tim\0x', 'credentials: not-authorized'],
    ['is no question when it is oneself', { authenticator }, 'tim\0tim\0x', { ...tim, authzid: 'tim' }],
    [
      'is no question when it is oneself after SASLprep',
      { authenticator },
      'ti\u00adm\0tim\0x',
      { ...tim, authzid: 'tim' },
    ],
    [
      'is allowed by true',
      { authenticator, authorize: () => true },
      'boss\0tim\0x',
      { ...asBoss, identity: 'boss' },
    ],
    [
      'is allowed by a promise of true',
      { authenticator, authorize: () => Promise.resolve(true) },
      'boss\0tim\0x',
      { ...asBoss, identity: 'boss' },
    ],
    [
      'is refused by false',
      { authenticator, authorize: () => false },
      'boss\0tim\0x',
      'credentials: not-authorized',
    ],
    [
      'is refused by anything else',
      { authenticator, authorize: () => 'yes' as unknown as boolean },
      'boss\0tim\0x',
      'credentials: not-authorized',
    ],
    [
      'fails for now when the hook throws',
      {
        authenticator,
        authorize: () => {
          throw new Error('down');
        },
      },
      'boss\0tim\0x',
      'temporary: hook-failed',
    ],
    [
      'is settled by the authenticator that names the identity',
      {
        authenticator: () => ({ authenticated: true, identity: 'shared' }),
        authorize: () => asked.push(1) > 0,
      },
      'boss\0tim\0x',
      { ...asBoss, identity: 'shared' },
    ],
  ])('%s', async (_name, hooks, message, expected) => {
    expect(await run(hooks, message)).toEqual(expected);
    expect(asked).toEqual([]);
  });
});

describe('the catalogue of failures', () => {
  it.each(Object.entries(FAILURE_CODES))(
    '%s has a reason and one plain sentence',
    (_code, [reason, detail]) => {
      expect(['credentials', 'protocol', 'temporary', 'cancelled']).toContain(reason);
      expect(detail).toMatch(/^[\x20-\x7e]{10,120}$/);
    },
  );
});
