import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tls from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encode } from '../../../src/proxy/index.ts';
import { type AcceptOptions, acceptProxy, sendProxy } from '../../../src/proxy/node/index.ts';
import { behindProxy, CLIENT, cuts, dial, gone, proxied, say, V1 } from './listening.ts';

/** The servers of Node's own library, each behind PROXY. */

const HEADER = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };
const V2 = encode({ ...HEADER, tlvs: { AUTHORITY: 'mx.test' } });
const KEYS = { key: certificate('server.key'), cert: certificate('server.crt') };

function certificate(name: string): Buffer {
  return readFileSync(new URL(`../../smtp/certificates/${name}`, import.meta.url));
}

/** Tells a client who it is. */
function tell(req: http.IncomingMessage, res: http.ServerResponse): void {
  const { client, proxyData } = proxied(req.socket);
  let body = 0;
  req.on('data', (chunk: Buffer) => (body += chunk.length));
  req.on('end', () => res.end(JSON.stringify([client, proxyData?.tlv?.AUTHORITY ?? null, body])));
}

describe('http', () => {
  test('a request in one segment with the header, and others behind it', async () => {
    const { port } = await behindProxy(http.createServer(tell));
    const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
    const last = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const heard = await say(port, [Buffer.concat([V2, Buffer.from(get + get + last)])]);
    const bodies = heard.match(/\[\{.*?\]/g)!;
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual(
      [1, 2, 3].map(() => [CLIENT, 'mx.test', 0]),
    );
  });

  test('a large body in many segments', async () => {
    const { port } = await behindProxy(http.createServer(tell));
    const socket = dial(port);
    await sendProxy(socket, HEADER);
    const request = http.request({ method: 'POST', createConnection: () => socket });
    for (let i = 0; i < 64; i++) request.write(Buffer.alloc(65_536));
    request.end();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(JSON.parse(await text(response))).toEqual([CLIENT, null, 64 * 65_536]);
  });

  test("what frameworks ask, req.socket.remoteAddress, is the client's on request", async () => {
    const server = http.createServer((req, res) => res.end(`${req.socket.remoteAddress}`));
    const { port } = await behindProxy(server, { remoteAddress: 'client' });
    expect(await say(port, [`${V1}GET / HTTP/1.0\r\n\r\n`])).toMatch(/\r\n\r\n203\.0\.113\.7$/);
  });

  test('a request that is none is told so, to a client that is known', async () => {
    const clients: unknown[] = [];
    const server = http.createServer();
    server.on('clientError', (_, socket) => {
      clients.push(proxied(socket).client);
      (socket as Socket).end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    const { port } = await behindProxy(server);
    expect(await say(port, [`${V1}no request\r\n\r\n`])).toBe('HTTP/1.1 400 Bad Request\r\n\r\n');
    expect(clients).toEqual([CLIENT]);
  });
});

describe('over TLS', () => {
  test('https: both the request and the log of the server know the client', async () => {
    const seen: unknown[] = [];
    const server = https.createServer(KEYS, tell);
    server.on('secureConnection', (socket) => seen.push(proxied(socket).client, socket.remoteAddress));
    const { port } = await behindProxy(server, { remoteAddress: 'client' });
    const body = await text(await overTLS(port, (socket) => https.get({ createConnection: () => socket })));
    expect(JSON.parse(body)).toEqual([CLIENT, 'mx.test', 0]);
    expect(seen).toEqual([CLIENT, '203.0.113.7']);
  });

  test('a cut anywhere in the header, and anywhere in the first octets of TLS', async () => {
    const server = tls.createServer(KEYS, (socket) => socket.end(`${proxied(socket).client.address}`));
    const { port } = await behindProxy(server);
    const hello = await clientHello();
    // The first flight of the server ends these connections: it is the proof that the hello came through whole.
    const flights = await Promise.all(
      cuts(Buffer.concat([V2, hello]))
        .slice(0, V2.length + 60)
        .map((pieces) => flight(port, pieces)),
    );
    expect(flights.length).toBe(V2.length + 60);
    expect(new Set(flights)).toEqual(new Set([0x16]));
    expect(await flight(port, [Buffer.concat([V2, hello])])).toBe(0x16);
  });

  test('a handshake that fails names its client, and ends nothing else', async () => {
    const clients: unknown[] = [];
    const server = tls.createServer(KEYS, (socket) => socket.end('hello'));
    server.on('tlsClientError', (_, socket) => clients.push(proxied(socket).client));
    const { port } = await behindProxy(server);
    await say(port, [Buffer.concat([V2, Buffer.from('EHLO I thought this was SMTP\r\n')])]);
    expect(clients).toEqual([CLIENT]);
    const socket = await overTLS(port, (secure) => secure);
    expect(String((await once(socket, 'data'))[0])).toBe('hello');
  });

  test('a header inside TLS is for the server that gets what TLS has deciphered', async () => {
    const inner = http.createServer(tell);
    acceptProxy(inner, { timeout: 5000, trusted: ['127.0.0.0/8'], remoteAddress: 'client' });
    const outer = tls.createServer(KEYS, (socket) => void inner.emit('connection', socket));
    await once(outer.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void outer.close());
    const { port } = outer.address() as AddressInfo;
    const request = Buffer.from(
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello',
    );
    for (const pieces of [[Buffer.concat([V2, request])], [V2.subarray(0, 20), V2.subarray(20), request]]) {
      const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      const answer = text(socket);
      for (const piece of pieces) {
        socket.write(piece);
        await sleep(2);
      }
      const [, body = ''] = (await answer).split('\r\n\r\n');
      expect(body).toContain(JSON.stringify([CLIENT, 'mx.test', 5]));
    }
  });

  test('a header inside TLS is none where one is expected before it', async () => {
    const server = tls.createServer(KEYS);
    const { port, log } = await behindProxy(server);
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('error', () => {});
    await gone(socket);
    expect(log.map(({ code }) => code)).toEqual(['proxy-header-refused']);
  });
});

describe('http2', () => {
  const OPTIONS: Partial<AcceptOptions> = { remoteAddress: 'client' };

  test.each<[string, () => Server, (socket: Socket) => Socket]>([
    ['in the clear', () => http2.createServer(answer), (socket) => socket],
    [
      'over TLS',
      () => http2.createSecureServer(KEYS, answer),
      (socket) => tls.connect({ socket, rejectUnauthorized: false, ALPNProtocols: ['h2'] }),
    ],
  ])('%s', async (_, make, over) => {
    const { port } = await behindProxy(make(), OPTIONS);
    const socket = dial(port);
    await sendProxy(socket, HEADER);
    const session = http2.connect('http://a', { createConnection: () => over(socket) });
    session.on('error', () => {});
    const stream = session.request({ ':path': '/' });
    expect(await text(stream)).toBe('203.0.113.7 203.0.113.7');
    session.destroy();
  });

  function answer(req: http2.Http2ServerRequest, res: http2.Http2ServerResponse): void {
    res.end(`${proxied(req.socket).client.address} ${req.socket.remoteAddress}`);
  }
});

/** Connects, sends the header, then begins TLS on the same socket. */
async function overTLS<T>(
  port: number,
  use: (socket: tls.TLSSocket) => T,
): Promise<T extends http.ClientRequest ? http.IncomingMessage : T> {
  const raw = dial(port);
  void sendProxy(raw, { ...HEADER, tlvs: { AUTHORITY: 'mx.test' } });
  const socket = tls.connect({ socket: raw, rejectUnauthorized: false });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  const used = use(socket);
  const result: unknown = used instanceof http.ClientRequest ? (await once(used, 'response'))[0] : used;
  return result as T extends http.ClientRequest ? http.IncomingMessage : T;
}

/** The first octets that a TLS client sends. */
async function clientHello(): Promise<Buffer> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = tls.connect({ port, host: '127.0.0.1', servername: 'mx.test' });
  socket.on('error', () => {});
  const [far] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(far, 'data')) as [Buffer];
  far.destroy();
  server.close();
  return hello;
}

async function flight(port: number, pieces: readonly Uint8Array[]): Promise<number> {
  const socket = dial(port);
  for (const piece of pieces) {
    socket.write(piece);
    await sleep(2);
  }
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk[0]!;
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}
