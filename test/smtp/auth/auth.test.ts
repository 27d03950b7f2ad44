import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scramCredentialsOf } from '../../../src/sasl/index.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { addressed, greeted, ready, say } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

const OK = '235 2.7.0 Authenticated\r\n';
const FAILED = '535 5.7.8 Authentication credentials invalid\r\n';
const plain = (user: string, password: string): string =>
  Buffer.from(`\0${user}\0${password}`).toString('base64');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const options: SMTPServerOptions = {
  authenticator: (credentials) =>
    credentials.kind === 'password' && credentials.authcid === 'tim' && credentials.password === 'tan staaf',
  authRequireTLS: false,
  timeouts: { authFailure: 1 },
};

describe('AUTH (RFC 4954)', () => {
  it('is offered by EHLO when it can work, and not after it has', async () => {
    const rig = greeted({}, options);
    expect(rig.say('EHLO c\r\n')).toContain('250-AUTH OAUTHBEARER XOAUTH2 PLAIN LOGIN\r\n');
    expect(await say(rig, `AUTH PLAIN ${plain('tim', 'tan staaf')}`)).toBe(OK);
    expect([rig.session.authenticated, rig.session.identity?.identity]).toEqual([true, 'tim']);
    expect(rig.say('EHLO c\r\n')).not.toContain('AUTH');
    expect(rig.session.authenticated).toBe(true);
    expect(greeted().say('EHLO c\r\nAUTH PLAIN\r\n')).toMatch(/502 5\.5\.1 AUTH is not available\r\n$/);
  });

  it('rule 61: after EHLO, once, not in a transaction; mechanism names in any case (rule 5)', async () => {
    const first = '503 5.5.1 AUTH comes after EHLO and before MAIL\r\n';
    expect(await say(greeted({}, options), 'AUTH PLAIN')).toBe('503 5.5.1 Say HELO or EHLO first\r\n');
    const helo = greeted({}, options);
    helo.say('HELO c\r\n');
    expect(await say(helo, 'AUTH PLAIN')).toBe(first);
    expect(await say(addressed({}, options), 'AUTH PLAIN')).toBe(first);
    const rig = ready({}, options);
    expect(await say(rig, `auth pLaIn ${plain('tim', 'tan staaf')}`)).toBe(OK);
    expect(await say(rig, 'AUTH PLAIN')).toBe('503 5.5.1 Authenticated already\r\n');
  });

  it('rule 61: a mechanism that shows the password needs TLS', async () => {
    const rig = greeted({}, { ...options, authRequireTLS: true });
    expect(rig.say('EHLO c\r\n')).not.toContain('PLAIN');
    expect(await say(rig, `AUTH PLAIN ${plain('tim', 'tan staaf')}`)).toMatch(/^538 5\.7\.11 /);
    expect(await say(rig, 'AUTH NOSUCH')).toBe('504 5.5.4 Mechanism not recognised\r\n');
    expect(rig.session.authenticated).toBe(false);
  });

  it('rule 62: the initial response, an empty one, a cancelled exchange, strict base64', async () => {
    const rig = ready({}, options);
    expect(await say(rig, 'AUTH PLAIN')).toBe('334 \r\n');
    expect(await say(rig, '*')).toBe('501 5.7.0 Authentication cancelled\r\n');
    const malformed = '501 5.5.2 Authentication exchange not understood\r\n';
    expect(await say(rig, 'AUTH PLAIN =')).toBe(malformed);
    for (const bad of ['a', 'AGE=YQ==', 'AGEA YQ==', '====', 'AGEAYQ=', 'AGEAYR==', 'A\u007fEA']) {
      rig.say('AUTH PLAIN\r\n');
      expect([bad, await say(rig, bad)]).toEqual([bad, malformed]);
    }
    rig.say('AUTH PLAIN\r\n');
    expect(await say(rig, plain('tim', 'tan staaf'))).toBe(OK);
  });

  it('rule 62: 12288 octets are read, a longer line is swallowed in bounded memory', async () => {
    const rig = ready({}, options);
    const long = '500 5.5.6 Authentication exchange line is too long\r\n';
    rig.say('AUTH PLAIN\r\n');
    expect(await say(rig, base64(`\0tim\0${'x'.repeat(9000)}`))).toBe(FAILED);
    rig.say('AUTH PLAIN\r\n');
    expect(await say(rig, 'A'.repeat(12_292))).toBe(long);
    rig.say('AUTH PLAIN\r\n');
    expect(await say(rig, 'A'.repeat(60_000))).toBe(long);
    expect(await say(rig, `AUTH PLAIN ${'A'.repeat(13_000)}`)).toBe(long);
    expect(await say(rig, 'NOOP')).toBe('250 2.0.0 Ok\r\n');
  });

  it('rules 63 and 65: LOGIN with and without initial response; failure, temporary failure', async () => {
    const rig = ready({}, options);
    expect(await say(rig, 'AUTH LOGIN')).toBe('334 VXNlcm5hbWU6\r\n');
    expect(await say(rig, base64('tim'))).toBe('334 UGFzc3dvcmQ6\r\n');
    expect(await say(rig, base64('wrong'))).toBe(FAILED);
    expect(await say(rig, `AUTH LOGIN ${base64('tim')}`)).toBe('334 UGFzc3dvcmQ6\r\n');
    expect(await say(rig, base64('tan staaf'))).toBe(OK);
    const broken = ready({}, { ...options, authenticator: () => Promise.reject(new Error('secret')) });
    expect(await say(broken, `AUTH PLAIN ${plain('a', 'b')}`)).toBe(
      '454 4.7.0 Authentication could not be decided; try again later\r\n',
    );
  });

  it('rule 66: SCRAM-SHA-256 in the clear, with a client written from RFC 5802', async () => {
    const stored = await scramCredentialsOf('tan staaf');
    const rig = ready({}, { auth: { scramCredentials: (name) => (name === 'tim' ? stored : undefined) } });
    const nonce = randomBytes(12).toString('base64');
    const bare = `n=tim,r=${nonce}`;
    const first = await say(rig, `AUTH SCRAM-SHA-256 ${base64(`n,,${bare}`)}`);
    const challenge = Buffer.from(first.slice(4), 'base64').toString();
    const [, r = '', s = '', i = ''] = /^r=(.*),s=(.*),i=(\d+)$/.exec(challenge) ?? [];
    const salted = pbkdf2Sync('tan staaf', Buffer.from(s, 'base64'), Number(i), 32, 'sha256');
    const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=biws,r=${r}`;
    const message = `${bare},${challenge},${withoutProof}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), message);
    const proof = Buffer.from(clientKey.map((octet, index) => octet ^ signature[index]!)).toString('base64');
    const final = await say(rig, base64(`${withoutProof},p=${proof}`));
    const expected = hmac(hmac(salted, 'Server Key'), message).toString('base64');
    expect(Buffer.from(final.slice(4), 'base64').toString()).toBe(`v=${expected}`);
    expect(await say(rig, '')).toBe(OK);
    expect(rig.session.identity?.identity).toBe('tim');
  });

  it('rule 63: a mechanism where the server speaks first takes no initial response; rule 68: CRAM-MD5 only on request', async () => {
    const cram = { auth: { cramMD5: true, cramSecret: () => 'x' } };
    expect(await say(ready({}, cram), 'AUTH CRAM-MD5 AAAA')).toBe(
      '501 5.7.0 This mechanism takes no initial response\r\n',
    );
    expect(await say(ready({}, { ...options, auth: { cramSecret: () => 'x' } }), 'AUTH CRAM-MD5')).toMatch(
      /^504 /,
    );
  });

  it('rule 64 and 67: PLAIN with two NULs only; OAUTHBEARER fails with a challenge first', async () => {
    const rig = ready({}, options);
    expect(await say(rig, `AUTH PLAIN ${base64('tim\0tan')}`)).toMatch(/^501 5\.5\.2/);
    const challenge = await say(rig, `AUTH OAUTHBEARER ${base64('n,a=tim,\u0001auth=Bearer x\u0001\u0001')}`);
    expect(JSON.parse(Buffer.from(challenge.slice(4), 'base64').toString())).toMatchObject({
      status: 'invalid_token',
    });
    expect(await say(rig, 'AQ==')).toBe(FAILED);
  });

  it('E9: the third failure ends the connection, after a pause that blocks nobody', async () => {
    const rig = ready({}, options);
    const attempt = `AUTH PLAIN ${plain('tim', 'wrong')}`;
    expect(await say(rig, attempt)).toBe(FAILED);
    expect(await say(rig, attempt)).toBe(FAILED);
    expect(await say(rig, attempt)).toBe(`${FAILED}421 4.7.0 Too many failed authentications\r\n`);
    expect(rig.closed).toBe('limit');
    const slow = ready({}, { ...options, timeouts: { authFailure: 60_000 } });
    slow.say(`${attempt}\r\n`);
    expect([slow.held, slow.transcript.endsWith('250 HELP\r\n')]).toEqual([true, true]);
  });

  it('E9: failures are counted for a client over its connections', async () => {
    const { dial } = await serve(
      { handlePROXY: () => true },
      {
        ...options,
        limits: { authFailuresPerClient: 2 },
        proxyProtocol: { timeout: 5000, trusted: 'anyone' },
      },
    );
    const attempt = async (client: string): Promise<string> => {
      const connection: Client = dial();
      connection.socket.write(`PROXY TCP4 ${client} 198.51.100.25 4321 25\r\n`);
      await connection.until('truepeer\r\n');
      await connection.ask('EHLO c');
      connection.socket.write(`AUTH PLAIN ${plain('tim', 'wrong')}\r\nQUIT\r\n`);
      return (await connection.ended).split(' ').at(0) + (connection.text.includes('421 ') ? ' 421' : '');
    };
    const outcomes = [];
    for (const client of ['203.0.113.7', '203.0.113.7', '203.0.113.8']) outcomes.push(await attempt(client));
    expect(outcomes).toEqual(['535', '535 421', '535']);
  });

  it('E9: a token is counted when it is refused, not when the client has taken note of it', async () => {
    const log: string[] = [];
    const { dial } = await serve(
      { handlePROXY: () => true },
      {
        ...options,
        limits: { authFailuresPerClient: 3 },
        proxyProtocol: { timeout: 5000, trusted: 'anyone' },
        diagnostics: ({ code }) => log.push(code),
      },
    );
    const guess = async (answer?: string): Promise<string> => {
      const connection: Client = dial();
      connection.socket.write('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n');
      await connection.until('truepeer\r\n');
      await connection.ask('EHLO c');
      const told = await connection.ask(`AUTH XOAUTH2 ${base64('user=tim\u0001auth=Bearer x\u0001\u0001')}`);
      if (answer === undefined) connection.socket.destroy();
      else connection.socket.write(`${answer}\r\nQUIT\r\n`);
      return (told + (await connection.ended)).replace(/\b(\d{3})( [^\r]*)?\r\n/g, '$1 ').trim();
    };
    expect(await guess()).toBe('334');
    expect(await guess('x'.repeat(20_000))).toBe('334 500 221');
    expect(await guess('')).toBe('535 421');
    expect(log.filter((code) => code === 'auth-failed')).toHaveLength(3);
  });

  it('C3: AUTH before STARTTLS does not count after it', async () => {
    const pem = (name: string): Buffer => readFileSync(new URL(`../certificates/${name}`, import.meta.url));
    const tls = { key: pem('server.key'), cert: pem('server.crt') };
    const { dial } = await serve({}, { ...options, authRequired: true, tls });
    const client = dial();
    await client.until('truepeer\r\n');
    await client.ask('EHLO c');
    expect(await client.ask(`AUTH PLAIN ${plain('tim', 'tan staaf')}`)).toBe(OK);
    await client.ask('STARTTLS');
    await client.secure();
    expect(await client.ask('EHLO c')).toContain('250-AUTH ');
    expect(await client.ask('MAIL FROM:<a@a>')).toBe('530 5.7.0 Authentication required\r\n');
  });

  it.each<[string, unknown, string]>([
    [
      'a reply',
      { reply: '534 5.7.9 Use an application password' },
      '534 5.7.9 Use an application password\r\n',
    ],
    [
      'one that is escaped',
      { reply: '535 caf\u00e9\r\n250 Ok' },
      '535-5.7.8 caf\\xe9\r\n535 5.7.8 250 Ok\r\n',
    ],
    ['a temporary one', { reply: '454 4.7.0 Half an hour', temporary: true }, '454 4.7.0 Half an hour\r\n'],
    ['success', { reply: '235 2.7.0 In' }, '535 5.7.8 Authentication credentials invalid\r\n'],
    ['nonsense', { reply: 7 }, '535 5.7.8 Authentication credentials invalid\r\n'],
  ])('a refusal may have words of its own: %s', async (_what, words, reply) => {
    for (const later of [false, true]) {
      const verdict = { authenticated: false, ...(words as object) } as const;
      const authenticator = () => (later ? Promise.resolve(verdict) : verdict);
      const rig = ready({}, { ...options, authenticator, authRequired: true });
      expect(await say(rig, `AUTH PLAIN ${plain('tim', 'tan staaf')}`)).toBe(reply);
      expect(rig.session.authenticated).toBe(false);
    }
  });

  it('authRequired: a whole envelope, VRFY and EXPN need AUTH (RFC 4954 section 6)', async () => {
    const rig = ready({}, { ...options, authRequired: true });
    const first = '530 5.7.0 Authentication required\r\n';
    const envelope = 'MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\nBDAT 6 LAST\r\nQUIT\r\n';
    expect(rig.say(`${envelope}VRFY x\r\nEXPN x\r\n`)).toBe(first.repeat(6));
    await say(rig, `AUTH PLAIN ${plain('tim', 'tan staaf')}`);
    expect(rig.say('MAIL FROM:<a@a> AUTH=<>\r\n')).toBe('250 2.1.0 Sender ok\r\n');
  });

  it('authExcludeMechanism, in any case; an unknown name is a bad option', () => {
    const rig = greeted({}, { ...options, authExcludeMechanism: ['plain', 'XOAUTH2'] });
    expect(rig.say('EHLO c\r\n')).toContain('250-AUTH OAUTHBEARER LOGIN\r\n');
    expect(() => new SMTPServer({}, { ...options, authExcludeMechanism: ['NOSUCH'] })).toThrow(/NOSUCH/);
    expect(() => new SMTPServer({}, { authRequired: true })).toThrow(/authRequired/);
  });

  it.each([
    ['AUTH=<>', ''],
    ['AUTH=e+3Dmc2@example.com', 'e=mc2@example.com'],
    ['AUTH=ann SIZE=1042', ''],
    ['SIZE=1042 AUTH=ann', ''],
    ['AUTH=postmaster', ''],
    ['AUTH=ann+tag@example.net', ''],
    ['AUTH=+3C+3E', ''],
    ['AUTH=no+0Aaddress@a.test', ''],
    ['AUTH=a+E2+80+AE@a.test', ''],
    ['AUTH=\u00e9', ''],
    ['AUTH=a@b@c', ''],
    [`AUTH=${'a'.repeat(600)}`, ''],
    [`AUTH=${'a'.repeat(600)}@b.test`, `${'a'.repeat(600)}@b.test`],
  ])('MAIL %s is taken where AUTH is offered', (parameter, sender) => {
    const rig = ready({}, options);
    expect(rig.say(`MAIL FROM:<a@a> ${parameter}\r\n`)).toBe('250 2.1.0 Sender ok\r\n');
    expect(rig.conversation.envelope.authSender).toBe(sender);
    for (const none of ['AUTH', 'AUTH=', 'AUTH=ann AUTH=ann'])
      expect(ready({}, options).say(`MAIL FROM:<a@a> ${none}\r\n`)).toMatch(/^501/);
    expect(ready().say(`MAIL FROM:<a@a> ${parameter}\r\n`)).toMatch(/^555/);
  });

  it('credentials never reach a log', async () => {
    const log: string[] = [];
    const rig = ready({}, { ...options, diagnostics: (entry) => log.push(JSON.stringify(entry)) });
    await say(rig, `AUTH PLAIN ${plain('tim', 'hunter2')}`);
    await say(rig, 'AUTH LOGIN');
    await say(rig, base64('tim'));
    await say(rig, base64('hunter2'));
    expect(log.length).toBeGreaterThan(0);
    expect(log.join()).not.toMatch(/hunter2|aHVudGVyMg/);
  });
});
