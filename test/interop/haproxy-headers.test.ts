import { connect } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { AF, PROTO, V2_CMD } from '../../src/proxy/index.ts';
import { makeCertificate } from './parts/certificate.ts';
import { startHAProxy } from './parts/daemons.ts';
import { encodedAgain, headerIn, place } from './parts/header.ts';
import { describeWith } from './parts/installed.ts';
import { versionOf } from './parts/program.ts';
import { slowCrc32c } from './parts/slow-crc32c.ts';
import type { Sink } from './parts/sink.ts';
import { Stage } from './parts/stage.ts';
import type { Client } from './parts/stage.ts';

/** HAProxy's listeners are `v1` and `v2`, each on both loopback families and on a Unix path. */
describeWith(['haproxy'], 'what HAProxy sends', () => {
  const stage = new Stage();
  let sink: Sink;
  let ports: { v1: number; v2: number };

  beforeAll(async () => {
    sink = await stage.sink();
    const haproxy = await startHAProxy(stage, 2, ([v1, v2]) =>
      [
        { name: 'v1', port: v1, send: 'send-proxy' },
        { name: 'v2', port: v2, send: 'send-proxy-v2' },
      ]
        .map(
          ({ name, port, send }) => `
listen ${name}
  bind 127.0.0.1:${port}
  bind [::1]:${port}
  bind ${stage.dir}/${name}.sock
  server sink 127.0.0.1:${sink.port} ${send}`,
        )
        .join('\n'),
    );
    const [v1 = 0, v2 = 0] = haproxy.ports;
    ports = { v1, v2 };
  });

  test.for([
    { version: 'v1', from: '127.0.0.2', to: '127.0.0.1', word: 'TCP4', family: AF.INET },
    { version: 'v1', from: '::1', to: '::1', word: 'TCP6', family: AF.INET6 },
    { version: 'v2', from: '127.0.0.2', to: '127.0.0.1', family: AF.INET },
    { version: 'v2', from: '::1', to: '::1', family: AF.INET6 },
  ] as const)('$version for a client at $from', async ({ version, from, to, family, ...more }) => {
    const port = ports[version];
    const client = await stage.client({ from, to, port });
    const payload = `after ${version} ${from}`;
    client.socket.write(payload);
    const { octets } = await sink.before(payload);
    if (version === 'v2') expect(encodedAgain(octets)).toEqual(octets);
    if ('word' in more) {
      const line = `PROXY ${more.word} ${from} ${to} ${client.port} ${port}\r\n`;
      expect(octets.toString('latin1')).toBe(line);
    }
    expect(headerIn(octets)).toEqual({
      version: version === 'v1' ? 1 : 2,
      command: version === 'v1' ? null : V2_CMD.PROXY,
      family,
      protocol: PROTO.STREAM,
      source: place(from, client.port),
      destination: place(to, port),
      tlvs: [],
    });
  });

  test.for(['v1', 'v2'] as const)('%s for a client on a Unix socket names nobody', async (version) => {
    const socket = connect(join(stage.dir, `${version}.sock`));
    stage.atEnd(() => socket.destroy());
    const payload = `after ${version} unix`;
    socket.write(payload);
    const { octets } = await sink.before(payload);
    expect(headerIn(octets)).toEqual({
      version: version === 'v1' ? 1 : 2,
      command: version === 'v1' ? null : V2_CMD.LOCAL,
      family: AF.UNSPEC,
      protocol: PROTO.UNSPEC,
      source: 'none',
      destination: 'none',
      tlvs: [],
    });
  });
});

describeWith(['haproxy'], "HAProxy's health checks", () => {
  const stage = new Stage();

  test.for([
    { send: 'send-proxy', version: 1 },
    { send: 'send-proxy-v2 proxy-v2-options crc32c', version: 2 },
  ])('$send', async ({ send, version }) => {
    const sink = await stage.sink({ greeting: '220 sink\r\n' });
    await startHAProxy(
      stage,
      1,
      ([port]) => `
listen smtp
  bind 127.0.0.1:${port}
  option smtpchk EHLO check.example
  server sink 127.0.0.1:${sink.port} source 127.0.0.5 ${send} check inter 100`,
    );
    const { octets, from } = await sink.before('EHLO check.example\r\n');
    expect(from.address).toBe('127.0.0.5');
    if (version === 2) expect(encodedAgain(octets)).toEqual(octets);
    // Version 1 has no LOCAL that HAProxy would use: the check looks like a client at HAProxy's own address.
    expect(headerIn(octets)).toEqual(
      version === 1
        ? {
            version,
            command: null,
            family: AF.INET,
            protocol: PROTO.STREAM,
            source: place(from.address, from.port),
            destination: place('127.0.0.1', sink.port),
            tlvs: [],
          }
        : {
            version,
            command: V2_CMD.LOCAL,
            family: AF.UNSPEC,
            protocol: PROTO.UNSPEC,
            source: 'none',
            destination: 'none',
            tlvs: [['CRC32C', slowCrc32c(octets, octets.length - 4)]],
          },
    );
  });
});

