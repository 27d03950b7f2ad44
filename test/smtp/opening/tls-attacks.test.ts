import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTLS } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { TLSOptions } from '../../../src/smtp/api/options/tls-options.ts';
import { keeper, ready } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

function pem(name: string): Buffer {
  return readFileSync(new URL(`../certificates/${name}`, import.meta.url));
}

const tls: TLSOptions = { key: pem('server.key'), cert: pem('server.crt') };
const GREETING = '220 mx.test ESMTP truepeer\r\n';
const READY = '220 2.0.0 Ready to start TLS\r\n';
const ENVELOPE = 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n';

/** Somebody between client and server who passes octets on and may add his own. */
async function between(port: number, atEnd: (server: Socket) => void): Promise<number> {
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect(port, '127.0.0.1');
    client.on('data', (octets) => server.write(octets)).on('error', () => server.destroy());
    client.on('end', () => atEnd(server));
    server.on('data', (octets) => client.write(octets)).on('error', () => client.destroy());
    server.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void relay.close());
  return (relay.address() as { port: number }).port;
}

describe('C6: close_notify in the middle of content, then octets in the clear', () => {
  it.each(['BDAT 1000 LAST\r\nhalf', 'DATA\r\nhalf', 'MAIL FROM:<half'])(
    'after %j the connection ends, nothing is parsed and nothing delivered',
    async (begun) => {
      const seen: string[] = [];
      const handler: Handler = {
        handleDATA: () => void seen.push('delivered'),
        handleRSET: () => void seen.push('executed'),
        handleClose: (_server, _session, reason) => void seen.push(reason),
      };
      const { port, server } = await serve(handler, { tls }, { tls: true });
      const injected = `${'x'.repeat(1000)}\r\n.\r\nRSET\r\n`;
      const relay = await between(port, (socket) => socket.write(injected));
      const client = new Client(connectTLS({ port: relay, host: '127.0.0.1', rejectUnauthorized: false }));
      await client.until(GREETING);
      client.socket.write(ENVELOPE);
      await client.until('250 2.1.5 Recipient ok\r\n');
      client.socket.write(begun.startsWith('MAIL') ? `RSET\r\n${begun}` : begun);
      await new Promise((resolve) => setTimeout(resolve, 20));
      client.socket.end();
      await client.ended;
      await expect.poll(() => server.connectionCount).toBe(0);
      expect(seen).toEqual(begun.startsWith('MAIL') ? ['executed', 'client-left'] : ['client-left']);
    },
  );
});

describe('E8: TLS records of one octet', () => {
  it('carry a message as any others do', async () => {
    const handler = keeper();
    const { port } = await serve(handler, { tls }, { tls: true });
    const socket = connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const client = new Client(socket);
    await client.until(GREETING);
    const content = `${'.x\r\n'.repeat(50)}`;
    for (const octet of `${ENVELOPE}DATA\r\n.${content.replaceAll('\n.', '\n..')}.\r\nQUIT\r\n`) {
      await new Promise<void>((resolve) => void socket.write(octet, () => resolve()));
    }
    expect((await client.ended).endsWith('250 2.6.0 Message accepted\r\n221 2.0.0 Bye\r\n')).toBe(true);
    expect(handler.messages).toEqual([content]);
  });
});

