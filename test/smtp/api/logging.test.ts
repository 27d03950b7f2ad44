/** Whatever of the library's objects an application logs, and however: no secret and no content is in it. */

import { readFileSync } from 'node:fs';
import { connect as connectTLS } from 'node:tls';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { scramCredentialsOf } from '../../../src/sasl/index.ts';
import { Client, serve } from '../loopback.ts';

const file = (name: string): Buffer => readFileSync(new URL(`../certificates/${name}`, import.meta.url));
const pem = file('server.key');
const SECRETS = {
  key: pem.toString().split('\n')[1]!,
  'key of a name': file('other.key').toString().split('\n')[1]!,
  passphrase: 'a-passphrase',
  'SCRAM secret': 'the-secret-of-scram-salts-0123456',
  'PROXY secret': 'the-secret-of-the-proxy-0123456789',
  password: 'hunter2-hunter2',
  token: 'ya29.a-bearer-token',
  content: 'the content of a message',
  'data of the session': 'kept in session.data',
  'data of the identity': 'kept in identity.data',
};

/** All ways in which a logger may look at a value. */
const WAYS: Readonly<Record<string, (value: unknown) => string>> = {
  'JSON.stringify': (value) => JSON.stringify(value),
  inspect: (value) =>
    inspect(value, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  'inspect without custom': (value) => inspect(value, { depth: 4, showHidden: true, customInspect: false }),
  'Object.entries': (value) => inspect(Object.entries(value as object), { depth: 2 }),
  spread: (value) => JSON.stringify({ ...(value as object) }),
  structuredClone: (value) => {
    try {
      return inspect(structuredClone(value), { depth: null });
    } catch {
      return 'cannot be cloned';
    }
  },
};

/** Octets appear in logs as numbers or in hexadecimal, too. */
function forms(secret: string): string[] {
  const octets = Buffer.from(secret).subarray(0, 12);
  return [
    secret,
    octets.toString('hex'),
    octets.toString('hex').replace(/..(?!$)/g, '$& '),
    octets.join(','),
  ];
}

it('server, settings, session, envelope and credentials', async () => {
  const logged: [what: string, text: string][] = [];
  const log = (what: string, value: unknown, ways = Object.keys(WAYS)): void => {
    for (const way of ways) logged.push([`${what} by ${way}`, WAYS[way]!(value)]);
  };
  const data = SECRETS['data of the identity'];
  const handler: Handler = {
    handlePROXY: () => true,
    handleMAIL(_server, session, envelope) {
      session.data = SECRETS['data of the session'];
      envelope.data = SECRETS['data of the session'];
    },
    handleDATA(server, session, envelope) {
      expect(envelope.content!.toString()).toContain(SECRETS.content);
      expect(session.data).toBe(SECRETS['data of the session']);
      // The server as it is holds its handler, which is the application's to keep clean.
      log('server', server, ['JSON.stringify', 'inspect']);
      log('settings', server.settings);
      log('session', session);
      log('envelope', envelope);
    },
  };
  const proxied: SMTPServerOptions = {
    proxyProtocol: {
      timeout: 5000,
      trusted: ['127.0.0.1'],
      untrusted: 'direct',
      secret: SECRETS['PROXY secret'],
    },
  };
  const options: SMTPServerOptions = {
    tls: {
      key: pem,
      cert: file('server.crt'),
      passphrase: SECRETS.passphrase,
      names: { 'other.test': { key: file('other.key'), cert: file('other.crt') } },
      requestCert: true,
      ca: [file('client.crt')],
    },
    authenticator: (credentials) => {
      log('credentials', credentials);
      if (credentials.kind === 'token') return false;
      expect(credentials).toHaveProperty('password', SECRETS.password);
      return { authenticated: true, data };
    },
    auth: {
      scram: { secret: Buffer.from(SECRETS['SCRAM secret']) },
      scramCredentials: () => scramCredentialsOf(SECRETS.password),
    },
    timeouts: { authFailure: 1 },
  };
  const { port } = await serve(handler, options, { tls: true });
  const own = { key: file('client.key'), cert: file('client.crt') };
  const client = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false, ...own }));
  await client.until('\r\n');
  await client.ask('EHLO c.test');
  const token = Buffer.from(`user=ann\x01auth=Bearer ${SECRETS.token}\x01\x01`).toString('base64');
  expect(await client.ask(`AUTH XOAUTH2 ${token}`)).toMatch(/^334 /);
  await client.ask('');
  const plain = Buffer.from(`\0ann\0${SECRETS.password}`).toString('base64');
  expect(await client.ask(`AUTH PLAIN ${plain}`)).toMatch(/^235 /);
  for (const line of ['MAIL FROM:<a@a.test>', 'RCPT TO:<b@b.test>', 'DATA']) await client.ask(line);
  expect(await client.ask(`${SECRETS.content}\r\n.`)).toMatch(/^250 /);

  const { server } = await serve(handler, { ...options, ...proxied });
  log('settings with a secret of the proxy', server.settings);

  for (const [what, text] of logged)
    for (const [name, secret] of Object.entries(SECRETS))
      for (const form of forms(secret)) expect(text.includes(form), `${name} in ${what}`).toBe(false);

  // And what is in it is useful.
  const said = new Map(logged);
  for (const way of ['JSON.stringify', 'inspect']) {
    expect(said.get(`session by ${way}`)).toMatch(
      /127\.0\.0\.1[^]*c\.test[^]*TLSv1\.3[^]*client\.test[^]*ann/,
    );
    expect(said.get(`envelope by ${way}`)).toMatch(/a@a\.test[^]*b@b\.test/);
    expect(said.get(`settings by ${way}`)).toMatch(/mx\.test[^]*other\.test[^]*PLAIN/);
    expect(said.get(`server by ${way}`)).toMatch(/127\.0\.0\.1[^]*mx\.test/);
    expect(said.get(`credentials by ${way}`)).toMatch(/ann/);
  }
  for (const [what, text] of logged) expect(text.length, what).toBeLessThan(100_000);
});

it('text of a peer is printable in a log', async () => {
  const seen: string[] = [];
  const handler: Handler = {
    handleRCPT(_server, session, envelope) {
      seen.push(JSON.stringify(session), JSON.stringify(envelope));
    },
  };
  const { dial } = await serve(handler, { xclient: { trusted: ['127.0.0.1'] } });
  const client = dial();
  await client.until('\r\n');
  await client.ask('EHLO c.test');
  expect(await client.ask('XCLIENT LOGIN=+C3+A4nn')).toMatch(/^220 /);
  for (const line of ['EHLO c.test', 'MAIL FROM:<\u00e4@a.test> SMTPUTF8', 'RCPT TO:<b@b.test>'])
    await client.ask(line);
  expect(seen).toHaveLength(2);
  expect(seen[0]).toContain('\\\\xe4nn');
  for (const text of seen) expect(text).toMatch(/^[\x20-\x7e]+$/);
});
