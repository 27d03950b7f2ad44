import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createHash, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { endPointOf } from '../../src/sasl/tls/channel-binding.ts';
import { signatureHash } from '../../src/sasl/tls/certificate-hash.ts';
import { channelBindingsOf, scramCredentialsOf, scramSHA256Plus } from '../../src/sasl/index.ts';
import { ScramClient, shown, text } from './support.ts';

/** Self-signed, one for each signature algorithm; `endPoint` by `openssl dgst`. */
const certificates = JSON.parse(readFileSync(new URL('certificates.json', import.meta.url), 'utf8')) as {
  name: string;
  hash: string | null;
  endPoint: string | null;
  der: string;
}[];

describe('tls-server-end-point (RFC 5929 section 4.1)', () => {
  it.each(certificates)('$name', ({ hash, endPoint, der }) => {
    const octets = Buffer.from(der, 'base64');
    expect(signatureHash(octets) ?? null).toBe(hash);
    const result = endPointOf(octets);
    expect(result === undefined ? null : Buffer.from(result).toString('hex')).toBe(endPoint);
  });

  it('survives every truncation and every changed octet of the structure', () => {
    const octets = Buffer.from(certificates[0]!.der, 'base64');
    for (let length = 0; length < octets.length; length++) {
      expect(signatureHash(octets.subarray(0, length))).toBeUndefined();
    }
    for (let at = 0; at < octets.length; at++) {
      const changed = Buffer.from(octets);
      changed[at]! ^= 0x80;
      expect([undefined, ...certificates.map(({ hash }) => hash)]).toContain(signatureHash(changed));
    }
  });
});

const folder = new URL('../smtp/certificates/', import.meta.url);
const key = readFileSync(new URL('server.key', folder));
const cert = readFileSync(new URL('server.crt', folder));
const pencil = await scramCredentialsOf('pencil', { iterations: 4096 });

/** Runs `work` on both ends of a TLS connection on loopback. */
async function connected(
  version: SecureVersion,
  work: (server: TLSSocket, client: TLSSocket) => Promise<void>,
) {
  const listener = createServer({ key, cert, minVersion: version, maxVersion: version }).listen(
    0,
    '127.0.0.1',
  );
  try {
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const [[server]] = (await Promise.all([
      once(listener, 'secureConnection'),
      once(client, 'secureConnect'),
    ])) as [[TLSSocket], unknown];
    await work(server, client).finally(() => {
      client.destroy();
      server.destroy();
    });
  } finally {
    listener.close();
  }
}

/** What the client of an exchange sees, by its own means. */
function seenByClient(client: TLSSocket, type: string): Buffer {
  if (type === 'tls-exporter')
    return client.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));
  return createHash('sha256').update(new X509Certificate(cert).raw).digest();
}

describe('a TLS connection', () => {
  it.each<[SecureVersion, string[]]>([
    ['TLSv1.3', ['tls-exporter', 'tls-server-end-point']],
    ['TLSv1.2', ['tls-server-end-point']],
  ])('of %s has %j, and SCRAM-SHA-256-PLUS works with each', async (version, types) => {
    await connected(version, async (server, client) => {
      const channelBindings = channelBindingsOf(server);
      expect(channelBindings.types).toEqual(types);
      for (const type of types) {
        const binding = seenByClient(client, type);
        const scram = new ScramClient({ name: 'user', password: 'pencil', flag: `p=${type}`, binding });
        const exchange = scramSHA256Plus().start({
          hooks: { scramCredentials: () => pencil },
          channelBindings,
        });
        const challenge = await exchange.step(Buffer.from(scram.first));
        if (challenge.status !== 'challenge') throw new Error(String(shown(challenge)));
        const step = await exchange.step(Buffer.from(scram.final(text(challenge.octets))));
        expect(step).toMatchObject({ status: 'success', identity: { identity: 'user' } });
      }
      expect(channelBindings.data('tls-unique')).toBeUndefined();
    });
  });

  it('has other keying material than the next one', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 2; round++) {
      await connected('TLSv1.3', async (server) => {
        seen.add(Buffer.from(channelBindingsOf(server).data('tls-exporter')!).toString('hex'));
      });
    }
    expect([...seen].map((hex) => hex.length)).toEqual([64, 64]);
  });

  it('that has ended since gives no keying material, and throws nothing', async () => {
    await connected('TLSv1.3', async (server) => {
      const bindings = channelBindingsOf(server);
      expect(bindings.data('tls-exporter')).toHaveLength(32);
      server.destroy();
      expect(bindings.data('tls-exporter')).toBeUndefined();
    });
  });

  it('that is no more has no certificate to bind to', () => {
    const gone = {
      getProtocol: () => null,
      getX509Certificate: () => undefined,
      exportKeyingMaterial: () => Buffer.alloc(32),
    };
    expect(channelBindingsOf(gone).types).toEqual([]);
    expect(channelBindingsOf(gone).data('tls-exporter')).toBeUndefined();
  });
});
