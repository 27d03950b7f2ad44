import { createTransport } from 'nodemailer';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SMTPServerOptions } from '../../src/index.ts';
import { scramCredentialsOf } from '../../src/sasl/scram-credentials.ts';
import type { ScramCredentials } from '../../src/sasl/scram-credentials.ts';
import { makeCertificate } from './parts/certificate.ts';
import { CLIENTS, MESSAGE } from './parts/clients.ts';
import type { Credentials, Security } from './parts/clients.ts';
import { describeWith } from './parts/installed.ts';
import { MailServer } from './parts/mail-server.ts';
import { run } from './parts/program.ts';
import { Stage } from './parts/stage.ts';

const MX = makeCertificate('mx.example', ['mx.example', '127.0.0.1']);
const USER = 'user@mx.example';
const PASSWORD = 'open sesame';
const TOKEN = 'ya29.token-of-the-user';

const MECHANISMS = [
  'EXTERNAL',
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-256',
  'OAUTHBEARER',
  'XOAUTH2',
  'CRAM-MD5',
  'PLAIN',
  'LOGIN',
];

/** The mechanisms that each program speaks in every version that distributions have. */
const SPOKEN: Record<keyof typeof CLIENTS, readonly string[]> = {
  swaks: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
  curl: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'OAUTHBEARER', 'XOAUTH2'],
  msmtp: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'SCRAM-SHA-256', 'OAUTHBEARER', 'XOAUTH2'],
  python3: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
};

for (const [name, mechanisms] of Object.entries(SPOKEN) as [keyof typeof CLIENTS, readonly string[]][]) {
  describeWith([name], `${name} authenticates`, () => {
    const stage = new Stage();
    let trust: string;
    let stored: ScramCredentials;

    beforeAll(async () => {
      trust = await stage.file('trust.pem', MX.certificate);
      stored = await scramCredentialsOf(PASSWORD);
    });

    test.for(mechanisms)('with %s', async (mechanism) => {
      const mail = await MailServer.start(stage, mechanism, { options: secured(mechanism, stored) });
      const credentials = credentialsFor(mechanism);
      const call = { port: mail.port, security: securityFor(mechanism), trust, credentials };
      const { code, stdout, stderr } = await CLIENTS[name](call);
      expect(code, stdout + stderr).toBe(0);
      await expectAuthenticated(mail, mechanism);
    });

    test.for(mechanisms)('and is refused with %s and a wrong secret', async (mechanism) => {
      const mail = await MailServer.start(stage, `wrong ${mechanism}`, {
        options: secured(mechanism, stored),
      });
      const credentials = { ...credentialsFor(mechanism), secret: 'not it' };
      const call = { port: mail.port, security: securityFor(mechanism), trust, credentials };
      const { code } = await CLIENTS[name](call);
      expect(code).not.toBe(0);
      expect(await mail.delivered()).toEqual([]);
    });
  });
}

describe('nodemailer authenticates', () => {
  const stage = new Stage();

  test.for(['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'])('with %s', async (mechanism) => {
    const stored = await scramCredentialsOf(PASSWORD);
    const mail = await MailServer.start(stage, mechanism, { options: secured(mechanism, stored) });
    const transport = createTransport({
      host: '127.0.0.1',
      port: mail.port,
      name: 'client.example',
      requireTLS: true,
      tls: { ca: MX.certificate, servername: 'mx.example' },
      ...(mechanism === 'XOAUTH2'
        ? { auth: { type: 'OAuth2', user: USER, accessToken: TOKEN } }
        : { auth: { user: USER, pass: PASSWORD }, authMethod: mechanism }),
    } as Parameters<typeof createTransport>[0]);
    const envelope = { from: 'a@client.example', to: 'b@mx.example' };
    await transport.sendMail({ envelope, raw: MESSAGE });
    await expectAuthenticated(mail, mechanism);
  });
});

