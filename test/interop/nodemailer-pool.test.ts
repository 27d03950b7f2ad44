import { PassThrough } from 'node:stream';
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { type Handler, sasl, type Session, type SMTPServer } from '../../src/index.ts';
import { makeCertificate } from './parts/certificate.ts';
import { MESSAGE } from './parts/clients.ts';
import { MailServer, type Setup } from './parts/mail-server.ts';
import { Stage } from './parts/stage.ts';

/** nodemailer with connections that carry many messages, and what may happen to such a connection. */

const MX = makeCertificate('mx.example', ['mx.example', '127.0.0.1']);
const TLS = { key: MX.key, cert: MX.certificate };
const ENVELOPE = { from: 'a@client.example', to: ['b@mx.example'] };

type Transport = ReturnType<typeof createTransport>;

describe('a pool of nodemailer', () => {
  const stage = new Stage();
  let name = 0;

  const start = (setup: Setup = {}): Promise<MailServer> =>
    MailServer.start(stage, `pool${name++}`, { options: {}, ...setup });

  function poolTo(port: number, options: Record<string, unknown> = {}): Transport {
    const local = { host: '127.0.0.1', port, name: 'client.example', ignoreTLS: true };
    const transport = createTransport({
      pool: true,
      maxConnections: 1,
      ...local,
      ...options,
    } as Parameters<typeof createTransport>[0]);
    stage.atEnd(() => transport.close());
    return transport;
  }

  /** Counts sessions; ends the last of them; waits until the client has left, too. */
  function sessions(): { hooks: Handler; count: number; end: () => void; gone: () => Promise<void> } {
    let last: [SMTPServer, Session] | undefined;
    const seen = {
      count: 0,
      hooks: {
        handleConnect(server: SMTPServer, session: Session): void {
          seen.count++;
          last = [server, session];
        },
      },
      end: (): void => last![0].disconnect(last![1]),
      async gone(): Promise<void> {
        while (last![0].connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    };
    return seen;
  }

  test('a connection that is ended while it is idle is no failure: the next message takes another', async () => {
    const seen = sessions();
    const mail = await start({ hooks: seen.hooks });
    const transport = poolTo(mail.port);
    await transport.sendMail({ envelope: ENVELOPE, raw: MESSAGE });
    seen.end();
    await seen.gone();
    await transport.sendMail({ envelope: ENVELOPE, raw: MESSAGE });
    expect(await mail.delivered()).toHaveLength(2);
    expect(seen.count).toBe(2);
  });

  test('so is one that was idle for too long', async () => {
    const seen = sessions();
    const mail = await start({ hooks: seen.hooks, options: { timeouts: { command: 60 } } });
    const transport = poolTo(mail.port);
    await transport.sendMail({ envelope: ENVELOPE, raw: MESSAGE });
    await seen.gone();
    await transport.sendMail({ envelope: ENVELOPE, raw: MESSAGE });
    expect(await mail.delivered()).toHaveLength(2);
    expect(seen.count).toBe(2);
  });

  test('a session that is ended in the middle of a message has taken the message', async () => {
    const seen = sessions();
    const raw = new PassThrough();
    let taken = '';
    const hooks: Handler = {
      ...seen.hooks,
      async handleContent(_server, _session, _envelope, content) {
        seen.end();
        raw.end('the last line\r\n');
        for await (const piece of content) taken += piece.toString();
      },
    };
    const mail = await start({ hooks });
    const sent = poolTo(mail.port).sendMail({ envelope: ENVELOPE, raw });
    raw.write(MESSAGE);
    expect((await sent).response).toMatch(/^250 2\.6\.0 /);
    expect(taken).toBe(`${MESSAGE}the last line\r\n`);
  });

  test('a message that breaks off is not delivered, those after it are', async () => {
    const aborted: string[] = [];
    const mail = await start({
      hooks: { handleAbort: (_server, _session, _envelope, reason) => void aborted.push(reason.code) },
    });
    const transport = poolTo(mail.port);
    const raw = new PassThrough();
    const broken = transport.sendMail({ envelope: ENVELOPE, raw });
    raw.write(MESSAGE);
    setTimeout(() => raw.destroy(new Error('the disk is gone')), 50);
    await expect(broken).rejects.toThrow('the disk is gone');
    await transport.sendMail({ envelope: ENVELOPE, raw: MESSAGE });
    expect((await mail.delivered()).map(({ message }) => message)).toEqual([MESSAGE]);
    expect(aborted).toEqual(['lost']);
  });

  test.for([
    ['STARTTLS', { ignoreTLS: false, requireTLS: true }, false],
    ['TLS from the first octet', { secure: true }, true],
  ] as const)('large attachments, several at once, over %s', async ([, security, tls]) => {
    const mail = await start({ options: { tls: TLS }, tls });
    const transport = poolTo(mail.port, {
      ...security,
      maxConnections: 3,
      tls: { ca: MX.certificate, servername: 'mx.example' },
    });
    const contents = Array.from({ length: 6 }, (_, index) =>
      Buffer.alloc(1_000_000 + index, `${index}\r\n.\n`),
    );
    await Promise.all(
      contents.map((content) =>
        transport.sendMail({ envelope: ENVELOPE, from: 'a@client.example', attachments: [{ content }] }),
      ),
    );
    const delivered = await mail.delivered();
    const received = delivered.map(({ message }) =>
      Buffer.from(message.slice(message.indexOf('\r\n\r\n')), 'base64'),
    );
    const byLength = (a: Buffer, b: Buffer): number => a.length - b.length;
    const pairs = received.toSorted(byLength).map((each, index) => each.equals(contents[index]!));
    expect(pairs).toEqual(Array(6).fill(true));
    expect(new Set(delivered.map((each) => each.tls))).toEqual(new Set(['TLSv1.3']));
  });

  test('REQUIRETLS is asked for over TLS, and known to the handler', async () => {
    const asked: boolean[] = [];
    const hooks: Handler = { handleRCPT: (_server, _session, { requireTLS }) => void asked.push(requireTLS) };
    const mail = await start({ options: { tls: TLS }, hooks });
    const security = {
      ignoreTLS: false,
      requireTLS: true,
      tls: { ca: MX.certificate, servername: 'mx.example' },
    };
    const transport = poolTo(mail.port, security);
    for (const requireTLSExtensionEnabled of [true, false])
      await transport.sendMail({ envelope: ENVELOPE, raw: MESSAGE, requireTLSExtensionEnabled } as object);
    expect(asked).toEqual([true, false]);
  });

  test('a mechanism of its own, on both sides', async () => {
    const token: sasl.Mechanism = {
      name: 'X-TOKEN',
      clientFirst: false,
      plaintext: false,
      usable: () => true,
      start: (context) =>
        sasl.serverFirst(Buffer.from('token?'), (octets) =>
          sasl.judge(
            context,
            { mechanism: 'X-TOKEN', authcid: null, authzid: null },
            { kind: 'other', mechanism: 'X-TOKEN', token: Buffer.from(octets).toString() },
          ),
        ),
    };
    const mail = await start({
      options: {
        auth: { custom: [token] },
        authRequired: true,
        authenticator: (given) =>
          given.kind === 'other' &&
          given['token'] === 'open sesame' && { authenticated: true, identity: 'ann' },
      },
    });
    const customAuth = {
      async 'X-TOKEN'(client: {
        auth: { credentials: { pass: string } };
        sendCommand(line: string): Promise<{ status: number; text: string }>;
      }): Promise<void> {
        expect(await client.sendCommand('AUTH X-TOKEN')).toMatchObject({ status: 334, text: 'dG9rZW4/' });
        const { status } = await client.sendCommand(btoa(client.auth.credentials.pass));
        if (status !== 235) throw new Error('not let in');
      },
    };
    const as = (pass: string): Transport =>
      poolTo(mail.port, { auth: { method: 'X-TOKEN', user: 'ann', pass }, customAuth });
    await as('open sesame').sendMail({ envelope: ENVELOPE, raw: MESSAGE });
    await expect(as('wrong').sendMail({ envelope: ENVELOPE, raw: MESSAGE })).rejects.toMatchObject({
      code: 'EAUTH',
      responseCode: 535,
    });
    expect((await mail.delivered()).map(({ identity }) => identity?.identity)).toEqual(['ann']);
  });

  test('EHLO, replies and texts as another server has them: what depends on them still works', async () => {
    const hooks: Handler = {
      handleEHLO: () => ['PIPELINING', '8BITMIME', 'SIZE 1000'],
      handleDATA: () => '250 OK: message queued',
    };
    const mail = await start({ hooks: { ...hooks, handleContent: () => '250 OK: message queued' } });
    const sent = await poolTo(mail.port).sendMail({ envelope: ENVELOPE, raw: MESSAGE });
    expect(sent).toMatchObject({
      response: '250 OK: message queued',
      ehlo: ['PIPELINING', '8BITMIME', 'SIZE 1000'],
    });
  });
});