describeWith(['haproxy'], 'what HAProxy says about TLS', () => {
  const stage = new Stage();
  const mx = makeCertificate('mx.example', ['mx.example']);
  const user = makeCertificate('user.example');
  let sink: Sink;
  let port: number;

  beforeAll(async () => {
    sink = await stage.sink();
    const chain = await stage.file('mx.pem', mx.certificate + mx.key);
    const authorities = await stage.file('users.pem', user.certificate);
    const haproxy = await startHAProxy(
      stage,
      1,
      ([listener]) => `
listen tls
  bind 127.0.0.1:${listener} ssl crt ${chain} ca-file ${authorities} verify optional alpn smtp
  unique-id-format "client %ci %cp"
  server sink 127.0.0.1:${sink.port} send-proxy-v2-ssl-cn proxy-v2-options crc32c,unique-id,authority,ssl-cipher,cert-sig,cert-key`,
    );
    port = haproxy.ports[0] ?? 0;
  });

  const withCertificate = { key: user.key, cert: user.certificate };
  test.for([
    { tls: 'TLSv1.3', options: {} },
    { tls: 'TLSv1.3', options: withCertificate },
    { tls: 'TLSv1.2', options: { maxVersion: 'TLSv1.2', ...withCertificate } },
    { tls: 'TLSv1.2', options: { maxVersion: 'TLSv1.2', ALPNProtocols: ['smtp'] } },
  ] as const)('$tls, client options $options', async ({ tls, options }) => {
    const client = await stage.client({
      from: '127.0.0.3',
      port,
      tls: { servername: 'mx.example', ca: mx.certificate, ...options },
    });
    const payload = `after ${client.port}`;
    client.socket.write(payload);
    const { octets } = await sink.before(payload);
    expect(encodedAgain(octets)).toEqual(octets);
    const identified = 'cert' in options;
    expect(headerIn(octets)).toEqual({
      version: 2,
      command: V2_CMD.PROXY,
      family: AF.INET,
      protocol: PROTO.STREAM,
      source: place('127.0.0.3', client.port),
      destination: place('127.0.0.1', port),
      tlvs: [
        ['CRC32C', slowCrc32c(octets, FIRST_TLV + 3)],
        ...('ALPNProtocols' in options ? [['ALPN', Buffer.from('smtp')]] : []),
        ['AUTHORITY', 'mx.example'],
        ['UNIQUE_ID', Buffer.from(`client 127.0.0.3 ${client.port}`)],
        ['SSL', { client: identified ? 7 : 1, verify: 0 }],
        ['SSL/SSL_VERSION', tls],
        ...(identified ? [['SSL/SSL_CN', 'user.example']] : []),
        ['SSL/SSL_KEY_ALG', 'EC256'],
        ['SSL/SSL_SIG_ALG', 'ecdsa-with-SHA256'],
        ['SSL/SSL_CIPHER', cipherOf(client)],
      ],
    });
  });
});

describeWith(['haproxy'], "HAProxy's set-proxy-v2-tlv-fmt", () => {
  const stage = new Stage();

  test('is refused by versions before 2.9, and sends a custom TLV since', async () => {
    const [major, minor] = await versionOf('haproxy', '-v');
    const sink = await stage.sink();
    const started = startHAProxy(
      stage,
      1,
      ([listener]) => `
listen custom
  bind 127.0.0.1:${listener}
  server sink 127.0.0.1:${sink.port} send-proxy-v2 set-proxy-v2-tlv-fmt(0xE4) "port %[src_port]"`,
    );
    if (major < 2 || (major === 2 && minor < 9)) {
      await expect(started).rejects.toThrow(/unknown keyword 'set-proxy-v2-tlv-fmt/);
      return;
    }
    const [port = 0] = (await started).ports;
    const client = await stage.client({ from: '127.0.0.2', port });
    client.socket.write('after custom');
    const { octets } = await sink.before('after custom');
    expect(encodedAgain(octets)).toEqual(octets);
    expect(headerIn(octets)).toEqual({
      version: 2,
      command: V2_CMD.PROXY,
      family: AF.INET,
      protocol: PROTO.STREAM,
      source: place('127.0.0.2', client.port),
      destination: place('127.0.0.1', port),
      tlvs: [['xE4', Buffer.from(`port ${client.port}`)]],
    });
  });
});

// The fixed part of a version 2 header and the two IPv4 addresses and ports.
const FIRST_TLV = 16 + 12;

function cipherOf(client: Client): string {
  return (client.socket as TLSSocket).getCipher().name;
}
