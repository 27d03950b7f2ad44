import { connect, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import type { MailServer } from '../../../src/smtp/api/mail-server.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import type { Session } from '../../../src/smtp/api/session.ts';
import { keeper } from '../harness.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A client that collects what it is told; `until` waits for text, `ended` for the end. */
class Client {
  text = '';
  readonly socket: Socket;
  readonly ended: Promise<string>;
  private wake = (): void => {};

  constructor(socket: Socket) {
    this.socket = socket;
    cleanups.push(() => socket.destroy());
    socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
      this.wake();
    });
    socket.on('error', () => {});
    this.ended = new Promise((resolve) => socket.on('close', () => resolve(this.text)));
  }

  async until(end: string): Promise<string> {
    while (!this.text.endsWith(end)) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.text;
  }
}

async function serve(handler: Handler, options: SMTPServerOptions = {}): Promise<[SMTPServer, () => Client]> {
  const server = new SMTPServer(handler, { hostname: 'mx.test', ...options });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanups.push(() => server.close({ drain: 0 }));
  return [server, () => new Client(connect(port, '127.0.0.1'))];
}

const greeting = '220 mx.test ESMTP truepeer\r\n';
const envelope = 'EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n';

describe('SMTPServer on loopback', () => {
  it('takes a message, answers QUIT, and closes first (rule 17)', async () => {
    const handler = keeper();
    const [, dial] = await serve(handler);
    const client = dial();
    await client.until(greeting);
    client.socket.write(envelope);
    await client.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    client.socket.write('Subject: x\r\n\r\nhi\r\n.\r\nQUIT\r\n');
    expect((await client.ended).endsWith('250 2.6.0 Message accepted\r\n221 2.0.0 Bye\r\n')).toBe(true);
    expect(handler.messages).toEqual(['Subject: x\r\n\r\nhi\r\n']);
  });

  it('answers a client that sends everything at once and closes its half (B2, rule 43)', async () => {
    const handler: Handler & { messages: string[] } = keeper();
    const keep = handler.handleDATA!;
    handler.handleDATA = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return keep(...args);
    };
    const [, dial] = await serve(handler);
    const client = dial();
    client.socket.end(`${envelope}one\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@b.test>\r\nDATA\r\ntwo\r\n.\r\n`);
    expect((await client.ended).match(/250 2\.6\.0/g)).toHaveLength(2);
    expect(handler.messages).toEqual(['one\r\n', 'two\r\n']);
  });

  it('listens on a Unix socket; the client is the socket', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'truepeer-'));
    cleanups.push(() => rmSync(directory, { recursive: true }));
    const seen: unknown[] = [];
    const server = new SMTPServer({ handleConnect: (_server, session) => void seen.push(session.client) });
    const path = join(directory, 's');
    expect((await server.listen({ path })).address).toBe(path);
    const client = new Client(connect(path));
    client.socket.write('QUIT\r\n');
    await client.ended;
    await server.close();
    expect(seen).toEqual([{ address: '', port: null, family: 'unix', proxied: false }]);
  });

  it.each([
    ['disconnect', (server: MailServer, session: Session) => server.disconnect(session)],
    ['close', (server: MailServer) => void server.close()],
  ])('%s within a hook: what the hook answers is said before 421', async (_name, end) => {
    const kept = keeper();
    const [, dial] = await serve({
      handleDATA: (server, session, received) => {
        end(server, session);
        return kept.handleDATA!(server, session, received);
      },
    });
    const client = dial();
    client.socket.write(`${envelope}one\r\n.\r\n`);
    expect((await client.ended).split('\r\n').slice(-3)).toEqual([
      '250 2.6.0 Message accepted',
      '421 4.3.2 Service is shutting down; try again later',
      '',
    ]);
    expect(kept.messages).toEqual(['one\r\n']);
  });

  it('within handleContent, the message is taken to its end', async () => {
    const kept: string[] = [];
    const [, dial] = await serve({
      async handleContent(server, session, _envelope, content) {
        server.disconnect(session);
        for await (const piece of content) kept.push(piece.toString());
      },
    });
    const client = dial();
    client.socket.write(envelope);
    await client.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    client.socket.write('one\r\n.\r\n');
    expect(
      (await client.ended).endsWith(
        '250 2.6.0 Message accepted\r\n421 4.3.2 Service is shutting down; try again later\r\n',
      ),
    ).toBe(true);
    expect(kept.join('')).toBe('one\r\n');
  });

  it('disconnect ends one session of several; drain 0 cuts it in the middle of its content', async () => {
    const reasons: string[] = [];
    const [server, dial] = await serve({
      ...keeper(),
      handleClose: (_server, { hostName }, reason) => void reasons.push(`${hostName}: ${reason}`),
    });
    const clients: Client[] = [];
    for (const name of ['a', 'b', 'c']) {
      const client = dial();
      clients.push(client);
      await client.until(greeting);
      client.socket.write(`HELO ${name}\r\n`);
      await client.until('250 mx.test\r\n');
    }
    const [a, b, c] = [...server.sessions];
    expect([a, b, c].map((session) => session?.hostName)).toEqual(['a', 'b', 'c']);
    server.disconnect(a!);
    expect(
      (await clients[0]!.ended).endsWith('421 4.3.2 Service is shutting down; try again later\r\n'),
    ).toBe(true);
    clients[1]!.socket.write('MAIL FROM:<>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nhalf');
    await clients[1]!.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    server.disconnect(b!, { drain: 0 });
    expect(await clients[1]!.ended).toMatch(/<CR><LF>\r\n421 4\.3\.2 [^\r]*\r\n$/);
    while (server.connectionCount > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect([...server.sessions]).toEqual([c]);
    server.disconnect(a!);
    clients[2]!.socket.write('QUIT\r\n');
    expect((await clients[2]!.ended).endsWith('221 2.0.0 Bye\r\n')).toBe(true);
    expect(reasons).toEqual(['a: shutdown', 'b: shutdown', 'c: quit']);
  });

  it.each(['close', 'disconnect'] as const)(
    'F7: %s with content in flight: 421 after the time to drain, and the reason is the shutdown',
    async (how) => {
      for (const drain of [0, 20]) {
        for (const content of ['DATA\r\nhalf', 'BDAT 100\r\nhalf', 'BDAT 4\r\nhalf', 'BDAT 4 LAST\r\nhalf']) {
          const told: string[] = [];
          let begin = (): void => {};
          const begun = new Promise<void>((resolve) => (begin = resolve));
          const [server, dial] = await serve({
            handleMAIL: () => begin(),
            handleDATA: () => new Promise(() => {}),
            handleAbort: (_server, _session, _envelope, reason) => void told.push(reason.code),
            handleClose: (_server, _session, reason) => void told.push(reason),
          });
          const client = dial();
          client.socket.write(`EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.test>\r\n${content}`);
          await begun;
          if (how === 'close') await server.close({ drain });
          else for (const session of server.sessions) server.disconnect(session, { drain });
          expect(
            (await client.ended).endsWith('421 4.3.2 Service is shutting down; try again later\r\n'),
          ).toBe(true);
          while (told.at(-1) !== 'shutdown') await new Promise((resolve) => setTimeout(resolve, 1));
          expect(told.slice(0, -1).filter((word) => word !== 'lost')).toEqual([]);
        }
      }
    },
  );

  it('disconnect cuts a session that does not come to an end by itself', async () => {
    const [server, dial] = await serve(keeper());
    const client = dial();
    client.socket.write(`${envelope}half a mess`);
    await client.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    const [session] = server.sessions;
    server.disconnect(session!, { drain: 60 });
    expect(server.connectionCount).toBe(1);
    await client.ended;
  });

  it('F1: a client that leaves in the middle of content: nothing delivered, signal fired, one close', async () => {
    const events: string[] = [];
    const handler: Handler = {
      ...keeper(),
      handleRCPT: (_server, _session, { signal }) =>
        signal.addEventListener('abort', () => void events.push('aborted')),
      handleDATA: () => void events.push('delivered'),
      handleClose: (_server, _session, reason) => void events.push(reason),
    };
    const [server, dial] = await serve(handler);
    const client = dial();
    client.socket.write(`${envelope}half a mess`);
    await client.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    client.socket.resetAndDestroy();
    while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(events).toEqual(['aborted', 'client-left']);
  });

  it('E1: a drip of content is closed by the minimum rate, a steady client is not', async () => {
    const [, dial] = await serve(keeper(), { timeouts: { content: 300 }, limits: { contentRate: 500 } });
    const drip = dial();
    drip.socket.write(envelope);
    await drip.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    const timer = setInterval(() => drip.socket.write('x'), 20);
    cleanups.push(() => clearInterval(timer));
    expect((await drip.ended).endsWith('421 4.4.2 Timeout waiting for the message\r\n')).toBe(true);
  });

  it('E2: a client that never reads is not read from either, and closed at the write deadline', async () => {
    const text = 'y'.repeat(400);
    const [server, dial] = await serve(
      { handleNOOP: () => `250 2.0.0 ${text}` },
      { timeouts: { write: 300 }, limits: { junkCommands: 1_000_000 } },
    );
    const client = dial();
    await client.until(greeting);
    client.socket.pause();
    const flood = Buffer.from('NOOP\r\n'.repeat(10_000));
    let drained = true;
    for (let round = 0; round < 200 && drained; round++) {
      drained = client.socket.write(flood);
      if (!drained)
        drained = await new Promise((resolve) => {
          client.socket.once('drain', () => resolve(true));
          client.socket.once('close', () => resolve(false));
          setTimeout(() => resolve(false), 1000).unref();
        });
    }
    expect(drained).toBe(false);
    while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('F7: close() says 421 to the idle, finishes content in flight, takes no new connections', async () => {
    const handler = keeper();
    const [server, dial] = await serve(handler);
    const idle = dial();
    await idle.until(greeting);
    const busy = dial();
    busy.socket.write(envelope);
    await busy.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    const closed = server.close({ drain: 5000 });
    expect(await idle.ended).toBe(`${greeting}421 4.3.2 Service is shutting down; try again later\r\n`);
    busy.socket.write('done\r\n.\r\n');
    expect(
      (await busy.ended).endsWith(
        '250 2.6.0 Message accepted\r\n421 4.3.2 Service is shutting down; try again later\r\n',
      ),
    ).toBe(true);
    await closed;
    expect(handler.messages).toEqual(['done\r\n']);
    const late = dial();
    expect(await late.ended).toBe('');
  });

  it('F7: a hook that stops the server as the content begins gets that content', async () => {
    const taken: string[] = [];
    const [, dial] = await serve({
      async handleContent(server, _session, _envelope, content) {
        void server.close();
        for await (const piece of content) taken.push(piece.toString());
      },
    });
    const client = dial();
    client.socket.write(envelope);
    await client.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    client.socket.write('done\r\n.\r\n');
    expect(await client.ended).toMatch(/250 2\.6\.0 Message accepted\r\n421 4\.3\.2 [^\r]*\r\n$/);
    expect(taken.join('')).toBe('done\r\n');
  });

  it('F7: what does not finish in time is cut', async () => {
    const [server, dial] = await serve(keeper());
    const busy = dial();
    busy.socket.write(envelope);
    await busy.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    await server.close({ drain: 50 });
    expect(server.connectionCount).toBe(0);
  });

  it('E6: above the total limit 421 4.7.0, the others are unaffected', async () => {
    const [server, dial] = await serve(keeper(), { limits: { connections: 2 } });
    const [one, two] = [dial(), dial()];
    await one.until(greeting);
    await two.until(greeting);
    expect(await dial().ended).toBe('421 4.7.0 Too many connections; try again later\r\n');
    one.socket.write('QUIT\r\n');
    expect(await one.ended).toContain('221');
    while (server.connectionCount > 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const three = dial();
    expect(await three.until(greeting)).toBe(greeting);
  });

  it('F3 and F4: a streaming handler gets back-pressure; one that stops early has not taken the message', async () => {
    const sizes: number[] = [];
    const [, dial] = await serve({
      async handleContent(_server, _session, mail, content) {
        let size = 0;
        for await (const piece of content) {
          size += piece.length;
          if (mail.mailFrom === 'stop@a.test') break;
          if (size < 300_000) await new Promise((resolve) => setTimeout(resolve, 1));
        }
        sizes.push(size);
      },
    });
    const client = dial();
    const line = `${'z'.repeat(98)}\r\n`;
    client.socket.write(
      `EHLO c.test\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n${line.repeat(20_000)}.\r\n`,
    );
    await client.until('250 2.6.0 Message accepted\r\n');
    client.socket.write(
      `MAIL FROM:<stop@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n${line.repeat(20_000)}.\r\nQUIT\r\n`,
    );
    const said = await client.ended;
    expect(said.endsWith('451 4.3.0 Message was not taken; try again later\r\n221 2.0.0 Bye\r\n')).toBe(true);
    expect(sizes[0]).toBe(2_000_000);
    expect(sizes[1]).toBeLessThan(2_000_000);
  });
});
