import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { RawClient } from './raw-client.ts';
import { startServing } from './serve-process.ts';
import type { Serving } from './serve-process.ts';
import { truepeer } from '../support.ts';

const PROXY = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';

describe('truepeer serve', () => {
  let serving: Serving | undefined;
  const clients: RawClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await serving?.remove();
    serving = undefined;
  });

  async function connect(): Promise<RawClient> {
    const client = await RawClient.connect((serving as Serving).port);
    clients.push(client);
    return client;
  }

  /** A session up to the reply to DATA. */
  async function sessionInContent(): Promise<RawClient> {
    const client = await connect();
    client.write(`${PROXY}EHLO a.example\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n`);
    await client.read(/^354 /mu);
    return client;
  }

  it('says at its start what it listens for, whom it believes, and what to send next', async () => {
    serving = await startServing();
    await serving.printed(/truepeer send.*\n/u);
    expect(serving.output()).toBe(
      `truepeer listens on 127.0.0.1:${serving.port} and stores mail for any recipient in ${serving.maildir}; it is no relay.\n` +
        'Expects a PROXY header (version 1 or 2) within 5000 ms, and believes it from 127.0.0.0/8, ::1 only.\n' +
        `Next, in another terminal: npx truepeer send --from-client 203.0.113.7:4321 --to 127.0.0.1:${serving.port}\n`,
    );
  });

  it('takes what send sends: a line for the connection, one for the message, a file that names the client', async () => {
    serving = await startServing();
    const to = ['--to', `127.0.0.1:${serving.port}`];
    const { code } = await truepeer(['send', ...to, '--from-client', '203.0.113.7:4321']);
    expect(code).toBe(0);
    const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    await serving.printed(
      new RegExp(
        `^${time} \\[(\\w+)\\] client 203\\.0\\.113\\.7:4321 through proxy 127\\.0\\.0\\.1:\\d+, PROXY v2$`,
        'mu',
      ),
    );
    const name = readdirSync(join(serving.maildir, 'new'))[0] as string;
    const [message = ''] = serving.messages();
    await serving.printed(
      new RegExp(
        `\\] stored new/${name}, ${message.length} octets, from <sender@example\\.org> for <recipient@example\\.net>$`,
        'mu',
      ),
    );
    expect(message).toMatch(
      /^Return-Path: <sender@example\.org>\r\nX-Original-To: recipient@example\.net\r\n/u,
    );
    expect(message).toMatch(/^Received: from client\.example\.org \(\[203\.0\.113\.7\]\)\r\n\tby /mu);
  });

  it('writes JSON for machines, and nothing of a peer unescaped in it', async () => {
    serving = await startServing('--log', 'json', '--hostname', 'mx.example');
    const client = await connect();
    client.write(
      `${PROXY}EHLO a.example\r\nMAIL FROM:<\u65e5a@b.example> SMTPUTF8\r\nRCPT TO:<c@d>\r\nDATA\r\n`,
    );
    await client.read(/^354 /mu);
    client.write('Subject: x\r\n\r\n.\r\nQUIT\r\n');
    await client.read(/^221 /mu);
    await serving.printed(/"event":"stored".*\n/u);
    const events = serving
      .output()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const session = expect.stringMatching(/^\w+$/u);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/u);
    expect(events).toEqual([
      {
        time,
        event: 'listening',
        places: `127.0.0.1:${serving.port}`,
        maildir: serving.maildir,
        startTls: false,
        proxy: true,
        trusted: '127.0.0.0/8 ::1',
        proxyTimeout: 5000,
        next: `npx truepeer send --from-client 203.0.113.7:4321 --to 127.0.0.1:${serving.port}`,
      },
      {
        time,
        event: 'connection',
        session,
        client: '203.0.113.7',
        clientPort: 4321,
        proxied: true,
        proxy: '127.0.0.1',
        proxyPort: client.localPort,
        proxyVersion: 1,
      },
      {
        time,
        event: 'stored',
        session,
        file: expect.stringMatching(/^\d+\.M\d+P\d+Q1R/u),
        size: expect.any(Number),
        from: '\u65e5a@b.example',
        recipient: 'c@d',
        recipients: 1,
      },
    ]);
    expect(serving.output()).toMatch(/^[\n\u0020-\u007e]*$/u);
  });

  it('writes text that no terminal obeys', async () => {
    serving = await startServing();
    const client = await connect();
    client.write(
      `${PROXY}EHLO a.example\r\nMAIL FROM:<\u65e5a@b.example> SMTPUTF8\r\nRCPT TO:<c@d>\r\nDATA\r\n`,
    );
    await client.read(/^354 /mu);
    client.write('Subject: x\r\n\r\n.\r\n');
    const [line] = await serving.printed(/stored new.*\n/u);
    expect(line).toMatch(/ from <\\u\{65e5\}a@b\.example> for <c@d>\n$/u);
    expect(serving.output()).toMatch(/^[\n\u0020-\u007e]*$/u);
  });

  it('writes why a message was not stored, and why it ended a session', async () => {
    serving = await startServing('--no-proxy', '--size-limit', '9');
    const send = async (octets: string, reply: RegExp) => {
      const client = await connect();
      client.write(`EHLO a.example\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n${octets}`);
      await client.read(reply);
      client.close();
    };
    await send('DATA\r\na\nb\r\n.\r\n', /^550 5\.6\.0 /mu);
    await send('BDAT 10\r\n0123456789', /^552 5\.3\.4 /mu);
    await send('DATA\r\nhalf', /^354 /mu);
    await send('GET / HTTP/1.1\r\n', /^421 /mu);
    const route = 'from <a@b> for <c@d> and 1 more';
    for (const why of [
      `not stored: the server refuses the message: 550 5\\.6\\.0 Message holds a bare CR or LF; .*; ${route}`,
      `not stored: the server refuses the message: 552 5\\.3\\.4 Message is larger .*; ${route}`,
      `not stored: the connection ended: (?:connection-error|client-left); ${route}`,
      'ended: not-smtp',
    ]) {
      await serving.printed(new RegExp(`\\] ${why}\n`, 'u'));
    }
    expect(serving.messages()).toEqual([]);
  });

  it('logs what it refuses itself, and the dialogue when told so, without a password', async () => {
    serving = await startServing('--no-proxy', '--log-dialogue', '--bare-newlines', 'normalize');
    const client = await connect();
    client.write(
      'MAIL FROM:<a@b>\r\nAUTH PLAIN c2VjcmV0\r\nEHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n',
    );
    await client.read(/^354 /mu);
    client.write('Subject: x\n\nsecret\n\r\n.\r\nQUIT\r\n');
    await client.read(/^221 /mu);
    await serving.printed(/< 221 .*\n/u);
    const lines = serving
      .output()
      .split('\n')
      .map((line) => line.replace(/^\S+ \[\w+\] /u, ''));
    expect(lines).toContain('info: 503 5.5.1 Say HELO or EHLO first, to: MAIL FROM:<a@b>');
    expect(lines).toContain('> AUTH PLAIN (not shown)');
    expect(lines).toContain('< 250 2.1.5 Recipient ok');
    expect(lines).toContain('> (content, 24 octets)');
    expect(serving.output()).not.toMatch(/c2VjcmV0|secret/u);
    expect(serving.messages()[0]).toMatch(/\r\nSubject: x\r\n\r\nsecret\r\n\r\n$/u);
  });

  it('names --no-proxy to a bare client, and the flag that takes a header', async () => {
    serving = await startServing();
    const say = async (text: string, line: RegExp) => {
      const client = await connect();
      client.write(text);
      await serving!.printed(line);
    };
    await say(
      'EHLO a\r\n',
      /PROXY header refused: bad-signature.*: if clients connect without a balancer, say --no-proxy\n/u,
    );
    await say(
      'PROXY TCP6 2001:db8::77 127.0.0.1 4321 25\r\n',
      /refused: v1-bad-ipv6.*decode: \{ mixedFamilies: true \}.*: here --proxy-mixed-families\n/u,
    );
    const twice = '0d0a0d0a000d0a515549540a21110014cb007107c633641910e100190200016102000162';
    const client = await connect();
    client.write(Buffer.from(twice, 'hex'));
    await serving.printed(/refused: tlv-duplicate.*: here --proxy-duplicates first\n/u);
  });

  it('takes what the standard does not allow by flags', async () => {
    const flags = [
      '--proxy-mixed-families',
      '--proxy-tlv',
      'lenient',
      '--proxy-duplicates',
      'first',
      '--proxy-unspec',
      'accept',
    ];
    serving = await startServing(...flags);
    for (const header of [
      Buffer.from('PROXY TCP6 2001:db8::77 127.0.0.1 4321 25\r\n'),
      Buffer.from('0d0a0d0a000d0a515549540a21110014cb007107c633641910e100190200016102000162', 'hex'),
      Buffer.from('0d0a0d0a000d0a515549540a2111000ecb007107c633641910e100190400', 'hex'),
      Buffer.from('0d0a0d0a000d0a515549540a21000000', 'hex'),
    ]) {
      const client = await connect();
      client.write(header);
      await client.read(/^220 /mu);
    }
    const { code, err } = await truepeer(['serve', '--no-proxy', '--proxy-mixed-families']);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('--no-proxy and --proxy-mixed-families exclude each other.'),
    ]);
  });

  it('closes on a peer that it does not believe, and says how to change that (D1)', async () => {
    serving = await startServing('--proxy-trust', '192.0.2.0/24', '--proxy-trust', '2001:db8::/32');
    expect(serving.output()).toContain('believes it from 192.0.2.0/24, 2001:db8::/32 only.\n');
    const client = await connect();
    client.write(`${PROXY}EHLO a.example\r\n`);
    expect(await client.closed).toBe('');
    await serving.printed(
      /Z warning: 127\.0\.0\.1 is not in .*: if it is your balancer, name it with --proxy-trust\n/u,
    );
  });

  it('writes one line for a connection without a header, and why (D2)', async () => {
    serving = await startServing('--proxy-timeout', '300');
    const silent = await connect();
    const wrong = await connect();
    wrong.write('EHLO a.example\r\n');
    expect(await Promise.all([silent.closed, wrong.closed])).toEqual(['', '']);
    for (const { localPort } of [silent, wrong]) {
      await serving.printed(
        new RegExp(`peer 127\\.0\\.0\\.1:${localPort} ended before the greeting: proxy-header\n`, 'u'),
      );
    }
    await serving.printed(/warning: no PROXY header came in time: .*send-proxy/u);
    await serving.printed(/warning: PROXY header refused: bad-signature at octet 0: /u);
  });

  it('counts connections that a balancer makes for itself; one that brings mail has its lines', async () => {
    serving = await startServing();
    const check = async (octets: string | ((own: string) => string)) => {
      const client = await connect();
      const { port } = serving as Serving;
      const own = `PROXY TCP4 127.0.0.1 127.0.0.1 ${client.localPort} ${port}\r\n`;
      client.write(typeof octets === 'string' ? octets : octets(own));
      client.end();
      await client.closed;
    };
    await check('PROXY UNKNOWN\r\n');
    await check('PROXY UNKNOWN\r\nEHLO check.example\r\nQUIT\r\n');
    await check('');
    // HAProxy's check in version 1, and its check by SMTP.
    await check((own) => own);
    await check((own) => `${own}EHLO check.example\r\nQUIT\r\n`);
    await check('PROXY UNKNOWN\r\nMAIL FROM:<a@b>\r\nQUIT\r\n');
    const client = await connect();
    client.write('PROXY UNKNOWN\r\nEHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n');
    await client.read(/^354 /mu);
    client.write('Subject: x\r\n\r\n.\r\nQUIT\r\n');
    await client.closed;
    serving.kill('SIGTERM');
    expect(await serving.ended).toBe(0);
    const lines = serving.output().trimEnd().split('\n').slice(3);
    expect(lines.map((line) => line.replace(/^\S+ /u, ''))).toEqual([
      'proxy 127.0.0.1: 1 connection for itself, without mail; more are counted, one line in 10 minutes',
      expect.stringMatching(/^\[\w+\] proxy 127\.0\.0\.1:\d+ for itself or an unknown client, PROXY v1$/u),
      expect.stringMatching(/^\[\w+\] stored new.* from <a@b> for <c@d>$/u),
      expect.stringMatching(/^SIGTERM: /u),
      'proxy 127.0.0.1: 5 connections for itself, without mail',
      'closed',
    ]);
  });

  it('serves clients directly with --no-proxy', async () => {
    serving = await startServing('--no-proxy');
    expect(serving.output()).toMatch(
      /^Takes mail from clients that connect directly; a PROXY header is not expected\.$/mu,
    );
    const { code } = await truepeer(['send', '--no-proxy', '--to', `127.0.0.1:${serving.port}`]);
    expect(code).toBe(0);
    await serving.printed(/client 127\.0\.0\.1:\d+, connected directly\n/u);
    expect(serving.messages()[0]).toContain('Received: from client.example.org ([127.0.0.1])');
  });

  it('listens in several places, a Unix socket among them, which it then believes', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'truepeer-unix-'));
    const path = join(directory, 'smtp.sock');
    serving = await startServing('--listen', '127.0.0.1:0', '--listen', `unix:${path}`);
    expect(serving.output()).toContain(`127.0.0.1:${serving.port} and unix:${path} and stores`);
    expect(serving.output()).toContain('believes it from 127.0.0.0/8, ::1, unix sockets only.');
    const { code } = await truepeer(['send', '--to', `unix:${path}`, '--from-client', '[2001:db8::7]:4321']);
    rmSync(directory, { recursive: true });
    expect(code).toBe(0);
    expect(serving.messages()[0]).toContain('([IPv6:2001:db8::7])');
  });

  it('finishes a message in flight after SIGTERM, tells the idle, and ends with 0 (F7, F8)', async () => {
    serving = await startServing();
    const busy = await sessionInContent();
    const idle = await connect();
    idle.write(PROXY);
    await idle.read(/^220 /mu);
    serving.kill('SIGTERM');
    expect(await idle.closed).toMatch(/^220 [^\n]*\n421 4\.3\.2 [^\n]*\n$/u);
    await serving.printed(/SIGTERM: finishing what is in flight, at most 10000 ms; again to end now\n/u);
    busy.write('Subject: x\r\n\r\n.\r\n');
    await busy.read(/^250 2\.6\.0 /mu);
    expect(await serving.ended).toBe(0);
    expect(serving.messages()).toHaveLength(1);
    expect(serving.output()).toMatch(/ closed\n$/u);
  });

  it('ends at once at a second signal, leaving no half message (F7)', async () => {
    serving = await startServing();
    const busy = await sessionInContent();
    busy.write('Subject: x\r\n');
    serving.kill('SIGTERM');
    await serving.printed(/SIGTERM/u);
    serving.kill('SIGINT');
    expect(await serving.ended).toBe(130);
    expect(['new', 'tmp'].map((folder) => readdirSync(join((serving as Serving).maildir, folder)))).toEqual([
      [],
      [],
    ]);
  });

  it('waits for a message in flight no longer than --drain says', async () => {
    serving = await startServing('--drain', '100');
    const busy = await sessionInContent();
    serving.kill('SIGTERM');
    expect(await serving.ended).toBe(0);
    await busy.closed;
    expect(serving.messages()).toEqual([]);
  });
});

