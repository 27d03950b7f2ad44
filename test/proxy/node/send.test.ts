import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { encode, ProxyError } from '../../../src/proxy/index.ts';
import { sendProxy } from '../../../src/proxy/node/index.ts';

const HEADER = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };

/** A server that says nothing and keeps what it hears. */
async function listener(): Promise<{ port: number; heard: Promise<string> }> {
  const server = createServer();
  const heard = new Promise<string>((resolve) => {
    server.on('connection', (socket) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('close', () => resolve(text));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, heard };
}

test.each([true, false])('the header is what comes first, awaited (%s) or not', async (awaited) => {
  for (const version of [1, 2] as const) {
    const { port, heard } = await listener();
    const socket = connect(port, '127.0.0.1');
    const sent = sendProxy(socket, { ...HEADER, version });
    if (awaited) expect(await sent).toBeUndefined();
    socket.end('EHLO client\r\n');
    expect(await heard).toBe(
      `${Buffer.from(encode({ ...HEADER, version })).toString('latin1')}EHLO client\r\n`,
    );
  }
});

test('on a socket that is connected already', async () => {
  const { port, heard } = await listener();
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  await sendProxy(socket, { command: 'LOCAL' });
  socket.end();
  expect(Buffer.from(await heard, 'latin1')).toEqual(Buffer.from(encode({ command: 'LOCAL' })));
});

test('octets are sent as they were, whatever becomes of them, and whatever they are', async () => {
  for (const octets of [
    encode({ ...HEADER, tlvs: { AUTHORITY: 'mx.test' } }),
    Buffer.from('PROXY nonsense'),
  ]) {
    const { port, heard } = await listener();
    const socket = connect(port, '127.0.0.1');
    const before = Buffer.from(octets).toString('latin1');
    const sent = sendProxy(socket, octets);
    octets.fill(0);
    await sent;
    socket.end('.');
    expect(await heard).toBe(`${before}.`);
  }
  const socket = new Socket();
  expect(() => sendProxy(socket, new Uint8Array())).toThrow(/none were given/);
});

test('a header that may not be sent is refused, and nothing is written', async () => {
  const { port, heard } = await listener();
  const socket = connect(port, '127.0.0.1');
  expect(() => sendProxy(socket, { ...HEADER, srcPort: 70_000 })).toThrow(ProxyError);
  socket.end('.');
  expect(await heard).toBe('.');
});

test('a socket that is no longer at its start, or speaks TLS, is refused', () => {
  const socket = new Socket();
  socket.on('error', () => {});
  expect(() => sendProxy(new TLSSocket(new Socket()), HEADER)).toThrow(/below TLS/);
  socket.connect(1, '127.0.0.1');
  socket.write('early');
  expect(() => sendProxy(socket, HEADER)).toThrow(/first octets/);
  socket.destroy();
});

test("the socket's own error is the promise's, and nobody has to await it", async () => {
  const refused = connect(1, '127.0.0.1');
  const errors: unknown[] = [];
  refused.on('error', (error) => errors.push(error));
  await expect(sendProxy(refused, HEADER)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const ignored = connect(1, '127.0.0.1');
  ignored.on('error', (error) => errors.push(error));
  void sendProxy(ignored, HEADER);
  await new Promise((resolve) => ignored.on('close', resolve));
  expect(errors.length).toBe(2);
});
