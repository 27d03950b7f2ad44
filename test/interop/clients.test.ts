import { createTransport } from 'nodemailer';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate } from './parts/certificate.ts';
import { CLIENTS, MESSAGE } from './parts/clients.ts';
import type { Security } from './parts/clients.ts';
import { describeWith } from './parts/installed.ts';
import { MailServer } from './parts/mail-server.ts';
import { Stage } from './parts/stage.ts';

const MX = makeCertificate('mx.example', ['mx.example', '127.0.0.1']);

for (const [name, send] of Object.entries(CLIENTS) as [keyof typeof CLIENTS, typeof CLIENTS.curl][]) {
  describeWith([name], `${name} as the client`, () => {
    const stage = new Stage();
    let trust: string;

    beforeAll(async () => {
      trust = await stage.file('trust.pem', MX.certificate);
    });

    test.for(['none', 'starttls', 'implicit'] as const)('TLS: %s', async (security) => {
      const mail = await startServer(stage, security);
      const { code, stdout, stderr } = await send({ port: mail.port, security, trust });
      expect(code, stdout + stderr).toBe(0);
      await expectMessage(mail, security);
    });
  });
}

describe('nodemailer as the client', () => {
  const stage = new Stage();

  test.for(['none', 'starttls', 'implicit'] as const)('TLS: %s', async (security) => {
    const mail = await startServer(stage, security);
    const transport = createTransport({
      host: '127.0.0.1',
      port: mail.port,
      name: 'client.example',
      secure: security === 'implicit',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      tls: { ca: MX.certificate, servername: 'mx.example' },
    });
    const envelope = { from: 'a@client.example', to: 'b@mx.example' };
    const { accepted, rejected } = await transport.sendMail({ envelope, raw: MESSAGE });
    expect({ accepted, rejected }).toEqual({ accepted: ['b@mx.example'], rejected: [] });
    await expectMessage(mail, security);
  });
});

function startServer(stage: Stage, security: Security): Promise<MailServer> {
  const tls = { key: MX.key, cert: MX.certificate };
  return MailServer.start(stage, security, { options: { tls }, tls: security === 'implicit' });
}

/** Expects MESSAGE once on disk, whole, and the trace to say how it came. */
async function expectMessage(mail: MailServer, security: Security): Promise<void> {
  const delivered = await mail.delivered();
  expect(delivered).toHaveLength(1);
  const { sessionId, fields, message, tls, utf8 } = delivered[0]!;
  expect(message).toBe(MESSAGE);
  expect(tls).toBe(security === 'none' ? null : 'TLSv1.3');
  expect(fields.slice(0, 2)).toEqual(['Return-Path: <a@client.example>', 'X-Original-To: b@mx.example']);
  const protocol = `${utf8 ? 'UTF8SMTP' : 'ESMTP'}${security === 'none' ? '' : 'S'}`;
  expect(fields[2]!.split(';')[0]).toBe(
    `Received: from client.example ([127.0.0.1]) by mx.test with ${protocol} id ${sessionId} for <b@mx.example>`,
  );
}
