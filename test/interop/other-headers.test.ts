import { connect } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { AF, PROTO, V2_CMD } from '../../src/proxy/index.ts';
import { makeCertificate } from './parts/certificate.ts';
import { startHitch, startNginx, startStunnel } from './parts/daemons.ts';
import { encodedAgain, headerIn, place } from './parts/header.ts';
import type { Header } from './parts/header.ts';
import { describeWith } from './parts/installed.ts';
import { longOptions, run } from './parts/program.ts';
import { Stage } from './parts/stage.ts';

describeWith(['nginx'], 'what nginx sends', () => {
  const stage = new Stage();

  test('to either family and from a Unix socket', async () => {
    const sink = await stage.sink();
    const path = join(stage.dir, 'nginx.sock');
    const nginx = await startNginx(
      stage,
      1,
      ([listener]) => `server {
        listen 127.0.0.1:${listener};
        listen [::1]:${listener};
        listen unix:${path};
        proxy_pass 127.0.0.1:${sink.port};
        proxy_protocol on;
      }`,
    );
    const [port = 0] = nginx.ports;
    for (const [from, to, family] of [
      ['127.0.0.2', '127.0.0.1', 'TCP4'],
      ['::1', '::1', 'TCP6'],
    ] as const) {
      const client = await stage.client({ from, to, port });
      client.socket.write(`after ${from}`);
      const { octets } = await sink.before(`after ${from}`);
      expectLine(octets, family, [from, client.port], [to, port]);
    }
    const socket = connect(path);
    stage.atEnd(() => socket.destroy());
    socket.write('after unix');
    expectUnknown((await sink.before('after unix')).octets);
  });
});

describeWith(['stunnel4'], 'what stunnel sends', () => {
  const stage = new Stage();

  test('protocol = proxy', async () => {
    const sink = await stage.sink();
    const mx = makeCertificate('mx.example', ['mx.example']);
    const pem = await stage.file('mx.pem', mx.certificate + mx.key);
    const stunnel = await startStunnel(stage, `127.0.0.1:${sink.port}`, pem);
    const [port = 0] = stunnel.ports;
    const tls = { servername: 'mx.example', ca: mx.certificate };
    const client = await stage.client({ from: '127.0.0.2', port, tls });
    client.socket.write('after stunnel');
    const { octets } = await sink.before('after stunnel');
    expectLine(octets, 'TCP4', ['127.0.0.2', client.port], ['127.0.0.1', port]);
  });
});

describeWith(['hitch'], 'what hitch sends', () => {
  const stage = new Stage();
  const mx = makeCertificate('mx.example', ['mx.example']);

  test.for([
    { version: 'v1', alpn: [] },
    { version: 'v2', alpn: [] },
    { version: 'v2', alpn: ['smtp'] },
  ] as const)('--write-proxy-$version, client with ALPN $alpn', async ({ version, alpn }) => {
    const sink = await stage.sink();
    const pem = await stage.file('mx.pem', mx.certificate + mx.key);
    const hitch = await startHitch(stage, sink.port, version, pem);
    const [port = 0] = hitch.ports;
    const tls = { servername: 'mx.example', ca: mx.certificate, ALPNProtocols: [...alpn] };
    const client = await stage.client({ from: '127.0.0.2', port, tls });
    client.socket.write('after hitch');
    const { octets } = await sink.before('after hitch');
    if (version === 'v1') {
      return expectLine(octets, 'TCP4', ['127.0.0.2', client.port], ['127.0.0.1', port]);
    }
    expect(encodedAgain(octets)).toEqual(octets);
    expect(headerIn(octets)).toEqual({
      version: 2,
      command: V2_CMD.PROXY,
      family: AF.INET,
      protocol: PROTO.STREAM,
      source: place('127.0.0.2', client.port),
      destination: place('127.0.0.1', port),
      tlvs: [
        ...alpn.map((protocol) => ['ALPN', Buffer.from(protocol)]),
        ['AUTHORITY', 'mx.example'],
        // Unlike HAProxy, hitch follows the standard: not zero where no certificate was shown.
        ['SSL', { client: 1, verify: 1 }],
        ['SSL/SSL_VERSION', 'TLSv1.3'],
        ['SSL/SSL_CIPHER', (client.socket as TLSSocket).getCipher().name],
      ],
    });
  });
});

