import { createCipheriv, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as dialTCP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { hasExceeded } from '../../../src/smtp/server/tls-overhead.ts';
import { keeper } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

const pem = (name: string): Buffer => readFileSync(new URL(`../certificates/${name}`, import.meta.url));
const tls = { key: pem('server.key'), cert: pem('server.crt') };

const APPLICATION_DATA = 23;
const HANDSHAKE = 22;
/** KeyUpdate with update_not_requested (RFC 8446 4.6.3). */
const KEY_UPDATE = Buffer.from([24, 0, 0, 1, 0]);

/** Makes records of TLS 1.3 that Node's client does not: TLS_AES_128_GCM_SHA256, from the first one of the client on. */
class Records {
  private secret: Buffer;
  private sequence = 0;

  constructor(secret: Buffer) {
    this.secret = secret;
  }

  /** HKDF-Expand-Label with an empty context (RFC 8446 7.1). */
  private expand(label: string, length: number): Buffer {
    const name = Buffer.from(`tls13 ${label}`);
    const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
    return createHmac('sha256', this.secret).update(info).digest().subarray(0, length);
  }

  private seal(type: number, content: Buffer): Buffer {
    const iv = this.expand('iv', 12);
    iv.writeUInt32BE((iv.readUInt32BE(8) ^ this.sequence++) >>> 0, 8);
    const header = Buffer.from([APPLICATION_DATA, 3, 3, 0, content.length + 17]);
    const cipher = createCipheriv('aes-128-gcm', this.expand('key', 16), iv).setAAD(header);
    const body = cipher.update(Buffer.concat([content, Buffer.from([type])]));
    cipher.final();
    return Buffer.concat([header, body, cipher.getAuthTag()]);
  }

  data(text: string): Buffer {
    return this.seal(APPLICATION_DATA, Buffer.from(text));
  }

  keyUpdates(count: number): Buffer {
    return Buffer.concat(
      Array.from({ length: count }, () => {
        const record = this.seal(HANDSHAKE, KEY_UPDATE);
        this.secret = this.expand('traffic upd', 32);
        this.sequence = 0;
        return record;
      }),
    );
  }
}

async function secureClient(limits: { tlsOverhead: number }) {
  const log: string[] = [];
  const handler = keeper();
  const { port } = await serve(
    handler,
    { tls, limits, diagnostics: ({ code }) => void log.push(code) },
    { tls: true },
  );
  const raw = dialTCP(port, '127.0.0.1');
  onTestFinished(() => void raw.destroy());
  const secure: TLSSocket = connect({
    socket: raw,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_128_GCM_SHA256',
  });
  let secret = Buffer.alloc(0);
  secure.on('keylog', (line: Buffer) => {
    const [label, , value = ''] = line.toString().trim().split(' ');
    if (label === 'CLIENT_TRAFFIC_SECRET_0') secret = Buffer.from(value, 'hex');
  });
  const client = new Client(secure);
  await client.until('truepeer\r\n');
  return { client, raw, log, handler, records: new Records(secret) };
}

it.each([
  ['a handshake with a long chain of certificates', 65_000, 0, false],
  ['a session without an end, one octet in each record of TLS 1.3', 1e12 * 22, 1e12, false],
  ['one octet in each record of a block cipher with SHA-384', 84e6, 1e6, false],
  ['what allows itself', 65_536 + 960, 10, false],
  ['an octet more', 65_536 + 961, 10, true],
  ['key updates alone', 27 * 3000, 0, true],
])('%s', (_what, overhead, data, exceeded) => {
  const watched = { raw: { bytesRead: 500 + overhead + data }, before: 500, secure: { bytesRead: data } };
  expect(hasExceeded({ ...watched, allowed: 65_536 })).toBe(exceeded);
});

it('a flood of key updates ends the connection with 421', async () => {
  const { client, raw, log, records } = await secureClient({ tlsOverhead: 65_536 });
  const flood = (): void => {
    if (raw.destroyed || client.socket.destroyed) return;
    raw.write(records.keyUpdates(100), () => setImmediate(flood));
  };
  raw.on('error', () => {});
  flood();
  expect(await client.ended).toMatch(/^(?:421 4\.7\.0 Too much of TLS without data\r\n)?$/);
  expect(log).toEqual(['tls-overhead', 'refused']);
});

it('key updates now and then, and data after them, are read', async () => {
  const { client, raw, log, records } = await secureClient({ tlsOverhead: 65_536 });
  for (let round = 0; round < 20; round++) {
    raw.write(Buffer.concat([records.keyUpdates(20), records.data('NOOP\r\n')]));
    expect(await client.until('\r\n')).toBe('250 2.0.0 Ok\r\n');
  }
  expect(log).toEqual([]);
});

it('a message of one octet in each record is taken, whatever it takes to send it', async () => {
  const { client, raw, log, handler, records } = await secureClient({ tlsOverhead: 65_536 });
  const text = `EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n${'x'.repeat(8000)}\r\n.\r\n`;
  let sent = 0;
  for (const octet of text) {
    const record = records.data(octet);
    sent += record.length - 1;
    if (!raw.write(record)) await new Promise((resolve) => raw.once('drain', resolve));
  }
  await client.until('250 2.6.0 Message accepted\r\n');
  // Two looks and more: it has been looked at since.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(
    await new Promise((resolve) =>
      raw.write(records.data('NOOP\r\n'), () => resolve(client.until('Ok\r\n'))),
    ),
  ).toBe('250 2.0.0 Ok\r\n');
  expect([sent > 2 * 65_536, handler.messages.length, log]).toEqual([true, 1, []]);
});
