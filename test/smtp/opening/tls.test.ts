import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectTLS, createSecureContext, type SecureVersion } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { TLSOptions } from '../../../src/smtp/api/options/tls-options.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { greeted, keeper } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

function pem(name: string): Buffer {
  return readFileSync(new URL(`../certificates/${name}`, import.meta.url));
}

const tls: TLSOptions = { key: pem('server.key'), cert: pem('server.crt') };
const GREETING = '220 mx.test ESMTP truepeer\r\n';
const READY = '220 2.0.0 Ready to start TLS\r\n';

async function upgraded(handler: Handler = {}, options: object = {}): Promise<Client> {
  const { dial } = await serve(handler, { tls, ...options });
  const client = dial();
  await client.until(GREETING);
  expect(await client.ask('EHLO c.test')).toContain('250-STARTTLS\r\n');
  expect(await client.ask('STARTTLS')).toBe(READY);
  await client.secure();
  return client;
}

describe('versions', () => {
  it.each([
    [{}, ['TLSv1.2', 'TLSv1.3'], ['TLSv1', 'TLSv1.1']],
    [{ minVersion: 'TLSv1' }, ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'], []],
    [{ minVersion: 'TLSv1.1' }, ['TLSv1.1', 'TLSv1.2'], ['TLSv1']],
    [{ minVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }, ['TLSv1.1', 'TLSv1.2', 'TLSv1.3'], ['TLSv1']],
  ] as const)('of devices, by minVersion alone: %j', async (more, taken, refused) => {
    const { server, dial } = await serve({}, { tls: { ...tls, ...more } });
    const { port } = await server.listen({ host: '127.0.0.1', port: 0, tls: true });
    const speak = async (version: SecureVersion): Promise<string | null> => {
      const socket = connectTLS({
        host: '127.0.0.1',
        port,
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT:@SECLEVEL=0',
      });
      const protocol = await once(socket, 'secureConnect').then(
        () => socket.getProtocol(),
        () => null,
      );
      socket.destroy();
      return protocol;
    };
    for (const version of taken) expect(await speak(version)).toBe(version);
    for (const version of refused) expect(await speak(version)).toBeNull();
    expect(await dial().until(GREETING)).toBe(GREETING);
  });
});

describe('STARTTLS', () => {
  it('rule 48: after the handshake the session is a fresh one, but for the PROXY header', async () => {
    const seen: unknown[] = [];
    const { dial } = await serve(
      {
        handlePROXY: () => true,
        handleSTARTTLS: (_server, session) =>
          void seen.push(
            session.hostName,
            session.tls?.protocol,
            session.tls?.servername,
            session.client.address,
          ),
      },
      { tls, proxyProtocol: { timeout: 5000, trusted: 'anyone' } },
    );
    const client = dial();
    client.socket.write('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n');
    await client.until(GREETING);
    await client.ask('EHLO c.test');
    expect(await client.ask('STARTTLS')).toBe(READY);
    await client.secure({ servername: 'mx.test' });
    expect(await client.ask('MAIL FROM:<a@a.test>')).toBe('503 5.5.1 Say HELO or EHLO first\r\n');
    const offered = await client.ask('EHLO c.test');
    expect(offered).not.toContain('STARTTLS');
    expect(await client.ask('STARTTLS')).toBe('503 5.5.1 TLS is active already\r\n');
    expect(seen).toEqual([null, 'TLSv1.3', 'mx.test', '203.0.113.7']);
  });

  it('takes a message over TLS', async () => {
    const handler = keeper();
    const client = await upgraded(handler);
    client.socket.write('EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n');
    expect((await client.ended).endsWith('250 2.6.0 Message accepted\r\n221 2.0.0 Bye\r\n')).toBe(true);
    expect(handler.messages).toEqual(['hi\r\n']);
  });

  it.each(['STARTTLS\r\nNOOP\r\n', 'STARTTLS\r\nN', 'STARTTLS\r\n\r\n'])(
    'C1 and rule 47: %j is dropped and closed, nothing of it is executed',
    async (injected) => {
      const { dial } = await serve({}, { tls });
      const client = dial();
      await client.until(GREETING);
      await client.ask('EHLO c.test');
      client.socket.write(injected);
      expect(await client.ended).toBe('554 5.5.0 Nothing may follow STARTTLS before TLS has begun\r\n');
    },
  );

  it('C1: octets in the clear before the ClientHello, in a segment of their own, close too', async () => {
    const { dial } = await serve({}, { tls });
    const client = dial();
    await client.until(GREETING);
    await client.ask('EHLO c.test');
    expect(await client.ask('STARTTLS')).toBe(READY);
    client.socket.write('MAIL FROM:<a@a.test>\r\n');
    expect(await client.ended).not.toMatch(/250/);
  });

  it('C2 and C4: no STARTTLS in a transaction, and none of it survives TLS', async () => {
    const { dial } = await serve({}, { tls });
    const client = dial();
    await client.until(GREETING);
    await client.ask('EHLO c.test');
    await client.ask('MAIL FROM:<a@a.test>');
    expect(await client.ask('STARTTLS')).toBe('503 5.5.1 A transaction is open already\r\n');
    await client.ask('RSET');
    await client.ask('STARTTLS');
    await client.secure();
    await client.ask('EHLO c.test');
    expect(await client.ask('DATA')).toBe('503 5.5.1 MAIL comes first\r\n');
  });

  it('C5: a handshake that never begins, or drips, is closed at its deadline; rule 50: without a word', async () => {
    const notes: string[] = [];
    const { dial } = await serve(
      {},
      { tls, timeouts: { tls: 200 }, diagnostics: ({ code }) => notes.push(code) },
    );
    for (const drip of [false, true]) {
      const client = dial();
      await client.until(GREETING);
      await client.ask('EHLO c.test');
      await client.ask('STARTTLS');
      const timer = setInterval(() => drip && client.socket.write(Buffer.from([0x16])), 50);
      expect(await client.ended).toBe('');
      clearInterval(timer);
    }
    expect(notes.filter((code) => code === 'tls-failed').length).toBe(2);
  });

  it('C7: renegotiation is refused', async () => {
    const client = await upgraded();
    client.socket.destroy();
    const { dial } = await serve({}, { tls });
    const second = dial();
    await second.until(GREETING);
    await second.ask('EHLO c.test');
    await second.ask('STARTTLS');
    const socket = await second.secure({ maxVersion: 'TLSv1.2' });
    const outcome = await new Promise((resolve) => {
      socket.on('error', () => resolve('refused'));
      socket.on('close', () => resolve('refused'));
      if (!socket.renegotiate({}, (error) => resolve(error === null ? 'done' : 'refused')))
        resolve('refused');
    });
    expect(outcome).toBe('refused');
  });

  it('rule 49: 454 without a certificate, 530 for all but NOOP, EHLO, STARTTLS and QUIT where TLS is required', async () => {
    const plain = greeted();
    plain.say('EHLO c.test\r\n');
    expect(plain.say('STARTTLS\r\n')).toBe('454 4.7.0 TLS is not available\r\n');
    const strict = greeted({}, { tls, requireStartTLS: true });
    const first = '530 5.7.0 Say STARTTLS first\r\n';
    expect(strict.say('HELO c\r\n')).toBe('530 Say STARTTLS first\r\n');
    expect(strict.say('MAIL FROM:<a@a>\r\nRSET\r\nVRFY x\r\nHELP\r\nDATA\r\n')).toBe(first.repeat(5));
    expect(strict.say('NOOP\r\nEHLO c\r\nQUIT\r\n')).toMatch(/^250 .*250-mx.*250-STARTTLS.*221/s);
    expect(() => new SMTPServer({}, { requireStartTLS: true })).toThrow(/requireStartTLS/);
  });

  it('rule 15: STARTTLS takes no argument', () => {
    expect(greeted({}, { tls }).say('EHLO c\r\nSTARTTLS x\r\n')).toContain(
      '501 5.5.4 This command takes no argument',
    );
  });

  it('a handleSTARTTLS that says false ends the session', async () => {
    const client = await upgraded({ handleSTARTTLS: () => Promise.resolve(false) });
    expect(await client.ended).toBe('554 5.7.0 This TLS session is not accepted\r\n');
  });

  it('F1: a client that leaves in the handshake is one close', async () => {
    const reasons: string[] = [];
    const { dial, server } = await serve(
      { handleClose: (_s, _session, reason) => void reasons.push(reason) },
      { tls },
    );
    const client = dial();
    await client.until(GREETING);
    await client.ask('EHLO c.test');
    await client.ask('STARTTLS');
    client.socket.destroy();
    while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(reasons).toEqual(['client-left']);
  });
});

describe('implicit TLS (rule 72)', () => {
  it('greets after the handshake and offers no STARTTLS', async () => {
    const { port } = await serve({}, { tls }, { tls: true });
    const client = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    await client.until(GREETING);
    const offered = await client.ask('EHLO c.test');
    expect(offered).not.toContain('STARTTLS');
    expect(await client.ask('STARTTLS')).toBe('503 5.5.1 TLS is active already\r\n');
  });

  it('D6: PROXY header, then TLS, in one segment or cut anywhere', async () => {
    const { dial } = await serve(
      { handlePROXY: () => Promise.resolve(true) },
      { tls, proxyProtocol: { timeout: 5000, trusted: 'anyone' } },
      { tls: true },
    );
    const header = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
    const hello = await clientHello();
    for (const cut of [0, 10, header.length - 1, header.length, header.length + 1, header.length + 20]) {
      const client = dial();
      const octets = Buffer.concat([Buffer.from(header), hello]);
      client.socket.setNoDelay(true);
      if (cut > 0) client.socket.write(octets.subarray(0, cut));
      await new Promise((resolve) => setTimeout(resolve, 10));
      client.socket.write(octets.subarray(cut));
      // The answer of TLS is a handshake record (22) with a ServerHello.
      while (client.text.length < 6) await new Promise((resolve) => setTimeout(resolve, 5));
      expect([client.text.charCodeAt(0), client.text.charCodeAt(5)]).toEqual([22, 2]);
      client.socket.destroy();
    }
  });

  it('D7: a header inside TLS is no header', async () => {
    const { port } = await serve({}, { tls }, { tls: true });
    const client = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    await client.until(GREETING);
    expect(await client.ask('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25')).toMatch(/^500 /);
  });

  it('C8: HTTP over TLS is closed with 421', async () => {
    const { port } = await serve({}, { tls }, { tls: true });
    const client = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    await client.until(GREETING);
    client.socket.write('GET / HTTP/1.1\r\n');
    expect(await client.ended).toBe('421 4.7.0 This is an SMTP server\r\n');
  });

  it('clear text on the TLS port is closed without a word', async () => {
    const { dial } = await serve({}, { tls }, { tls: true });
    const client = dial();
    client.socket.write('EHLO c.test\r\n');
    expect(await client.ended).not.toMatch(/\d{3} /);
  });
});

describe('certificates', () => {
  it('are replaced without a restart, and bad ones change nothing', async () => {
    const { server, port } = await serve({}, { tls }, { tls: true });
    const subject = async (): Promise<unknown> => {
      const socket = connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      const { CN } = socket.getPeerCertificate().subject;
      socket.destroy();
      return CN;
    };
    expect(await subject()).toBe('mx.test');
    expect(() => server.replaceTLS({ key: 'no key', cert: 'no certificate' })).toThrow(/option tls/);
    expect(await subject()).toBe('mx.test');
    server.replaceTLS({ key: pem('other.key'), cert: pem('other.crt') });
    expect(await subject()).toBe('other.test');
  });

  it.each<[string, NonNullable<TLSOptions['SNICallback']>]>([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('secret'))],
    ['fails with nothing', async () => Promise.reject(undefined as unknown as Error)],
  ])('F10: an SNICallback that %s ends one handshake, not the process', async (_what, SNICallback) => {
    const log: string[] = [];
    const { dial } = await serve(keeper(), {
      tls: { ...tls, SNICallback },
      diagnostics: ({ code }) => log.push(code),
    });
    const client = dial();
    await client.until(GREETING);
    await client.ask('EHLO c.test');
    await client.ask('STARTTLS');
    await expect(client.secure({ servername: 'any.test' })).rejects.toThrow();
    await client.ended;
    await dial().until(GREETING);
    expect(log).toEqual(['tls-failed']);
  });

  it('go by the name that the client asks for (SNI), with STARTTLS too, and are replaced with the others', async () => {
    const other = { key: pem('other.key'), cert: pem('other.crt') };
    const third = { key: pem('client.key'), cert: pem('client.crt') };
    const asked: string[] = [];
    const SNICallback: TLSOptions['SNICallback'] = (name, callback) => {
      asked.push(name);
      callback(null, name === 'third.test' ? createSecureContext(third) : undefined);
    };
    const { server, dial } = await serve(
      {},
      { tls: { ...tls, names: { 'Other.test': other }, SNICallback } },
    );
    const subject = async (servername?: string): Promise<unknown> => {
      const client = dial();
      await client.until(GREETING);
      await client.ask('EHLO c.test');
      await client.ask('STARTTLS');
      const socket = await client.secure(servername === undefined ? {} : { servername });
      return socket.getPeerCertificate().subject.CN;
    };
    for (const [name, shown] of [
      ['other.test', 'other.test'],
      ['OTHER.TEST', 'other.test'],
      ['third.test', 'client.test'],
      ['fourth.test', 'mx.test'],
      [undefined, 'mx.test'],
    ] as const) {
      expect([name, await subject(name)]).toEqual([name, shown]);
    }
    expect(asked).toEqual(['third.test', 'fourth.test']);
    server.replaceTLS({ ...other, names: { 'mx.test': tls } });
    expect(await subject('mx.test')).toBe('mx.test');
    expect(await subject('third.test')).toBe('other.test');
    const bad = { ...tls, names: { 'bad.test': { key: 'x', cert: 'y' } } };
    expect(() => server.replaceTLS(bad)).toThrow(/^option tls\.names\["bad\.test"\]: /);
    expect(await subject('mx.test')).toBe('mx.test');
  });

  it('channel bindings are those of the certificate that was shown', async () => {
    const bound: unknown[] = [];
    const handler: Handler = {
      handleSTARTTLS: (_server, session) => {
        const octets = session.tls?.channelBindings().data('tls-server-end-point');
        bound.push(octets && Buffer.from(octets).toString('hex'));
      },
    };
    const names = { 'other.test': { key: pem('other.key'), cert: pem('other.crt') } };
    const { port } = await serve(handler, { tls: { ...tls, names } }, { tls: true });
    const shown: string[] = [];
    for (const servername of ['other.test', 'mx.test']) {
      const socket = connectTLS({ port, host: '127.0.0.1', servername, rejectUnauthorized: false });
      await once(socket, 'data');
      shown.push(createHash('sha256').update(socket.getPeerCertificate().raw).digest('hex'));
      socket.destroy();
    }
    expect(new Set(shown).size).toBe(2);
    expect(bound).toEqual(shown);
  });

  it('of clients are in session.tls, verified or not', async () => {
    const seen: unknown[] = [];
    const handler: Handler = {
      handleConnect: (_server, { tls: info }) =>
        void seen.push([info?.authorized, info?.peerCertificate?.subject.CN]),
    };
    const options = { tls: { ...tls, requestCert: true, ca: pem('client.crt') } };
    const { port } = await serve(handler, options, { tls: true });
    for (const name of ['client', 'other', undefined]) {
      const own = name === undefined ? {} : { key: pem(`${name}.key`), cert: pem(`${name}.crt`) };
      const client = new Client(connectTLS({ port, host: '127.0.0.1', rejectUnauthorized: false, ...own }));
      await client.until(GREETING);
      client.socket.destroy();
    }
    expect(seen).toEqual([
      [true, 'client.test'],
      [false, 'other.test'],
      [false, undefined],
    ]);
  });

  it('old protocol versions are refused', async () => {
    const { port } = await serve({}, { tls }, { tls: true });
    const socket = connectTLS({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const outcome = await new Promise((resolve) => {
      socket.once('secureConnect', () => resolve('accepted'));
      socket.once('error', () => resolve('refused'));
    });
    expect(outcome).toBe('refused');
  });

  it('that are not usable are refused at construction', () => {
    expect(() => new SMTPServer({}, { tls: { key: 'x', cert: 'y' } })).toThrow(/^option tls: /);
  });
});

/** The first flight of a real TLS client. */
async function clientHello(): Promise<Buffer> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const flight = new Promise<Buffer>((resolve) =>
    server.once('connection', (socket) => {
      socket.once('data', (chunk) => {
        resolve(chunk);
        socket.destroy();
      });
    }),
  );
  const socket = connectTLS({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  const octets = await flight;
  await new Promise((resolve) => server.close(resolve));
  return octets;
}

describe('option tls', () => {
  const MISSING = 'option tls: key and cert are expected (or pfx, names, SNICallback)';
  it.each<[string, unknown, string | RegExp]>([
    ['true', true, 'option tls: an object is expected'],
    ['null', null, 'option tls: an object is expected'],
    ['nothing in it', {}, MISSING],
    ['no key', { cert: tls.cert }, MISSING],
    ['no certificate', { key: tls.key, names: {} }, MISSING],
    [
      'names of files',
      { key: 'mx.key', cert: 'mx.crt' },
      /^option tls: key, certificate or another value is not usable: .+; key and cert are what the PEM files hold, not their names$/,
    ],
  ])('%s: a TypeError', (_what, value, why) => {
    const make = (): unknown => new SMTPServer({}, { tls: value as TLSOptions });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(why);
  });

  it.each<[string, TLSOptions]>([
    ['key and certificate as text', { key: String(tls.key), cert: String(tls.cert) }],
    ['names alone', { names: { 'mx.test': tls } }],
    ['SNICallback alone', { SNICallback: (_name, callback) => callback(null) }],
  ])('%s: enough', (_what, value) => {
    expect(new SMTPServer({}, { tls: value }).settings.tls).not.toBeNull();
  });
});
