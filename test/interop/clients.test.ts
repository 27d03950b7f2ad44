import { createTransport } from 'nodemailer';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeCertificate } from './parts/certificate.ts';
import { describeWith } from './parts/installed.ts';
import type { ProgramName } from './parts/installed.ts';
import { MailServer } from './parts/mail-server.ts';
import { longOptions, run } from './parts/program.ts';
import type { Outcome } from './parts/program.ts';
import { Stage } from './parts/stage.ts';

const LINES = [
  'From: a@client.example',
  'To: b@mx.example',
  'Subject: gr=C3=BC=C3=9Fe',
  'Date: Mon, 1 Jun 2026 12:00:00 +0000',
  'Message-ID: <1@client.example>',
  '',
  '.dot',
  '..',
  '',
  'end',
];
const MESSAGE = `${LINES.join('\r\n')}\r\n`;

const MX = makeCertificate('mx.example', ['mx.example', '127.0.0.1']);

type Security = 'none' | 'starttls' | 'implicit';

/** Where a client finds the server, and the file that holds the certificate to trust. */
interface Place {
  readonly port: number;
  readonly security: Security;
  readonly trust: string;
}

/** Programs that send MESSAGE from a@client.example to b@mx.example, as client.example. */
const CLIENTS: Partial<Record<ProgramName, (place: Place) => Promise<Outcome>>> = {
  swaks: ({ port, security, trust }) => {
    const tls = { none: {}, starttls: { tls: true }, implicit: { 'tls-on-connect': true } } as const;
    return run(
      'swaks',
      longOptions({
        server: `127.0.0.1:${port}`,
        helo: 'client.example',
        from: 'a@client.example',
        to: 'b@mx.example',
        pipeline: true,
        data: LINES.join('\\n'),
        ...tls[security],
        ...(security === 'none' ? {} : { 'tls-verify': true, 'tls-ca-path': trust }),
      }),
    );
  },
  curl: ({ port, security, trust }) =>
    run(
      'curl',
      longOptions({
        silent: true,
        'show-error': true,
        'max-time': '10',
        'mail-from': 'a@client.example',
        'mail-rcpt': 'b@mx.example',
        'upload-file': '-',
        resolve: `mx.example:${port}:127.0.0.1`,
        url: `${security === 'implicit' ? 'smtps' : 'smtp'}://mx.example:${port}/client.example`,
        ...(security === 'none' ? {} : { 'ssl-reqd': true, cacert: trust }),
      }),
      { input: MESSAGE },
    ),
  msmtp: ({ port, security, trust }) =>
    run(
      'msmtp',
      [
        '--file=/dev/null',
        '--host=127.0.0.1',
        `--port=${port}`,
        '--domain=client.example',
        '--from=a@client.example',
        `--tls=${security === 'none' ? 'off' : 'on'}`,
        `--tls-starttls=${security === 'implicit' ? 'off' : 'on'}`,
        ...(security === 'none' ? [] : [`--tls-trust-file=${trust}`]),
        'b@mx.example',
      ],
      { input: LINES.join('\n') + '\n' },
    ),
  python3: ({ port, security, trust }) =>
    run('python3', ['-I', '-c', SMTPLIB, String(port), security, trust], { input: MESSAGE }),
};

// smtplib.sendmail stuffs the dots and raises for any refusal.
const SMTPLIB = `
import smtplib, ssl, sys
port, security, trust = int(sys.argv[1]), sys.argv[2], sys.argv[3]
message = sys.stdin.buffer.read()
context = None if security == 'none' else ssl.create_default_context(cafile=trust)
if security == 'implicit':
    client = smtplib.SMTP_SSL('127.0.0.1', port, local_hostname='client.example', context=context, timeout=10)
else:
    client = smtplib.SMTP('127.0.0.1', port, local_hostname='client.example', timeout=10)
if security == 'starttls':
    client.starttls(context=context)
print(client.sendmail('a@client.example', ['b@mx.example'], message))
client.quit()
`;

for (const [name, send] of Object.entries(CLIENTS) as [ProgramName, (place: Place) => Promise<Outcome>][]) {
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
