import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  accountHooks,
  formatScramCredentials,
  login,
  type Mechanism,
  mechanisms,
  parseScramCredentials,
  passwordMatches,
  plain,
  type SASLContext,
  saslprep,
  scramCredentialsOf,
  scramSHA256,
  type StoredScram,
  usableMechanisms,
} from '../../src/sasl/index.ts';
import { dialogue } from './support.ts';

/** RFC 7677's example; its keys follow from the standard's own proof and signature. */
const LINE =
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=';

describe('stored credentials', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');

  it('are what the standard computes, written as PostgreSQL writes them', async () => {
    expect(formatScramCredentials(await scramCredentialsOf('pencil', { salt, iterations: 4096 }))).toBe(LINE);
  });

  it('read back', async () => {
    const stored = parseScramCredentials(LINE);
    expect(formatScramCredentials(stored)).toBe(LINE);
    expect(await passwordMatches('pencil', stored)).toBe(true);
    expect(await passwordMatches('pencil ', stored)).toBe(false);
    expect(await passwordMatches('', stored)).toBe(false);
  });

  it('have 15,000 iterations and a fresh salt', async () => {
    const [one, two] = await Promise.all([scramCredentialsOf('x'), scramCredentialsOf('x')]);
    expect([one.iterations, one.salt.length]).toEqual([15_000, 16]);
    expect(Buffer.from(one.salt).equals(two.salt)).toBe(false);
  });

  it('are of the prepared password', async () => {
    const stored = await scramCredentialsOf('I\u00adX', { iterations: 4096 });
    expect(await passwordMatches('IX', stored)).toBe(true);
    const raw = await scramCredentialsOf('I\u00adX', { iterations: 4096, prepare: (text) => text });
    expect(await passwordMatches('IX', raw)).toBe(false);
  });

  it.each([
    ['x', { iterations: 4095 }, RangeError],
    ['x', { iterations: 2 ** 31 }, RangeError],
    ['x', { iterations: Number.NaN }, RangeError],
    ['x', { salt: new Uint8Array(0) }, RangeError],
    ['', {}, Error],
    ['\u00ad', {}, Error],
    ['\u0007', {}, Error],
  ])('of %j with %j are refused', async (password, options, kind) => {
    await expect(scramCredentialsOf(password, options)).rejects.toBeInstanceOf(kind);
  });

  it.each([
    '',
    'pencil',
    LINE.slice(0, -1),
    `${LINE}\n`,
    LINE.replace('SHA-256', 'SHA-1'),
    LINE.replace('4096', '4095'),
    LINE.replace('4096', '04096'),
    LINE.replace('4096', '1e4'),
    LINE.replace('W22ZaJ0SNY7soEsUEjb6gQ==', 'W22ZaJ0SNY7soEsUEjb6gQ'),
    LINE.replace('W22ZaJ0SNY7soEsUEjb6gQ==', ''),
    LINE.replace('WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=', 'WG5d'),
  ])('the line %j is none, and is not quoted', (line) => {
    let message = '';
    try {
      parseScramCredentials(line);
    } catch (error) {
      message = (error as TypeError).message;
    }
    expect(message).toMatch(/^SCRAM credentials: /);
    expect(message).not.toMatch(/W22Z|WG5d|pencil/);
  });
});

describe('hooks from one store', async () => {
  const tim: StoredScram = {
    ...(await scramCredentialsOf('tanstaaftanstaaf', { iterations: 4096 })),
    data: { uid: 7 },
  };
  const hooks = accountHooks((name) => Promise.resolve(name === 'tim' ? tim : undefined));
  const success = { authcid: 'tim', authzid: null, identity: 'tim', data: { uid: 7 } };

  it.each<[string, Mechanism, string[], unknown]>([
    ['PLAIN', plain(), ['\0tim\0tanstaaftanstaaf'], { mechanism: 'PLAIN', ...success }],
    ['PLAIN, wrong password', plain(), ['\0tim\0x'], 'credentials: wrong-credentials'],
    ['PLAIN, nobody', plain(), ['\0tom\0tanstaaftanstaaf'], 'credentials: wrong-credentials'],
    ['PLAIN as somebody else', plain(), ['boss\0tim\0tanstaaftanstaaf'], 'credentials: not-authorized'],
    ['LOGIN', login(), ['tim', 'tanstaaftanstaaf'], { mechanism: 'LOGIN', ...success }],
  ])('%s', async (_name, mechanism, responses, expected) => {
    expect((await dialogue(mechanism, { hooks }, ...responses)).at(-1)).toEqual(expected);
  });

  it('SCRAM', async () => {
    const [step] = await dialogue(scramSHA256(), { hooks }, 'n,,n=tim,r=abc');
    expect(step).toEqual({
      challenge: expect.stringContaining(`,s=${Buffer.from(tim.salt).toString('base64')},i=4096`),
    });
  });

  it('spend on nobody the iterations that the real ones have', async () => {
    const stretched = vi.spyOn(crypto, 'pbkdf2');
    syncBuiltinESMExports();
    onTestFinished(() => {
      stretched.mockRestore();
      syncBuiltinESMExports();
    });
    const spent = async (iterations: number): Promise<unknown[]> => {
      const { authenticator } = accountHooks(() => undefined, { iterations });
      stretched.mockClear();
      const password = {
        kind: 'password',
        mechanism: 'PLAIN',
        authcid: 'tom',
        authzid: null,
        password: 'x',
      } as const;
      expect(await authenticator(password, undefined)).toBe(false);
      return stretched.mock.calls.map((call) => call[2]);
    };
    expect(await spent(5000)).toEqual([5000]);
    expect(await spent(4096)).toEqual([4096]);
    expect(() => accountHooks(() => undefined, { iterations: 4095 })).toThrow(
      /^iterations: an integer from 4096/,
    );
  });

  it('accept nothing but passwords', async () => {
    const token = {
      kind: 'token',
      mechanism: 'XOAUTH2',
      user: 'tim',
      token: 'x',
      host: null,
      port: null,
    } as const;
    expect(await hooks.authenticator(token, undefined)).toBe(false);
  });
});

