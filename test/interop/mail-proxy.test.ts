import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { MESSAGE } from './parts/clients.ts';
import { startNginx } from './parts/daemons.ts';
import { describeWith } from './parts/installed.ts';
import { MailServer } from './parts/mail-server.ts';
import type { Program } from './parts/program.ts';
import { Stage } from './parts/stage.ts';

const PASSWORD = 'open sesame';

describeWith(['nginx'], "nginx's mail proxy, which checks passwords itself", () => {
  const stage = new Stage();

  test.for([
    { title: 'is believed with XCLIENT LOGIN where that is said', login: true },
    { title: 'names its client, and that counts for nothing more, otherwise', login: false },
  ])('$title', async ({ title, login }) => {
    const mail = await MailServer.start(stage, title, {
      options: {
        xclient: { trusted: ['127.0.0.1'], login },
        authenticator: () => false,
        authRequired: true,
      },
    });
    const nginx = await startMailProxy(stage, mail.port);
    const { socket, address } = await stage.client({ from: '127.0.0.2', port: nginx.ports[0]! });
    const transport = createTransport({
      connection: socket,
      name: 'client.example',
      ignoreTLS: true,
      auth: { user: 'user@mx.example', pass: PASSWORD },
    });
    const envelope = { from: 'a@client.example', to: 'b@mx.example' };
    const sent = transport.sendMail({ envelope, raw: MESSAGE });
    if (!login) {
      await expect(sent).rejects.toMatchObject({ responseCode: 530 });
      return expect(await mail.delivered()).toEqual([]);
    }
    await sent;
    const delivered = await mail.delivered();
    expect(delivered).toMatchObject([
      {
        client: { address, proxied: true },
        peer: { address: '127.0.0.1' },
        identity: { mechanism: 'XCLIENT', identity: 'user@mx.example' },
        message: MESSAGE,
      },
    ]);
    expect(delivered[0]!.fields[2]).toMatch(
      /^Received: from \S+ \(\[127\.0\.0\.2\]\) by mx\.test with (ESMTP|UTF8SMTP)A id /,
    );
  });

  test('passes on what its client says after that: XCLIENT is not taken from there', async () => {
    const mail = await MailServer.start(stage, 'forged', {
      options: {
        xclient: { trusted: ['127.0.0.1'], login: true },
        authenticator: () => false,
        authRequired: true,
      },
    });
    const nginx = await startMailProxy(stage, mail.port);
    const { socket } = await stage.client({ from: '127.0.0.2', port: nginx.ports[0]! });
    const credentials = Buffer.from(`\0user@mx.example\0${PASSWORD}`).toString('base64');
    let replies = '';
    socket.setEncoding('latin1').on('data', (text) => void (replies += text));
    for (const [said, answered] of [
      [`EHLO client.example\r\nAUTH PLAIN ${credentials}\r\n`, '235 '],
      ['XCLIENT LOGIN=root@mx.example\r\n', '550 5.7.0 '],
    ] as const) {
      socket.write(said);
      await expect.poll(() => replies).toContain(`\r\n${answered}`);
    }
  });
});

/** nginx as an SMTP proxy that lets in who knows the password. */
async function startMailProxy(stage: Stage, mailPort: number): Promise<Program> {
  const judge = createServer((request, response) => {
    const right = request.headers['auth-pass'] === encodeURIComponent(PASSWORD);
    response.setHeader('Auth-Status', right ? 'OK' : 'Invalid credentials');
    if (right) response.setHeader('Auth-Server', '127.0.0.1').setHeader('Auth-Port', String(mailPort));
    response.end();
  });
  judge.listen(0, '127.0.0.1');
  await once(judge, 'listening');
  stage.atEnd(() => judge.close());
  const { port: judgePort } = judge.address() as AddressInfo;
  return startNginx(
    stage,
    1,
    ([port]) => `
      server_name proxy.example;
      auth_http 127.0.0.1:${judgePort}/;
      xclient on;
      server {
        listen 127.0.0.1:${port};
        protocol smtp;
        smtp_auth plain login;
      }`,
    'mail',
  );
}
