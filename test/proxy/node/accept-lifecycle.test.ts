import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import * as http from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acceptProxy } from '../../../src/proxy/node/index.ts';
import { behindProxy, dial, gone, proxied, say, V1 } from './listening.ts';

/** When a server begins, ends, and is too busy: it behaves as one that nothing stands before. */

/** A client whose header is awaited: half of it has come. */
async function silent(server: Server, port: number): Promise<Socket> {
  const open = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  const before = await open();
  const socket = dial(port).resume();
  socket.write(V1.slice(0, 20));
  while ((await open()) === before) await turn();
  return socket;
}

describe('connections whose header is awaited', () => {
  test.each<[string, () => Server]>([
    ['net', () => createServer()],
    ['http', () => http.createServer()],
  ])('close of %s ends them, and does not wait for their deadline', async (_, make) => {
    const { server, port } = await behindProxy(make(), { timeout: 2 ** 31 - 1 });
    const clients = [await silent(server, port), await silent(server, port)];
    const ends = clients.map(gone);
    const closed = once(server, 'close');
    server.close();
    await Promise.all([closed, ...ends]);
    expect(server.listening).toBe(false);
  });

  test('close leaves alone whom the server knows', async () => {
    const { server, port } = await behindProxy(createServer((socket) => socket.pipe(socket)));
    const served = dial(port);
    served.write(`${V1}one`);
    expect(String((await once(served, 'data'))[0])).toBe('one');
    server.close();
    served.write('two');
    expect(String((await once(served, 'data'))[0])).toBe('two');
  });

  test.each(['closeAllConnections', 'closeIdleConnections'] as const)('%s ends them', async (method) => {
    const { server, port } = await behindProxy(http.createServer(), { timeout: 2 ** 31 - 1 });
    const client = await silent(server, port);
    server[method]();
    await gone(client);
    expect(server.listening).toBe(true);
  });

  test('a server of net has no methods that are those of http', () => {
    const server = acceptProxy(createServer(), { timeout: 5000, trusted: 'anyone' });
    expect('closeAllConnections' in server).toBe(false);
  });
});

describe('AsyncLocalStorage', () => {
  const storage = new AsyncLocalStorage<string>();

  async function listenIn(store: string, server: Server): Promise<number> {
    onTestFinished(() => void server.close());
    await storage.run(store, () => once(server.listen(0, '127.0.0.1'), 'listening'));
    return (server.address() as AddressInfo).port;
  }

  test('of listen holds in listeners and hooks', async () => {
    const seen: Record<string, string | undefined> = {};
    const note = (where: string): true => {
      seen[where] = storage.getStore();
      return true;
    };
    const server = http.createServer((_, res) => {
      note('request');
      res.end();
    });
    server.on('connection', () => note('connection'));
    acceptProxy(server, {
      timeout: 5000,
      trusted: () => note('trusted'),
      verify: async () => {
        note('verify');
        await new Promise((resolve) => setTimeout(resolve, 5));
        return note('verify, later');
      },
      diagnostics: ({ code }) => void note(code),
    });
    const port = await listenIn('of listen', server);
    await storage.run('of a client', async () => {
      await say(port, [V1.slice(0, 9), V1.slice(9), 'GET / HTTP/1.0\r\n\r\n']);
      await say(port, ['no header']);
    });
    expect(seen).toEqual({
      connection: 'of listen',
      request: 'of listen',
      trusted: 'of listen',
      verify: 'of listen',
      'verify, later': 'of listen',
      'proxy-header-refused': 'of listen',
    });
  });

  test('of whoever hands a connection on', async () => {
    const seen: (string | undefined)[] = [];
    const inner = acceptProxy(
      createServer((socket) => {
        seen.push(storage.getStore());
        socket.end();
      }),
      { timeout: 5000, trusted: 'anyone' },
    );
    const outer = createServer((socket) =>
      storage.run('handed on', () => void inner.emit('connection', socket)),
    );
    const port = await listenIn('outer', outer);
    await say(port, [V1.slice(0, 9), V1.slice(9)]);
    expect(seen).toEqual(['handed on']);
  });
});

test('a header that had come in time is taken, though this process was too busy to read it', async () => {
  const { server, port, log } = await behindProxy(
    createServer((socket) => socket.end(proxied(socket).client.address!)),
    {
      timeout: 1000,
    },
  );
  const clients = [];
  for (let i = 0; i < 20; i++) clients.push(await silent(server, port));
  const heard = clients.map(async (client) => String((await once(client, 'data'))[0]));
  for (const client of clients) client.write(V1.slice(20));
  // The octets are with the system when the loop stands still, until long after the deadline.
  const until = performance.now() + 1500;
  while (performance.now() < until);
  expect(new Set(await Promise.all(heard))).toEqual(new Set(['203.0.113.7']));
  expect(log.filter(({ code }) => code === 'proxy-header-missing')).toEqual([]);
});
