import { describe, expect, it } from 'vitest';
import { oauthBearer, type SASLHooks, type Service, type Verdict, xoauth2 } from '../../src/sasl/index.ts';
import { dialogue, revealed } from './support.ts';

const A = '\u0001';
const TOKEN = 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==';
/** RFC 7628 section 4.1. */
const RFC = `n,a=user@example.com,${A}host=server.example.com${A}port=143${A}auth=Bearer ${TOKEN}${A}${A}`;
const user = { authcid: 'user@example.com', authzid: null, identity: 'user@example.com' };

function hooksFor(verdict: Verdict): { hooks: SASLHooks; seen: unknown[] } {
  const seen: unknown[] = [];
  return { hooks: { authenticator: (credentials) => (seen.push(revealed(credentials)), verdict) }, seen };
}

describe('OAUTHBEARER (RFC 7628, rule 67)', () => {
  it.each([
    [RFC, { user: 'user@example.com', token: TOKEN, host: 'server.example.com', port: 143 }],
    [
      `n,a=user@example.com,${A}auth=Bearer a.b-c_d~e+f/g${A}${A}`,
      { user: 'user@example.com', token: 'a.b-c_d~e+f/g', host: null, port: null },
    ],
    [
      `y,a=user@example.com,${A}auth=bearer x${A}${A}`,
      { user: 'user@example.com', token: 'x', host: null, port: null },
    ],
    [
      `n,a=user@example.com,${A}mthd=POST${A}auth=Bearer x${A}qs=a=b&c${A}${A}`,
      { user: 'user@example.com', token: 'x', host: null, port: null },
    ],
    [`n,a=a=2Cb=3Dc,${A}auth=Bearer x${A}${A}`, { user: 'a,b=c', token: 'x', host: null, port: null }],
  ])('hands over %j', async (message, expected) => {
    const { hooks, seen } = hooksFor(true);
    expect(await dialogue(oauthBearer(), { hooks }, message)).toEqual([
      { mechanism: 'OAUTHBEARER', authcid: expected.user, authzid: null, identity: expected.user },
    ]);
    expect(seen).toEqual([{ kind: 'token', mechanism: 'OAUTHBEARER', ...expected }]);
  });

  it.each([
    ['', 'protocol: malformed'],
    [A, 'protocol: malformed'],
    ['n,,', 'protocol: malformed'],
    [`n,,${A}`, 'protocol: malformed'],
    [`n,,${A}${A}`, 'protocol: malformed'],
    [`n,,auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer x`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer x${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer x${A}${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer x${A}${A}rest`, 'protocol: malformed'],
    [`n,,${A}${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer x${A}auth=Bearer y${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth${A}${A}`, 'protocol: malformed'],
    [`n,,${A}=x${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}k1=x${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}host=ä${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}host=a\0${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Basic dXNlcjpwYXNz${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer ${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer a b${A}${A}`, 'protocol: malformed'],
    [`n,,${A}auth=Bearer =${A}${A}`, 'protocol: malformed'],
    [`n,,${A}port=0${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}port=65536${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}port=-1${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,,${A}port=${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,a=,${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`n,a=a=b,${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`p=tls-exporter,,${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [Buffer.from([0xff]), 'protocol: not-utf8'],
    [`n,a=u\u0007,${A}auth=Bearer x${A}${A}`, 'credentials: unprepared'],
  ])('refuses %j and asks nobody', async (message, expected) => {
    const { hooks, seen } = hooksFor(true);
    expect(await dialogue(oauthBearer(), { hooks }, message)).toEqual([expected]);
    expect(seen).toEqual([]);
  });

  it('refuses every truncation', async () => {
    const { hooks, seen } = hooksFor(true);
    for (let length = 0; length < RFC.length; length++) {
      expect(await dialogue(oauthBearer(), { hooks }, RFC.slice(0, length))).toEqual(['protocol: malformed']);
    }
    expect(seen).toEqual([]);
  });

  it.each<[Service, string]>([
    [{ hosts: ['SERVER.example.com'], ports: [143] }, 'success'],
    [{ hosts: ['other.example.com', 'server.example.com'] }, 'success'],
    [{ ports: [25, 143] }, 'success'],
    [{ hosts: ['other.example.com'] }, 'credentials: wrong-service'],
    [{ hosts: [] }, 'credentials: wrong-service'],
    [{ ports: [587] }, 'credentials: wrong-service'],
    [{ hosts: ['server.example.com'], ports: [25] }, 'credentials: wrong-service'],
  ])('a service of %j: %s', async (service, expected) => {
    const { hooks, seen } = hooksFor(true);
    const [step] = await dialogue(oauthBearer(), { hooks, service }, RFC);
    expect(typeof step === 'string' ? step : 'success').toBe(expected);
    expect(seen).toHaveLength(expected === 'success' ? 1 : 0);
  });

  it.each<[Verdict, string]>([
    [
      false,
      '{"status":"invalid_token","scope":"mail:send","openid-configuration":"https://id.example.com/conf"}',
    ],
    [
      { authenticated: false, oauthStatus: 'insufficient_scope' },
      '{"status":"insufficient_scope","scope":"mail:send","openid-configuration":"https://id.example.com/conf"}',
    ],
    [
      { authenticated: false, oauthStatus: 'line\r\nbreak' },
      '{"status":"invalid_token","scope":"mail:send","openid-configuration":"https://id.example.com/conf"}',
    ],
  ])('tells why after %j, and fails whatever the client answers', async (verdict, json) => {
    const mechanism = oauthBearer({ scope: 'mail:send', openidConfiguration: 'https://id.example.com/conf' });
    for (const answer of [A, '', 'anything']) {
      expect(await dialogue(mechanism, hooksFor(verdict), RFC, answer)).toEqual([
        { challenge: json },
        'credentials: wrong-credentials',
      ]);
    }
  });

  it('answers the question which scope is needed', async () => {
    const { hooks, seen } = hooksFor(true);
    const message = `n,a=user@example.com,${A}host=server.example.com${A}port=143${A}auth=${A}${A}`;
    expect(await dialogue(oauthBearer({ scope: 'mail:send' }), { hooks }, message, A)).toEqual([
      { challenge: '{"status":"invalid_token","scope":"mail:send"}' },
      'credentials: wrong-credentials',
    ]);
    expect(seen).toEqual([]);
  });

  it('takes the identity from the verdict when the message names nobody', async () => {
    const message = `n,,${A}auth=Bearer x${A}${A}`;
    const named = hooksFor({ authenticated: true, identity: 'user@example.com' });
    expect(await dialogue(oauthBearer(), named, message)).toEqual([{ mechanism: 'OAUTHBEARER', ...user }]);
    expect(await dialogue(oauthBearer(), hooksFor(true), message)).toEqual(['temporary: hook-failed']);
  });

  it('does not tell a client why when the server cannot decide', async () => {
    expect(await dialogue(oauthBearer(), hooksFor({ authenticated: false, temporary: true }), RFC)).toEqual([
      'temporary: unavailable',
    ]);
  });
});

describe('XOAUTH2', () => {
  const message = `user=user@example.com${A}auth=Bearer ${TOKEN}${A}${A}`;

  it('hands over what the client sent', async () => {
    const { hooks, seen } = hooksFor(true);
    expect(await dialogue(xoauth2(), { hooks }, message)).toEqual([{ mechanism: 'XOAUTH2', ...user }]);
    expect(seen).toEqual([
      { kind: 'token', mechanism: 'XOAUTH2', user: 'user@example.com', token: TOKEN, host: null, port: null },
    ]);
  });

  it('takes a user who is not ASCII', async () => {
    const { hooks } = hooksFor(true);
    expect(await dialogue(xoauth2(), { hooks }, `user=jürgen${A}auth=Bearer x${A}${A}`)).toMatchObject([
      { identity: 'jürgen' },
    ]);
  });

  it('tells why, and fails once the client has answered', async () => {
    for (const answer of ['', A]) {
      expect(await dialogue(xoauth2({ scope: 'mail' }), hooksFor(false), message, answer)).toEqual([
        { challenge: '{"status":"400","schemes":"Bearer","scope":"mail"}' },
        'credentials: wrong-credentials',
      ]);
    }
  });

  it.each([
    ['', 'protocol: malformed'],
    [`user=${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`USER=u${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [`user=u`, 'protocol: malformed'],
    [`user=u${A}auth=Bearer x${A}`, 'protocol: malformed'],
    [`user=u${A}auth=Bearer x`, 'protocol: malformed'],
    [`user=u${A}${A}`, 'protocol: malformed'],
    [`user=u${A}auth=${A}${A}`, 'protocol: malformed'],
    [`user=u${A}auth=Basic x${A}${A}`, 'protocol: malformed'],
    [`auth=Bearer x${A}user=u${A}${A}`, 'protocol: malformed'],
    [`user=u\0${A}auth=Bearer x${A}${A}`, 'protocol: malformed'],
    [Buffer.from([0xff]), 'protocol: not-utf8'],
    [`user=u\u0007${A}auth=Bearer x${A}${A}`, 'credentials: unprepared'],
  ])('refuses %j and asks nobody', async (given, expected) => {
    const { hooks, seen } = hooksFor(true);
    expect(await dialogue(xoauth2(), { hooks }, given)).toEqual([expected]);
    expect(seen).toEqual([]);
  });

  it('refuses every truncation', async () => {
    const { hooks, seen } = hooksFor(true);
    for (let length = 0; length < message.length; length++) {
      expect(await dialogue(xoauth2(), { hooks }, message.slice(0, length))).toEqual(['protocol: malformed']);
    }
    expect(seen).toEqual([]);
  });
});
