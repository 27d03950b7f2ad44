import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { TLSInfo } from '../../../src/smtp/api/tls-info.ts';
import type { TLSOptions } from '../../../src/smtp/api/options/tls-options.ts';
import { serve } from '../loopback.ts';

function pem(name: string): Buffer {
  return readFileSync(new URL(`../certificates/${name}`, import.meta.url));
}

const tls: TLSOptions = { key: pem('server.key'), cert: pem('server.crt') };
const other = { key: pem('other.key'), cert: pem('other.crt') };
const client = { key: pem('client.key'), cert: pem('client.crt') };

/** Connects, and connects again with the session of the first time; what the server saw, and what was resumed. */
async function twice(
  options: TLSOptions,
  version: 'TLSv1.2' | 'TLSv1.3',
  first: ConnectionOptions,
  second: ConnectionOptions,
): Promise<{ seen: TLSInfo[]; ends: (string | undefined)[]; resumed: boolean; shown: unknown }> {
  const seen: TLSInfo[] = [];
  const ends: (string | undefined)[] = [];
  const handler: Handler = {
    handleSTARTTLS(_server, session) {
      const octets = session.tls!.channelBindings().data('tls-server-end-point');
      seen.push(session.tls!);
      ends.push(octets && Buffer.from(octets).toString('hex'));
    },
  };
  const { port } = await serve(handler, { tls: options }, { tls: true });
  let ticket: Buffer | undefined;
  const dial = async (own: ConnectionOptions): Promise<TLSSocket> => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      maxVersion: version,
      ...own,
    });
    onTestFinished(() => void socket.destroy());
    socket.on('session', (session) => (ticket = session));
    await once(socket, 'data');
    return socket;
  };
  (await dial(first)).destroy();
  expect(ticket).toBeDefined();
  const again = await dial({ ...second, session: ticket! });
  return { seen, ends, resumed: again.isSessionReused(), shown: again.getPeerCertificate().raw };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a client of %s that resumes its session', (version) => {
  it('saves a handshake', async () => {
    const { resumed, seen } = await twice(tls, version, {}, {});
    expect(resumed).toBe(true);
    expect(seen.map(({ authorized }) => authorized)).toEqual([false, false]);
  });

  it.each([
    ['has shown a certificate', client, true],
    ['has shown none', {}, false],
  ])('and %s is served, and asked for it again', async (_what, shown, authorized) => {
    const options = { ...tls, requestCert: true, ca: pem('client.crt') };
    const { resumed, seen } = await twice(options, version, shown, {});
    expect(resumed).toBe(false);
    expect(seen.map((info) => info.authorized)).toEqual([authorized, false]);
  });

  it('under another name does not bring the certificate along that only the first name trusts', async () => {
    const names = { 'a.test': { ca: pem('client.crt') }, 'b.test': { ca: pem('other.crt') } };
    const options = { ...tls, requestCert: true, sessionIdContext: 'shared', ca: pem('other.crt'), names };
    const a = { ...client, servername: 'a.test' };
    const { seen } = await twice(options, version, a, { servername: 'b.test' });
    expect(seen.map(({ servername, authorized }) => [servername, authorized])).toEqual([
      ['a.test', true],
      ['b.test', false],
    ]);
  });

  it('is bound to the certificate that it was shown', async () => {
    const name = { servername: 'other.test' };
    const { ends, shown } = await twice({ ...tls, names: { 'other.test': other } }, version, name, name);
    const hash = createHash('sha256')
      .update(shown as Buffer)
      .digest('hex');
    expect(ends).toEqual([hash, hash]);
  });
});
