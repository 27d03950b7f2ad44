import { connect } from 'node:net';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import type { Envelope, Handler } from '../../src/index.ts';
import { makeCertificate } from './parts/certificate.ts';
import { MESSAGE } from './parts/clients.ts';
import { MailServer, type Setup } from './parts/mail-server.ts';
import { Stage } from './parts/stage.ts';

/** What nodemailer's own tests expect of a server, beside what the tests of all clients do. */

const MX = makeCertificate('mx.example', ['mx.example', '127.0.0.1']);
const ROUTE = { from: 'a@client.example', to: ['b@mx.example'] };

type Options = Record<string, unknown>;

function transportTo(port: number, options: Options = {}): ReturnType<typeof createTransport> {
  const local = { host: '127.0.0.1', port, name: 'client.example', ignoreTLS: true };
  return createTransport({ ...local, ...options } as Parameters<typeof createTransport>[0]);
}

describe('nodemailer as the client of one server', () => {
  const stage = new Stage();
  let name = 0;
  const start = (setup: Setup = { options: {} }): Promise<MailServer> =>
    MailServer.start(stage, `mail${name++}`, setup);

  test.for(['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'])(
    '%s with a wrong secret is EAUTH and 535',
    async (method) => {
      const options = {
        tls: { key: MX.key, cert: MX.certificate },
        authenticator: () => false,
        auth: { cramMD5: true, cramSecret: () => 'open sesame' } as const,
        timeouts: { authFailure: 10 },
      };
      const { port } = await start({ options });
      const credentials =
        method === 'XOAUTH2'
          ? { auth: { type: 'OAuth2', user: 'user', accessToken: 'wrong' } }
          : { auth: { user: 'user', pass: 'wrong' }, authMethod: method };
      const secured = {
        ignoreTLS: false,
        requireTLS: true,
        tls: { ca: MX.certificate, servername: 'mx.example' },
      };
      const transport = transportTo(port, { ...secured, ...credentials });
      await expect(transport.verify()).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
    },
  );

  test('DSN parameters arrive, decoded', async () => {
    const seen: Envelope[] = [];
    const hooks: Handler = {
      handleRSET: () => undefined,
      handleRCPT: (_s, _c, envelope) => void seen.push(envelope),
    };
    const mail = await start({ options: {}, hooks });
    const dsn = {
      id: 'some id',
      return: 'headers',
      notify: ['failure', 'delay'],
      recipient: 'z@client.example',
    };
    await transportTo(mail.port).sendMail({ envelope: ROUTE, raw: MESSAGE, dsn });
    expect(seen[0]).toMatchObject({ returnContent: 'HDRS', envelopeId: 'some id' });
    expect(seen[0]!.rcptDSN).toEqual([
      {
        notify: ['FAILURE', 'DELAY'],
        originalRecipient: { type: 'rfc822', address: 'z@client.example', raw: 'z@client.example' },
      },
    ]);
  });

  test('addresses beyond ASCII', async () => {
    const mail = await start();
    const from = 'j\u00f6rg@client.example';
    await transportTo(mail.port).sendMail({
      envelope: { from, to: ['\u00f6\u00f6@mx.example'] },
      raw: MESSAGE,
    });
    const [delivered] = await mail.delivered();
    expect(delivered).toMatchObject({ utf8: true, message: MESSAGE });
  });

  test('one recipient refused, the others served', async () => {
    const hooks: Handler = {
      handleRCPT: (_server, _session, _envelope, address) =>
        address.startsWith('no') ? '550 5.1.1 Nobody' : undefined,
    };
    const mail = await start({ options: {}, hooks });
    const to = ['no@mx.example', 'b@mx.example', 'nor@mx.example'];
    const { accepted, rejected, rejectedErrors } = await transportTo(mail.port).sendMail({
      envelope: { ...ROUTE, to },
      raw: MESSAGE,
    });
    expect([accepted, rejected]).toEqual([['b@mx.example'], ['no@mx.example', 'nor@mx.example']]);
    expect(rejectedErrors).toMatchObject([{ responseCode: 550 }, { responseCode: 550 }]);
    expect(await mail.delivered()).toHaveLength(1);
  });

  test.for([
    // It goes by the limit that EHLO told it.
    { size: 5000, refusal: { code: 'EMESSAGE', message: 'Message size larger than allowed 1000' } },
    { size: undefined, refusal: { code: 'EMESSAGE', responseCode: 552 } },
  ])('SIZE=$size: a message above the limit is refused', async ({ size, refusal }) => {
    const mail = await start({ options: { dataSizeLimit: 1000 } });
    const envelope = { ...ROUTE, size };
    const sent = transportTo(mail.port).sendMail({ envelope, raw: MESSAGE + 'x\r\n'.repeat(1000) });
    await expect(sent).rejects.toMatchObject(refusal);
    expect(await mail.delivered()).toEqual([]);
  });

  test('a large message full of dots, octet for octet', async () => {
    const lines = Array.from(
      { length: 100_000 },
      (_, index) => '.'.repeat(index % 5) + 'x'.repeat(index % 70),
    );
    const message = `${MESSAGE}${lines.join('\r\n')}\r\n.\r\n`;
    const mail = await start();
    await transportTo(mail.port).sendMail({ envelope: ROUTE, raw: message });
    expect((await mail.delivered())[0]!.message === message).toBe(true);
  });

  test('many messages over the few connections of a pool', async () => {
    const sessions = new Set<string>();
    const hooks: Handler = { handleMAIL: (_server, session) => void sessions.add(session.id) };
    const mail = await start({ options: {}, hooks });
    const transport = transportTo(mail.port, { pool: true, maxConnections: 3, maxMessages: 100 });
    await Promise.all(
      Array.from({ length: 60 }, () => transport.sendMail({ envelope: ROUTE, raw: MESSAGE })),
    );
    transport.close();
    expect(await mail.delivered()).toHaveLength(60);
    expect(sessions.size).toBeLessThanOrEqual(3);
  });

  test('LMTP: each recipient its own reply', async () => {
    const replies = ['550 5.2.2 Full', '250 2.1.5 Kept'];
    const hooks: Handler = {
      handleContent: () => replies,
    };
    const { port } = await start({ options: {}, hooks, lmtp: true });
    const to = ['b@mx.example', 'c@mx.example'];
    const outcome = await transportTo(port, { lmtp: true }).sendMail({
      envelope: { ...ROUTE, to },
      raw: MESSAGE,
    });
    expect(outcome).toMatchObject({ accepted: ['c@mx.example'], rejected: ['b@mx.example'] });
  });

  test('LMTP on a Unix socket', async () => {
    const path = join(stage.dir, 'lmtp.sock');
    const mail = await start({ options: {}, lmtp: true, path });
    const { accepted } = await transportTo(0, { connection: connect(path), lmtp: true }).sendMail({
      envelope: ROUTE,
      raw: MESSAGE,
    });
    expect(accepted).toEqual(['b@mx.example']);
    expect((await mail.delivered())[0]).toMatchObject({ peer: { family: 'unix' }, message: MESSAGE });
  });
});