describe('rule 50: a handshake that fails', () => {
  it.each([
    ['a command', 'EHLO c.test\r\nMAIL FROM:<a@a>\r\n'],
    ['a record that is none', '\x16\x03\x01\x00\x05hello'],
    ['an alert', '\x15\x03\x01\x00\x02\x02\x28'],
    ['zeros', '\0'.repeat(64)],
  ])('%s: closed, nothing said in the clear, the reason said to the log', async (_what, octets) => {
    const notes: string[] = [];
    const { dial } = await serve(
      {},
      { tls, diagnostics: ({ code, text }) => notes.push(`${code}: ${text}`) },
    );
    const client = dial();
    await client.until(GREETING);
    await client.ask('EHLO c');
    expect(await client.ask('STARTTLS')).toBe(READY);
    client.socket.write(Buffer.from(octets, 'latin1'));
    // At most an alert, which is record type 21.
    const heard = await client.ended;
    expect(heard === '' || (heard.length === 7 && heard.charCodeAt(0) === 21)).toBe(true);
    expect(notes).toContainEqual(
      expect.stringMatching(/^tls-failed: the TLS handshake failed: (?!the client left)[ -~]+$/),
    );
  });

  it.each([
    ['before a word of TLS: the client left', '', ['client-left'], false],
    ['broken off before a word of TLS: the client left', '', ['client-left'], true],
    ['in the middle of a record, broken off: it failed', '\x16\x03\x01', ['tls-failed', 'tls'], true],
  ])('a client that leaves %s', async (_what, octets, told, broken) => {
    const seen: string[] = [];
    const { dial } = await serve(
      {
        handlePROXY: () => true,
        handleDATA: () => undefined,
        handleClose: (_server, _session, reason) => void seen.push(reason),
      },
      {
        tls,
        proxyProtocol: { timeout: 5000, trusted: ['127.0.0.1'] },
        diagnostics: ({ code }) => void seen.push(code),
      },
      { tls: true },
    );
    const { socket } = dial();
    socket.write(`PROXY UNKNOWN\r\n${octets}`, 'latin1');
    await sleep(30);
    if (broken) socket.resetAndDestroy();
    else socket.end();
    await expect.poll(() => seen).toEqual(told);
  });

  it('C5: on a port of implicit TLS, too, at its deadline', async () => {
    const codes: string[] = [];
    const options = {
      tls,
      timeouts: { tls: 100 },
      diagnostics: ({ code }: { code: string }) => void codes.push(code),
    };
    const { dial, server } = await serve({}, options, { tls: true });
    expect(await dial().ended).toBe('');
    await expect.poll(() => server.connectionCount).toBe(0);
    expect(codes.filter((code) => code === 'tls-failed').length).toBe(1);
  });
});

describe('rule 48: what TLS does not wash away', () => {
  it('errors and junk count on', async () => {
    const { dial } = await serve({}, { tls, limits: { errors: 5, junkCommands: 50 } });
    const client = dial();
    await client.until(GREETING);
    await client.ask('EHLO c');
    for (let error = 0; error < 3; error++) expect(await client.ask('RSET x')).toMatch(/^501/);
    await client.ask('STARTTLS');
    await client.secure();
    expect(await client.ask('MAIL FROM:<a@a>')).toMatch(/^503/);
    client.socket.write('RSET x\r\n');
    expect(await client.ended).toMatch(/^501 .*\r\n421 4\.7\.0 Too many errors\r\n$/);
  });
});

describe('before TLS has begun', () => {
  it('rule 55: the octets of a chunk are no commands where TLS is required', () => {
    const rig = ready({}, { tls, requireStartTLS: true });
    expect(rig.say('BDAT 6\r\nQUIT\r\nNOOP\r\n')).toBe('530 5.7.0 Say STARTTLS first\r\n250 2.0.0 Ok\r\n');
  });

  it('E6 and rule 72: a connection too many is closed without a word, in the clear there is nothing to say', async () => {
    const { port, dial } = await serve({}, { tls, limits: { connections: 1 } }, { tls: true });
    const first = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    await first.until(GREETING);
    expect(await dial().ended).toBe('');
  });

  it('E6 and rule 72: nor before a PROXY header, nor between the header and TLS', async () => {
    const proxyProtocol = { timeout: 5000, trusted: 'anyone' } as const;
    const header = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
    let judged = 0;
    const proxied = { handlePROXY: () => ++judged > 0 };
    const full = await serve(proxied, { proxyProtocol, limits: { connections: 1 } });
    const first = full.dial();
    first.socket.write(header);
    await first.until(GREETING);
    expect(await full.dial().ended).toBe('');
    const both = await serve(
      proxied,
      { tls, proxyProtocol, limits: { connectionsPerClient: 1 } },
      { tls: true },
    );
    const counted = both.dial();
    counted.socket.write(header);
    await expect.poll(() => judged).toBe(2);
    const second = both.dial();
    second.socket.write(header);
    expect(await second.ended).toBe('');
    await expect.poll(() => both.server.connectionCount).toBe(1);
    expect(judged).toBe(2);
  });
});