describe('the registry', () => {
  const custom = (name: string): Mechanism => ({ ...plain(), name });

  it('holds all mechanisms but CRAM-MD5, strongest first', () => {
    expect([...mechanisms().keys()]).toEqual([
      'EXTERNAL',
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-256',
      'OAUTHBEARER',
      'XOAUTH2',
      'PLAIN',
      'LOGIN',
    ]);
    expect([...mechanisms({ cramMD5: true }).keys()]).toContain('CRAM-MD5');
  });

  it('leaves out and takes in', () => {
    const own = custom('X-OWN');
    const plainer = custom('PLAIN');
    const registry = mechanisms({ exclude: ['login', 'Xoauth2'], custom: [own, plainer] });
    expect([...registry.keys()]).toEqual([
      'EXTERNAL',
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-256',
      'OAUTHBEARER',
      'PLAIN',
      'X-OWN',
    ]);
    expect(registry.get('PLAIN')).toBe(plainer);
    expect([...mechanisms({ custom: [custom('CRAM-MD5')] }).keys()]).toContain('CRAM-MD5');
  });

  it.each(['', 'plain', 'X OWN', 'X-ÄÖ', 'X'.repeat(21), 'X\r\n'])('refuses the name %j', (name) => {
    expect(() => mechanisms({ custom: [custom(name)] })).toThrow(TypeError);
  });

  it('refuses to leave out what is not there', () => {
    expect(() => mechanisms({ exclude: ['NTLM'] })).toThrow(/no mechanism "NTLM"/);
    expect([...mechanisms({ exclude: ['CRAM-MD5'] }).keys()]).not.toContain('CRAM-MD5');
  });

  it.each<[string, SASLContext, string]>([
    ['no hooks', { hooks: {} }, ''],
    ['an authenticator', { hooks: { authenticator: () => false } }, 'OAUTHBEARER XOAUTH2 PLAIN LOGIN'],
    ['stored credentials', { hooks: { scramCredentials: () => undefined } }, 'SCRAM-SHA-256'],
    [
      'stored credentials under TLS',
      {
        hooks: { scramCredentials: () => undefined },
        channelBindings: { types: ['tls-exporter'], data: () => undefined },
      },
      'SCRAM-SHA-256-PLUS SCRAM-SHA-256',
    ],
    [
      'a certificate',
      {
        hooks: { authenticator: () => false },
        certificate: { source: 'proxy', commonName: 'a', subject: 'a' },
      },
      'EXTERNAL OAUTHBEARER XOAUTH2 PLAIN LOGIN',
    ],
  ])('offers with %s what can succeed', (_name, context, expected) => {
    expect(
      usableMechanisms(mechanisms(), context)
        .map(({ name }) => name)
        .join(' '),
    ).toBe(expected);
  });

  it('knows which mechanisms an eavesdropper can use', () => {
    const secret = [...mechanisms({ cramMD5: true }).values()].filter(({ plaintext }) => plaintext);
    expect(secret.map(({ name }) => name)).toEqual(['OAUTHBEARER', 'XOAUTH2', 'PLAIN', 'LOGIN']);
  });
});

describe('SASLprep (RFC 4013)', () => {
  /** Prepared by Python's stringprep tables and Unicode 3.2; null: prohibited. */
  const vectors = JSON.parse(readFileSync(new URL('saslprep.json', import.meta.url), 'utf8')) as {
    text: string;
    prepared: string | null;
  }[];

  it.each(vectors)('$text', ({ text, prepared }) => {
    let result: string | null;
    try {
      result = saslprep(text);
    } catch {
      result = null;
    }
    expect(result).toBe(prepared);
  });

  it.each([
    ['\u0000', 'a control character (C.2)'],
    ['\u0080', 'a control character (C.2)'],
    ['\u2063x', 'an invisible control character (C.2.2)'],
    ['\ue000', 'a private character (C.3)'],
    ['\ufdd0', 'a code point that is no character (C.4)'],
    ['\ud800', 'half of a surrogate pair (C.5)'],
    ['\ufffd', 'a replacement character (C.6)'],
    ['\u2ff0', 'a description of an ideograph (C.7)'],
    ['\u202e', 'a character that changes the display (C.8)'],
    ['\u{e0041}', 'a tag (C.9)'],
    ['\u0627x', 'text of mixed direction (RFC 3454 section 6)'],
  ])('names the rule that %j breaks', (text, rule) => {
    expect(() => saslprep(text)).toThrow(new Error(`SASLprep prohibits ${rule}`));
  });

  it('lets through what Unicode 3.2 did not know', () => {
    expect(saslprep('pass🔑wörd')).toBe('pass🔑wörd');
  });
});