describeWith(['swaks'], 'what swaks sends', () => {
  const stage = new Stage();

  test.for([
    { version: 1, names: ['TCP4'], family: AF.INET, source: '203.0.113.7', destination: '192.0.2.25' },
    { version: 1, names: ['TCP6'], family: AF.INET6, source: '2001:db8::7', destination: '2001:db8::19' },
    { version: 2, names: ['AF_INET'], family: AF.INET, source: '203.0.113.7', destination: '192.0.2.25' },
    { version: 2, names: ['AF_INET6'], family: AF.INET6, source: '2001:db8::7', destination: '2001:db8::19' },
  ] as const)('version $version $names', async ({ version, names: [word], family, source, destination }) => {
    const sink = await stage.sink({ greeting: '220 sink\r\n', answer: '' });
    const options = longOptions({
      server: `127.0.0.1:${sink.port}`,
      to: 'somebody@example.org',
      helo: 'swaks.example',
      'proxy-version': `${version}`,
      'proxy-family': word,
      'proxy-source': source,
      'proxy-source-port': '4321',
      'proxy-dest': destination,
      'proxy-dest-port': '25',
    });
    const ended = run('swaks', options);
    const { octets } = await sink.before('EHLO swaks.example\r\n');
    await ended;
    if (version === 1) {
      // swaks spells IPv6 addresses in upper case.
      const line = `PROXY ${word} ${source} ${destination} 4321 25\r\n`.toUpperCase();
      expect(octets.toString('latin1')).toBe(line);
    }
    if (version === 2) expect(encodedAgain(octets)).toEqual(octets);
    expect(headerIn(octets)).toEqual({
      version,
      command: version === 1 ? null : V2_CMD.PROXY,
      family,
      protocol: PROTO.STREAM,
      source: place(source, 4321),
      destination: place(destination, 25),
      tlvs: [],
    });
  });
});

describeWith(['curl'], 'what curl --haproxy-protocol sends', () => {
  const stage = new Stage();
  const answer = 'HTTP/1.0 204 No Content\r\n\r\n';

  test('over TCP it names its own address', async () => {
    const sink = await stage.sink({ answer });
    const url = `http://127.0.0.1:${sink.port}/`;
    const outcome = await run('curl', ['-sS', '--haproxy-protocol', '--interface', '127.0.0.2', url]);
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    const { octets, from } = await sink.before('GET / ');
    expect(from.address).toBe('127.0.0.2');
    expectLine(octets, 'TCP4', [from.address, from.port], ['127.0.0.1', sink.port]);
  });

  test('over a Unix socket it names nobody', async () => {
    const path = join(stage.dir, 'curl.sock');
    const sink = await stage.sink({ answer, path });
    const outcome = await run('curl', ['-sS', '--haproxy-protocol', '--unix-socket', path, 'http://sink/']);
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
    expectUnknown((await sink.before('GET / ')).octets);
  });
});

/** Expects octets to be this version 1 line, and the codec to read just that. */
function expectLine(
  octets: Buffer,
  word: 'TCP4' | 'TCP6',
  source: readonly [string, number],
  destination: readonly [string, number],
): void {
  expect(octets.toString('latin1')).toBe(
    `PROXY ${word} ${source[0]} ${destination[0]} ${source[1]} ${destination[1]}\r\n`,
  );
  expect(headerIn(octets)).toEqual({
    version: 1,
    command: null,
    family: word === 'TCP4' ? AF.INET : AF.INET6,
    protocol: PROTO.STREAM,
    source: place(...source),
    destination: place(...destination),
    tlvs: [],
  } satisfies Header);
}

function expectUnknown(octets: Buffer): void {
  expect(octets.toString('latin1')).toBe('PROXY UNKNOWN\r\n');
  expect(headerIn(octets)).toEqual({
    version: 1,
    command: null,
    family: AF.UNSPEC,
    protocol: PROTO.UNSPEC,
    source: 'none',
    destination: 'none',
    tlvs: [],
  } satisfies Header);
}
