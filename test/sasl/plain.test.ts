import { describe, expect, it } from 'vitest';
import { login, plain, type SASLContext, type SASLHooks } from '../../src/sasl/index.ts';
import { dialogue, revealed } from './support.ts';

/** Hooks that accept everybody and record what they were asked. */
function witness(): { context: SASLContext; seen: unknown[] } {
  const seen: unknown[] = [];
  const hooks: SASLHooks = {
    authenticator(credentials) {
      seen.push(revealed(credentials));
      return true;
    },
    authorize: () => true,
  };
  return { context: { hooks }, seen };
}

const long = 'n'.repeat(255);
const longUtf8 = 'ä'.repeat(255);

describe('PLAIN (RFC 4616, rule 64)', () => {
  it.each([
    ['\0tim\0tanstaaftanstaaf', { authcid: 'tim', authzid: null, password: 'tanstaaftanstaaf' }],
    ['Ursel\0Kurt\0xipj3plmq', { authcid: 'Kurt', authzid: 'Ursel', password: 'xipj3plmq' }],
    ['\0a\0b', { authcid: 'a', authzid: null, password: 'b' }],
    [`\0${long}\0${long}`, { authcid: long, authzid: null, password: long }],
    [`\0${longUtf8}\0${longUtf8}`, { authcid: longUtf8, authzid: null, password: longUtf8 }],
    [`${long}\0${long}\0${'p'.repeat(9000)}`, { authcid: long, authzid: long, password: 'p'.repeat(9000) }],
    ['\0I\u00adX\0\u2168', { authcid: 'IX', authzid: null, password: 'IX' }],
    ['\0 a b \0 c ', { authcid: ' a b ', authzid: null, password: ' c ' }],
    ['\0a=2Cb\0=', { authcid: 'a=2Cb', authzid: null, password: '=' }],
  ])('hands over %j', async (message, expected) => {
    const { context, seen } = witness();
    const { authcid, authzid } = expected;
    expect(await dialogue(plain(), context, message)).toEqual([
      { mechanism: 'PLAIN', authcid, authzid, identity: authzid ?? authcid },
    ]);
    expect(seen).toEqual([{ kind: 'password', mechanism: 'PLAIN', ...expected }]);
  });

  it.each([
    ['', 'protocol: malformed'],
    ['tim', 'protocol: malformed'],
    ['\0', 'protocol: malformed'],
    ['\0tim', 'protocol: malformed'],
    ['tim\0secret', 'protocol: malformed'],
    ['\0\0', 'protocol: malformed'],
    ['\0\0secret', 'protocol: malformed'],
    ['\0tim\0', 'protocol: malformed'],
    ['zid\0\0', 'protocol: malformed'],
    ['\0tim\0secret\0', 'protocol: malformed'],
    ['\0tim\0sec\0ret', 'protocol: malformed'],
    ['\0\0tim\0secret', 'protocol: malformed'],
    [Buffer.from([0, 0xc3, 0, 0x61]), 'protocol: not-utf8'],
    [Buffer.from([0, 0x61, 0, 0xff]), 'protocol: not-utf8'],
    [Buffer.from([0xed, 0xa0, 0x80, 0, 0x61, 0, 0x61]), 'protocol: not-utf8'],
    ['\0t\u0007m\0secret', 'credentials: unprepared'],
    ['\0tim\0sec\nret', 'credentials: unprepared'],
    ['\0tim\0sec\u007fret', 'credentials: unprepared'],
    ['z\u0001\0tim\0secret', 'credentials: unprepared'],
    ['\0\u00ad\0secret', 'credentials: unprepared'],
    ['\0tim\0\u00ad', 'credentials: unprepared'],
    [`\0${'n'.repeat(1025)}\0secret`, 'credentials: unprepared'],
  ])('refuses %j and asks nobody', async (message, expected) => {
    const { context, seen } = witness();
    expect(await dialogue(plain(), context, message)).toEqual([expected]);
    expect(seen).toEqual([]);
  });

  it('asks by an empty challenge when there is no initial response', async () => {
    const { context } = witness();
    expect(await dialogue(plain(), context, undefined, '\0tim\0x')).toEqual([
      { challenge: '' },
      { mechanism: 'PLAIN', authcid: 'tim', authzid: null, identity: 'tim' },
    ]);
  });

  it('refuses every truncation of a message, or reads less of its password', async () => {
    const { context, seen } = witness();
    const message = 'Ursel\0Kurt\0xi';
    const ends: unknown[] = [];
    for (let length = 0; length <= message.length; length++) {
      const [step] = await dialogue(plain(), context, message.slice(0, length));
      ends.push(typeof step === 'string' ? step : 'success');
    }
    expect(ends).toEqual([...Array.from({ length: 12 }, () => 'protocol: malformed'), 'success', 'success']);
    expect(seen).toMatchObject([{ password: 'x' }, { password: 'xi' }]);
  });

  it('keeps a byte order mark from hiding in a name', async () => {
    const { context, seen } = witness();
    await dialogue(plain(), { ...context, prepare: (text) => text }, '\0\ufefftim\0x');
    expect(seen).toMatchObject([{ authcid: '\ufefftim' }]);
  });
});

describe('LOGIN (rule 65)', () => {
  const success = { mechanism: 'LOGIN', authcid: 'tim', authzid: null, identity: 'tim' };

  it('prompts for name and password', async () => {
    const { context, seen } = witness();
    expect(await dialogue(login(), context, undefined, 'tim', 'tanstaaftanstaaf')).toEqual([
      { challenge: 'Username:' },
      { challenge: 'Password:' },
      success,
    ]);
    expect(seen).toEqual([
      { kind: 'password', mechanism: 'LOGIN', authcid: 'tim', authzid: null, password: 'tanstaaftanstaaf' },
    ]);
  });

  it('takes the name as an initial response', async () => {
    const { context } = witness();
    expect(await dialogue(login(), context, 'tim', 'tanstaaftanstaaf')).toEqual([
      { challenge: 'Password:' },
      success,
    ]);
  });

  it.each([
    [[''], 'protocol: malformed'],
    [['t\0m'], 'protocol: malformed'],
    [[Buffer.from([0xff])], 'protocol: not-utf8'],
    [['tim', ''], 'protocol: malformed'],
    [['tim', 'a\0b'], 'protocol: malformed'],
    [['tim', Buffer.from([0xff])], 'protocol: not-utf8'],
    [['t\u0001m', 'x'], 'credentials: unprepared'],
    [['tim', '\u0001'], 'credentials: unprepared'],
    [['n'.repeat(1025), 'x'], 'credentials: unprepared'],
  ])('refuses %j and asks nobody', async (responses, expected) => {
    const { context, seen } = witness();
    expect((await dialogue(login(), context, undefined, ...responses)).at(-1)).toBe(expected);
    expect(seen).toEqual([]);
  });
});
