import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { decode } from '../../src/proxy/index.ts';
import { scriptedServer } from './scripted-server.ts';
import type { ScriptedServer } from './scripted-server.ts';
import { truepeer } from './support.ts';

const WELL = [
  '220 mx ESMTP\r\n',
  '250-mx\r\n250 8BITMIME\r\n',
  '250 ok\r\n',
  '250 ok\r\n',
  '354 go\r\n',
  '250 kept\r\n',
];
const BYE = '221 bye\r\n';

describe('truepeer send', () => {
  let server: ScriptedServer | undefined;

  afterEach(() => server?.close());

  async function send(lines: readonly (string | null)[], ...args: string[]) {
    server = await scriptedServer(lines);
    const outcome = await truepeer([
      'send',
      '--to',
      `127.0.0.1:${server.port}`,
      '--timeout',
      '2000',
      ...args,
    ]);
    const unchanging = (text: string) =>
      text.replaceAll(String(server?.port), 'PORT').replace(/\d+(?= octets\))/u, 'N');
    return {
      ...outcome,
      out: unchanging(outcome.out),
      err: unchanging(outcome.err),
      sent: server.received[0] ?? '',
    };
  }

  it('prints the dialogue and ends with 0 when the message was taken', async () => {
    const { sent, ...outcome } = await send(
      [...WELL, BYE],
      '--from-client',
      '203.0.113.7:4321',
      '--proxy-version',
      '1',
    );
    expect(outcome).toEqual({
      code: 0,
      err: '',
      out: `> PROXY TCP4 203.0.113.7 198.51.100.25 4321 25
< 220 mx ESMTP
> EHLO client.example.org
< 250-mx
< 250 8BITMIME
> MAIL FROM:<sender@example.org>
< 250 ok
> RCPT TO:<recipient@example.net>
< 250 ok
> DATA
< 354 go
> (the message, N octets)
< 250 kept
> QUIT
< 221 bye
The message was taken by 127.0.0.1:PORT.
`,
    });
    expect(sent.split('\r\n').filter((line) => !/^(?:Date|Message-ID): /u.test(line))).toEqual([
      'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25',
      'EHLO client.example.org',
      'MAIL FROM:<sender@example.org>',
      'RCPT TO:<recipient@example.net>',
      'DATA',
      'From: <sender@example.org>',
      'To: <recipient@example.net>',
      'Subject: A test of truepeer',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'If the Received field above names the client that you chose, all is well.',
      '.',
      'QUIT',
      '',
    ]);
  });

  it.each([
    {
      args: ['--from-client', '203.0.113.7:4321'],
      shown: '> PROXY v2, client 203.0.113.7:4321, server 198.51.100.25:25 (N octets)',
      header: {
        command: 'PROXY',
        family: 'INET',
        srcAddr: '203.0.113.7',
        srcPort: 4321,
        dstAddr: '198.51.100.25',
        dstPort: 25,
      },
    },
    {
      args: ['--from-client', '[2001:db8::99]:1', '--to-server', '[2001:db8::1]:465'],
      shown: '> PROXY v2, client [2001:db8::99]:1, server [2001:db8::1]:465 (N octets)',
      header: {
        command: 'PROXY',
        family: 'INET6',
        srcAddr: '2001:db8::99',
        srcPort: 1,
        dstAddr: '2001:db8::1',
        dstPort: 465,
      },
    },
    {
      args: [
        '--tlv',
        'AUTHORITY=mx.example',
        '--tlv',
        'SSL_CLIENT=0x01',
        '--tlv',
        'SSL_VERSION=TLSv1.3',
        '--tlv',
        'xF5=hex:0102',
      ],
      shown:
        '> PROXY v2, client 203.0.113.7:4321, server 198.51.100.25:25, AUTHORITY SSL SSL_CLIENT SSL_VERIFY SSL_VERSION xF5 (N octets)',
      header: {
        srcAddr: '203.0.113.7',
        tlv: expect.objectContaining({
          AUTHORITY: 'mx.example',
          SSL_CLIENT: 1,
          SSL_VERSION: 'TLSv1.3',
          xF5: '0102',
        }),
      },
    },
    {
      args: ['--local', '--checksum'],
      shown: '> PROXY v2, LOCAL, CRC32C (N octets)',
      header: { command: 'LOCAL', family: 'UNSPEC', srcAddr: null, tlv: { CRC32C: expect.any(Number) } },
    },
  ])('$args: the header says so', async ({ args, shown, header }) => {
    const { code, out, sent } = await send([...WELL, BYE], ...args);
    const octets = Buffer.from(sent, 'latin1');
    const result = decode(octets);
    expect({ code, shown: out.split('\n')[0], status: result.status }).toEqual({
      code: 0,
      shown,
      status: 'ok',
    });
    if (result.status !== 'ok') throw new Error('never');
    expect(JSON.parse(JSON.stringify(result.data))).toMatchObject(header);
    expect(octets.toString('latin1', result.length)).toMatch(/^EHLO /u);
  });

  it('sends no header with --no-proxy', async () => {
    const { code, sent } = await send(
      [...WELL, BYE],
      '--no-proxy',
      '--from',
      '',
      '--rcpt',
      'a@x',
      '--rcpt',
      'b@x',
    );
    expect(code).toBe(1);
    expect(sent.split('\r\n').slice(0, 4)).toEqual([
      'EHLO client.example.org',
      'MAIL FROM:<>',
      'RCPT TO:<a@x>',
      'RCPT TO:<b@x>',
    ]);
  });

  it.each([
    {
      name: 'a refused connection',
      lines: ['554 not today\r\n'],
      err: 'error: The server refused the connection: 554 not today\n',
    },
    {
      name: 'a refused sender, with nothing the terminal would obey',
      lines: ['220 mx\r\n', '250 mx\r\n', '550 5.1.8 go \u001b[31maway\r\n'],
      err: 'error: The server refused the sender: 550 5.1.8 go \\x1b[31maway\n',
    },
    {
      name: 'a refused message',
      lines: [...WELL.slice(0, -1), '452 4.3.1 the disk is full\r\n'],
      err: 'error: The server refused the message: 452 4.3.1 the disk is full\n',
    },
    {
      name: 'a server that closes instead of greeting',
      lines: [null],
      err:
        'error: The server closed the connection.\nBefore a greeting that means: the server does not believe headers ' +
        'from here (see its log), it reads the other version only (try --proxy-version 1), or it expects none ' +
        '(--no-proxy).\n',
    },
    {
      name: 'a server that closes later',
      lines: ['220 mx\r\n', null],
      err: 'error: The server closed the connection.\n',
    },
    {
      name: 'a server that is none',
      lines: ['HTTP/1.1 400 Bad Request\r\n'],
      err: expect.stringMatching(/^error: The server does not speak SMTP\.\n/u),
    },
    {
      name: 'a line without end',
      lines: [`220 ${'x'.repeat(10_000)}`],
      err: expect.stringMatching(/^error: The server does not speak SMTP\.\n/u),
    },
  ])('$name: exit 1', async ({ lines, err }) => {
    const { code, err: told } = await send(lines);
    expect({ code, told }).toEqual({ code: 1, told: err });
  });

  it('takes leave after a refusal, and says what was refused whatever comes of that', async () => {
    const refused = [...WELL.slice(0, 3), '550 5.1.1 no such user\r\n'];
    const told = 'error: The server refused the recipient <recipient@example.net>: 550 5.1.1 no such user\n';
    const polite = await send([...refused, BYE]);
    expect(polite).toMatchObject({ code: 1, err: told });
    expect(polite.out).toMatch(/< 550 5\.1\.1 no such user\n> QUIT\n< 221 bye\n$/u);
    expect(polite.sent).toMatch(/RCPT TO:<recipient@example\.net>\r\nQUIT\r\n$/u);
    await server?.close();
    expect(await send([...refused, null])).toMatchObject({ code: 1, err: told });
    await server?.close();
    const closing = await send([...WELL.slice(0, 3), '421 4.3.2 going down\r\n', BYE]);
    expect(closing).toMatchObject({ code: 1, out: expect.stringMatching(/< 421 4\.3\.2 going down\n$/u) });
  });

  it.each([
    [
      '554 5.5.0 SMTP protocol synchronization',
      [],
      /^The server wants nothing before its banner.*--no-proxy/u,
    ],
    [
      '421 4.3.0 local data error',
      ['--proxy-version', '1'],
      /^It may read the other version only: try --proxy-version 2\.$/u,
    ],
    ['421 4.3.0 local data error', ['--local'], /^Postfix answers 421 to a header that names nobody/u],
    [
      '421 4.3.0 local data error',
      ['--from-client', '[2001:db8::7]:1'],
      /^Postfix answers 421 to a client with IPv6/u,
    ],
  ] as const)('knows why other servers refuse a header: %s %j', async (reply, args, hint) => {
    const { code, err } = await send([`${reply}\r\n`, BYE], ...args);
    expect(code).toBe(1);
    expect(err.split('\n')[1]).toMatch(hint);
  });

  it('knows what Exim takes no mail behind', async () => {
    const long = await send(
      ['220 mx\r\n', '501 NUL characters are not allowed in SMTP commands\r\n', BYE],
      '--tlv',
      `AUTHORITY=${'a'.repeat(210)}`,
    );
    expect(long.err).toMatch(
      /\nExim reads headers of up to 232 octets, this one has 241: leave TLVs out\.\n$/u,
    );
    await server?.close();
    const local = await send([...WELL.slice(0, 2), '503 no\r\n', BYE], '--local');
    expect(local.err).toMatch(/\nExim greets whoever sends LOCAL, .* --from-client\.\n$/u);
    await server?.close();
    const later = await send([...WELL.slice(0, 2), '421 4.3.2 going down\r\n', BYE]);
    expect(later.err).toBe('error: The server refused the sender: 421 4.3.2 going down\n');
  });

  it('takes --server for --to, and not both', async () => {
    server = await scriptedServer([...WELL, BYE]);
    const place = `127.0.0.1:${server.port}`;
    expect(await truepeer(['send', '--server', place])).toMatchObject({ code: 0, err: '' });
    expect(await truepeer(['send', '--server', place, '--to', place])).toEqual({
      code: 2,
      out: '',
      err: 'error: --to and --server are the same; give one of them.\n',
    });
  });

  it('waits no longer than it was told', async () => {
    const { code, err } = await send([''], '--no-proxy', '--timeout', '50');
    expect({ code, err }).toEqual({
      code: 1,
      err:
        'error: No answer from 127.0.0.1:PORT within 50 ms.\nBefore a greeting that means: the server waits for a ' +
        'PROXY header; leave --no-proxy out.\n',
    });
  });

  it('says that a silent port may begin with TLS, and that one in the clear does not', async () => {
    const silent = await send([''], '--timeout', '50');
    expect(silent).toMatchObject({
      code: 1,
      err: expect.stringMatching(/ or its port begins with TLS \(--tls\)\.\n$/u),
    });
    await server?.close();
    const clear = await send(['220 mx\r\n'], '--tls');
    expect(clear).toMatchObject({
      code: 1,
      err: 'error: There was no TLS handshake: the server does not speak TLS there.\n',
    });
    await server?.close();
    const without = await send(['220 mx\r\n', '250 mx\r\n'], '--starttls');
    expect(without).toMatchObject({
      code: 1,
      err: 'error: The server does not offer STARTTLS.\nLeave --starttls out.\n',
    });
  });

  it('sends a message of its own: line ends, dots and 8-bit octets as mail wants them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'truepeer-send-'));
    const file = join(directory, 'mail.eml');
    writeFileSync(file, '.first\nS\u00fcd\r\n..\n.');
    const { code, sent } = await send([...WELL, BYE], '--message', file);
    rmSync(directory, { recursive: true });
    expect(code).toBe(0);
    const text = Buffer.from(sent, 'latin1').toString();
    expect(text).toContain('MAIL FROM:<sender@example.org> BODY=8BITMIME\r\n');
    expect(text).toContain('DATA\r\n..first\r\nS\u00fcd\r\n...\r\n..\r\n.\r\nQUIT\r\n');
    expect(await truepeer(['send', '--message', file])).toEqual({
      code: 2,
      out: '',
      err: `error: There is no file ${file}.\n`,
    });
  });

  it('asks for SMTPUTF8 where it needs it, and says when it is not there', async () => {
    const without = await send([...WELL, BYE], '--rcpt', 'j\u00f8rn@example.net');
    expect(without).toMatchObject({
      code: 1,
      err: 'error: The server does not offer SMTPUTF8, which an address that is not ASCII needs.\n',
    });
    await server?.close();
    const offering = WELL.with(1, '250-mx\r\n250 SMTPUTF8\r\n');
    const { code, sent } = await send([...offering, BYE], '--rcpt', 'j\u00f8rn@example.net');
    expect(code).toBe(0);
    expect(Buffer.from(sent, 'latin1').toString()).toContain(
      'MAIL FROM:<sender@example.org> SMTPUTF8\r\nRCPT TO:<j\u00f8rn@example.net>\r\n',
    );
  });

  it('says what to do when nobody listens', async () => {
    const gone = await scriptedServer([]);
    await gone.close();
    expect(await truepeer(['send', '--to', `127.0.0.1:${gone.port}`])).toEqual({
      code: 1,
      out: '',
      err:
        `error: Cannot connect to 127.0.0.1:${gone.port}: nobody listens there.\n` +
        'Start the server first (truepeer serve), or say where it is: --to HOST:PORT.\n',
    });
  });

  it('says which header does not exist: exit 2', async () => {
    expect(await truepeer(['send', '--proxy-version', '1', '--checksum'])).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/^error: This describes no valid header: encode-/u),
    });
  });
});