describeWith(['msmtp'], 'msmtp with channel binding', () => {
  const stage = new Stage();

  test('authenticates with SCRAM-SHA-256-PLUS, or says that it is too old for it', async () => {
    const mechanism = 'SCRAM-SHA-256-PLUS';
    const stored = await scramCredentialsOf(PASSWORD);
    const mail = await MailServer.start(stage, 'plus', { options: secured(mechanism, stored) });
    const trust = await stage.file('trust.pem', MX.certificate);
    const credentials = credentialsFor(mechanism);
    const outcome = await CLIENTS.msmtp({ port: mail.port, security: 'starttls', trust, credentials });
    const { stdout } = await run('msmtp', ['--version']);
    if (stdout.includes('scram-sha-256-plus')) {
      expect(outcome.code, outcome.stderr).toBe(0);
      await expectAuthenticated(mail, mechanism);
    } else {
      expect(outcome.stderr).toMatch(
        /authentication method SCRAM-SHA-256-PLUS not supported|invalid argument/i,
      );
      expect(await mail.delivered()).toEqual([]);
    }
  });
});

describeWith(['curl'], 'curl authenticates by its certificate', () => {
  const stage = new Stage();
  const user = makeCertificate('user.example');

  test.for([
    { title: 'which the server trusts', authority: user.certificate, code: 0 },
    { title: 'which nobody vouches for', authority: makeCertificate('user.example').certificate, code: 67 },
  ])('$title', async ({ title, authority, code }) => {
    const mail = await MailServer.start(stage, title, {
      options: {
        tls: { key: MX.key, cert: MX.certificate, requestCert: true, ca: authority },
        authRequired: true,
        auth: { external: ['tls'] },
        authenticator: (shown) =>
          shown.kind === 'certificate' && shown.certificate.commonName === 'user.example'
            ? { authenticated: true, identity: USER }
            : false,
      },
    });
    const call = {
      port: mail.port,
      security: 'starttls',
      trust: await stage.file('trust.pem', MX.certificate),
      credentials: { mechanism: 'EXTERNAL', user: '', secret: '' },
      certificate: await stage.file('user.pem', user.certificate + user.key),
    } as const;
    const outcome = await CLIENTS.curl(call);
    expect(outcome.code, outcome.stderr).toBe(code);
    const identities = (await mail.delivered()).map(({ identity }) => identity);
    expect(identities).toMatchObject(code === 0 ? [{ mechanism: 'EXTERNAL', identity: USER }] : []);
  });
});

/** A server that takes mail from one user only, and offers one mechanism: curl does not use another than its favourite. */
function secured(mechanism: string, stored: ScramCredentials): SMTPServerOptions {
  return {
    tls: { key: MX.key, cert: MX.certificate },
    authRequired: true,
    authExcludeMechanism: MECHANISMS.filter((name) => name !== mechanism),
    authenticator: (credentials) => {
      if (credentials.kind === 'password') {
        return credentials.authcid === USER && credentials.password === PASSWORD;
      }
      return credentials.kind === 'token' && credentials.user === USER && credentials.token === TOKEN;
    },
    auth: {
      cramMD5: true,
      cramSecret: (name) => (name === USER ? PASSWORD : undefined),
      scramCredentials: (name) => (name === USER ? stored : undefined),
    },
  };
}

/** msmtp insists on channel binding, and so on -PLUS, wherever there is TLS. */
function securityFor(mechanism: string): Security {
  return mechanism === 'SCRAM-SHA-256' ? 'none' : 'starttls';
}

function credentialsFor(mechanism: string): Credentials {
  const secret = ['OAUTHBEARER', 'XOAUTH2'].includes(mechanism) ? TOKEN : PASSWORD;
  return { mechanism, user: USER, secret };
}

/** Expects MESSAGE once on disk, from the user, and the trace to say so (RFC 3848: A for authenticated). */
async function expectAuthenticated(mail: MailServer, mechanism: string): Promise<void> {
  const delivered = await mail.delivered();
  expect(delivered.map(({ message, identity }) => ({ message, identity }))).toEqual([
    { message: MESSAGE, identity: { mechanism, authcid: USER, authzid: null, identity: USER } },
  ]);
  expect(delivered[0]!.fields[2]).toMatch(
    securityFor(mechanism) === 'none' ? / with (ESMTP|UTF8SMTP)A id / : / with (ESMTP|UTF8SMTP)SA id /,
  );
}
