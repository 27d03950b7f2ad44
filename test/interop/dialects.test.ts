import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Handler } from '../../src/index.ts';
import { describeWith } from './parts/installed.ts';
import { MailServer } from './parts/mail-server.ts';
import { longOptions, run } from './parts/program.ts';
import { Stage } from './parts/stage.ts';

const LINES = [
  'From: a@client.example',
  'To: b@mx.example',
  'Subject: local',
  'Date: Mon, 1 Jun 2026 12:00:00 +0000',
  'Message-ID: <1@client.example>',
  '',
  '.dot',
];
const MESSAGE = `${LINES.join('\r\n')}\r\n`;
const MAIL = {
  helo: 'client.example',
  from: 'a@client.example',
  to: 'b@mx.example,c@mx.example',
  data: LINES.join('\\n'),
};

describeWith(['swaks'], 'swaks with LMTP', () => {
  const stage = new Stage();

  test('over TCP gets a reply for each recipient', async () => {
    const mail = await MailServer.start(stage, 'tcp', { options: {}, lmtp: true });
    const { code, stdout } = await run(
      'swaks',
      longOptions({ ...MAIL, protocol: 'LMTP', server: `127.0.0.1:${mail.port}` }),
    );
    expect(code, stdout).toBe(0);
    expect(repliesToContent(stdout)).toEqual([
      expect.stringMatching(/^250 2\.\d\.0 /),
      expect.stringMatching(/^250 2\.\d\.0 /),
    ]);
    await expectLocal(mail, '[127.0.0.1]');
  });

  test('over a Unix socket, one recipient turned away', async () => {
    const path = join(stage.dir, 'lmtp.sock');
    const hooks: Handler = {
      handleRCPT: (_server, _session, _envelope, address) =>
        address === 'd@mx.example' ? '550 5.1.1 Nobody of that name' : undefined,
    };
    const mail = await MailServer.start(stage, 'unix', { options: {}, hooks, lmtp: true, path });
    const to = `${MAIL.to},d@mx.example`;
    const { stdout } = await run('swaks', longOptions({ ...MAIL, to, protocol: 'LMTP', socket: path }));
    expect(stdout).toContain('<** 550 5.1.1 Nobody of that name');
    expect(repliesToContent(stdout)).toHaveLength(2);
    await expectLocal(mail, 'local');
  });
});

describeWith(['msmtp'], 'msmtp with LMTP', () => {
  const stage = new Stage();

  test('over TCP', async () => {
    const mail = await MailServer.start(stage, 'tcp', { options: {}, lmtp: true });
    const options = longOptions({
      file: '/dev/null',
      protocol: 'lmtp',
      host: '127.0.0.1',
      port: `${mail.port}`,
      domain: 'client.example',
      from: 'a@client.example',
    });
    const input = `${LINES.join('\n')}\n`;
    const { code, stderr } = await run('msmtp', [...options, 'b@mx.example', 'c@mx.example'], { input });
    expect(code, stderr).toBe(0);
    await expectLocal(mail, '[127.0.0.1]');
  });
});

describeWith(['swaks'], 'swaks with XCLIENT', () => {
  const stage = new Stage();
  const statement = { 'xclient-addr': '203.0.113.7', 'xclient-port': '4321', 'xclient-helo': 'far.example' };

  test('speaks for its client, when its address is trusted with that', async () => {
    const mail = await MailServer.start(stage, 'trusted', {
      options: { xclient: { trusted: ['127.0.0.1'] } },
    });
    const server = `127.0.0.1:${mail.port}`;
    const { code, stdout } = await run('swaks', longOptions({ ...MAIL, ...statement, server }));
    expect(code, stdout).toBe(0);
    const [delivered] = await mail.delivered();
    expect(delivered).toMatchObject({
      client: { address: '203.0.113.7', port: 4321, family: 'IPv4', proxied: true },
      peer: { address: '127.0.0.1' },
      message: MESSAGE,
    });
    expect(delivered!.fields[3]).toMatch(
      /^Received: from client\.example \(\[203\.0\.113\.7\]\) by mx\.test /,
    );
  });

  test('is not believed otherwise', async () => {
    const mail = await MailServer.start(stage, 'untrusted', {
      options: { xclient: { trusted: ['192.0.2.1'] } },
    });
    const server = `127.0.0.1:${mail.port}`;
    const { code, stdout } = await run('swaks', longOptions({ ...MAIL, ...statement, server }));
    expect(code).not.toBe(0);
    expect(stdout).not.toContain('XCLIENT ADDR');
    expect(await mail.delivered()).toEqual([]);
  });
});

/** What swaks heard after the final dot, without its arrows. */
function repliesToContent(transcript: string): string[] {
  const after = transcript.slice(transcript.indexOf('\n -> .\n')).split('\n');
  return after
    .slice(
      2,
      after.findIndex((line) => line === ' -> QUIT'),
    )
    .map((line) => line.replace(/^<[-*~*]+ +/, ''));
}

/** Expects MESSAGE on disk, once, for the two recipients. */
async function expectLocal(mail: MailServer, client: string): Promise<void> {
  const delivered = await mail.delivered();
  expect(delivered.map(({ message }) => message)).toEqual([MESSAGE]);
  const [path, first, second, received] = delivered[0]!.fields;
  expect([path, first, second]).toEqual([
    'Return-Path: <a@client.example>',
    'X-Original-To: b@mx.example',
    'X-Original-To: c@mx.example',
  ]);
  expect(received).toMatch(/^Received: from client\.example \(.*\) by mx\.test with (UTF8)?LMTP id /);
  expect(received).toContain(`(${client})`);
}