describe('truepeer serve, what it cannot do', () => {
  const serve = (...args: string[]) =>
    truepeer(['serve', '--maildir', join(tmpdir(), `truepeer-none-${process.pid}`), ...args]);

  afterEach(() => rmSync(join(tmpdir(), `truepeer-none-${process.pid}`), { recursive: true, force: true }));

  it('a port that is taken: exit 1', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const outcome = await serve('--listen', `127.0.0.1:${port}`);
    await new Promise((resolve) => void other.close(resolve));
    expect(outcome).toEqual({
      code: 1,
      out: '',
      err:
        `error: Cannot listen on 127.0.0.1:${port}: the address is in use.\n` +
        'Stop the program that listens there, or choose another port, as in --listen 127.0.0.1:2526 (0 takes a free one).\n',
    });
  });

  it('an address that is not ours: exit 1', async () => {
    expect(await serve('--listen', '192.0.2.1:0')).toEqual({
      code: 1,
      out: '',
      err:
        'error: Cannot listen on 192.0.2.1:0: this machine has no such address.\n' +
        'Choose one that it has: --listen HOST:PORT.\n',
    });
  });

  it('a Maildir where it cannot be: exit 1', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'truepeer-file-'));
    const maildir = join(directory, 'mail');
    writeFileSync(maildir, 'a file');
    const outcome = await truepeer(['serve', '--maildir', maildir, '--listen', '127.0.0.1:0']);
    rmSync(directory, { recursive: true });
    expect(outcome).toEqual({
      code: 1,
      out: '',
      err:
        `error: Cannot store mail in ${maildir}: a part of the path is not a directory (ENOTDIR).\n` +
        'Make it writable for this user, or choose another directory: --maildir DIR.\n',
    });
  });

  it('a Maildir in a file system that makes no directories: exit 1', async (test) => {
    test.skip(process.platform !== 'linux', 'needs /proc of Linux');
    expect(await truepeer(['serve', '--maildir', '/proc/no/mail', '--listen', '127.0.0.1:0'])).toEqual({
      code: 1,
      out: '',
      err:
        'error: Cannot store mail in /proc/no/mail: no directory can be made there (ENOENT).\n' +
        'Make it writable for this user, or choose another directory: --maildir DIR.\n',
    });
  });

  it.each([
    {
      name: 'something else',
      path: 'file',
      err: 'something has that name, or a program listens there.\nStop or remove it, or choose another path: --listen unix:PATH.\n',
    },
    {
      name: 'no directory',
      path: 'none/socket',
      err: 'no socket can be made there.\nChoose a path in a directory that exists and that this user may write to: --listen unix:PATH.\n',
    },
  ])('a Unix socket where $name is: exit 1', async ({ path, err }) => {
    const directory = mkdtempSync(join(tmpdir(), 'truepeer-file-'));
    writeFileSync(join(directory, 'file'), '');
    const place = `unix:${join(directory, path)}`;
    const outcome = await serve('--listen', place);
    rmSync(directory, { recursive: true });
    expect(outcome).toEqual({ code: 1, out: '', err: `error: Cannot listen on ${place}: ${err}` });
  });

  it('a certificate that is not there: exit 1', async () => {
    expect(await serve('--tls-cert', 'no-such.crt', '--tls-key', 'no-such.key')).toEqual({
      code: 1,
      out: '',
      err: 'error: There is no certificate no-such.crt.\nFiles in PEM are expected.\n',
    });
  });

  it.each([
    { args: ['--tls-cert', 'a.crt'], err: 'error: --tls-cert and --tls-key go together.\n' },
    { args: ['--tls-listen', '127.0.0.1:0'], err: 'error: --tls-listen needs --tls-cert and --tls-key.\n' },
    {
      args: ['--tls-cert', import.meta.filename, '--tls-key', import.meta.filename],
      err: expect.stringMatching(
        /^error: option tls: key, certificate or another value is not usable: [^\n]+\n$/u,
      ),
    },
    {
      args: ['--domain', '127.0.0.1'],
      err:
        "error: option '--domain <name>' argument '127.0.0.1' is invalid. Expected a domain, as in example.net.\n" +
        '(add --help to see what is possible)\n',
    },
    {
      args: ['--maildir', ''],
      err:
        "error: option '--maildir <directory>' argument '' is invalid. Expected the name of a directory.\n" +
        '(add --help to see what is possible)\n',
    },
    {
      args: ['--proxy-trust', '10.0.0.0/40'],
      err:
        "error: option '--proxy-trust <network>' argument '10.0.0.0/40' is invalid. Expected a network such as 10.0.0.0/8 or " +
        '2001:db8::/32, a single address, "unix" or "anyone".\n(add --help to see what is possible)\n',
    },
    {
      args: ['--proxy-trust', '10.9.9.9/8'],
      err:
        "error: option '--proxy-trust <network>' argument '10.9.9.9/8' is invalid. It has bits set behind its prefix; " +
        'the network is 10.0.0.0/8, the single address 10.9.9.9.\n(add --help to see what is possible)\n',
    },
    {
      args: ['--hostname', 'a b'],
      err: 'error: option hostname: a host name or an address literal is expected, not "a b".\n',
    },
  ])('$args: exit 2', async ({ args, err }) => {
    expect(await serve(...args)).toEqual({ code: 2, out: '', err });
  });
});
