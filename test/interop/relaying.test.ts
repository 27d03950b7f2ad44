import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { startExim } from './parts/exim.ts';
import { describeWith } from './parts/installed.ts';
import { MailServer } from './parts/mail-server.ts';
import { freePorts } from './parts/ports.ts';
import { startPostfix } from './parts/postfix.ts';
import type { Program } from './parts/program.ts';
import { Stage } from './parts/stage.ts';

const MESSAGE = [
  'From: a@client.example',
  'To: b@mx.example',
  'Subject: queued',
  'Date: Mon, 1 Jun 2026 12:00:00 +0000',
  'Message-ID: <1@client.example>',
  '',
  '.dot',
  'end',
  '',
].join('\r\n');

/** A busy machine may take its time; what hangs is meant. */
const PATIENCE = { timeout: 110_000 };

describeWith(['postfix', 'root'], 'Postfix as a relay', () => {
  const stage = new Stage();

  test('queues while the server is down, and delivers once when it is back', async () => {
    const [port = 0] = await freePorts(1);
    const postfix = await startPostfix(stage, port);
    await submit(postfix);
    await expect.poll(() => postfix.log, PATIENCE).toMatch(/status=deferred \(connect to .*refused\)/);
    const stated: unknown[] = [];
    const mail = await MailServer.start(stage, 'mail', {
      options: { xforward: { trusted: ['127.0.0.1'] } },
      hooks: { handleMAIL: (_server, session) => void stated.push(session.xforward) },
      port,
    });
    await expect.poll(() => postfix.log, PATIENCE).toMatch(/status=sent \(250 2\.\d\.0 .*\n.*: removed\n/);
    await expectRelayed(mail, /^Received: from client\.example .* by relay\.example \(Postfix\)/);
    expect(stated).toMatchObject([
      {
        ADDR: '127.0.0.1',
        PROTO: 'ESMTP',
        HELO: 'client.example',
        SOURCE: expect.stringMatching(/^(LOCAL|REMOTE)$/),
      },
    ]);
  });
});

describeWith(['exim4', 'root'], 'Exim as a relay', () => {
  const stage = new Stage();

  test('queues while the server is down, and delivers once when it is back', async () => {
    const [port = 0] = await freePorts(1);
    const exim = await startExim(stage, port);
    await submit(exim);
    await expect.poll(() => exim.log, PATIENCE).toMatch(/== b@mx\.example .*Connection refused/);
    const mail = await MailServer.start(stage, 'mail', { options: {}, port });
    await expect.poll(() => exim.log, PATIENCE).toMatch(/C="250 2\.\d\.0 .*\n.* Completed\n/);
    await expectRelayed(
      mail,
      /^Received: from \[127\.0\.0\.1\] \(helo=client\.example\) by relay\.example with esmtp/,
    );
  });
});

/** Hands MESSAGE for two recipients to an MTA. */
async function submit({ ports: [port = 0] }: Program): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port, name: 'client.example', ignoreTLS: true });
  const envelope = { from: 'a@client.example', to: ['b@mx.example', 'c@mx.example'] };
  await transport.sendMail({ envelope, raw: MESSAGE });
}

/** Expects MESSAGE once on disk, whole, for both recipients, below the relay's own trace. */
async function expectRelayed(mail: MailServer, trace: RegExp): Promise<void> {
  const delivered = await mail.delivered();
  expect(delivered).toHaveLength(1);
  const [{ sessionId, client, fields, message } = delivered[0]!] = delivered;
  expect(client).toMatchObject({ address: '127.0.0.1', proxied: false });
  expect(message).toBe(MESSAGE);
  const [path, first, second, received, relayed] = fields;
  expect([path, first, second]).toEqual([
    'Return-Path: <a@client.example>',
    'X-Original-To: b@mx.example',
    'X-Original-To: c@mx.example',
  ]);
  expect(received).toMatch(
    new RegExp(
      `^Received: from relay\\.example \\(\\[127\\.0\\.0\\.1\\]\\) by mx\\.test with ESMTP id ${sessionId};`,
    ),
  );
  expect(relayed).toMatch(trace);
}
