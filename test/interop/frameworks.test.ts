import { once } from 'node:events';
import * as http from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acceptProxy, type AcceptOptions, type ProxiedSocket } from '../../src/proxy/node/index.ts';
import { judge } from './parts/installed.ts';

/** Frameworks of HTTP behind PROXY, as src/proxy/README.md says. They are devDependencies. */

const OPTIONS: AcceptOptions = { timeout: 60_000, trusted: ['127.0.0.0/8', '::1'], remoteAddress: 'client' };
const V1 = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
const GET = 'GET / HTTP/1.0\r\n\r\n';

const require = createRequire(import.meta.url);

/** Describes tests of a package; without it a developer's run skips them, and a run with CI set fails. */
function describeFramework(name: string, load: () => unknown, define: (framework: unknown) => void): void {
  let framework: unknown;
  try {
    framework = load();
  } catch {}
  if (framework !== undefined) {
    describe(name, () => define(framework));
    return;
  }
  const verdict = judge([name], process.env['CI']);
  test.skipIf(verdict === 'skip')(`${name}: needs npm ci`, () => expect.fail(`${name} is not installed`));
}

/** What is heard by a client that sends octets, until the end; of HTTP, the body. */
async function say(port: number, octets: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
  socket.write(octets);
  await once(socket, 'close');
  return heard.split('\r\n\r\n').at(-1)!;
}

/** Expects requests to be served by client, health checks as the balancer's own, and nothing to wait when it stops. */
async function expectServed(port: number, stop: () => Promise<unknown>): Promise<void> {
  expect(await say(port, `${V1}${GET}`)).toBe('203.0.113.7 203.0.113.7');
  expect(await say(port, `PROXY UNKNOWN\r\n${GET}`)).toBe('127.0.0.1 null');
  expect(await say(port, GET)).toBe('');
  const silent = connect(port, '127.0.0.1');
  silent.on('error', () => {});
  await once(silent, 'connect');
  await say(port, `${V1}${GET}`);
  const gone = once(silent.resume(), 'close');
  await stop();
  await gone;
}

function clientOf(socket: unknown): string {
  return `${(socket as ProxiedSocket).client.address}`;
}

interface Fastify {
  get(path: string, handler: (request: { ip: string; socket: unknown }) => string): void;
  listen(target: { port: number; host: string }): Promise<string>;
  addresses(): { port: number; address: string }[];
  close(): Promise<void>;
}

describeFramework(
  'fastify',
  () => require('fastify') as unknown,
  (framework) => {
    const fastify = framework as (options: {
      serverFactory: (handler: http.RequestListener) => http.Server;
    }) => Fastify;

    test.each(['127.0.0.1', 'localhost'])(
      'by serverFactory, at %s: no address is without PROXY',
      async (host) => {
        const servers: http.Server[] = [];
        const app = fastify({
          serverFactory(handler) {
            const server = acceptProxy(http.createServer(handler), OPTIONS);
            servers.push(server);
            return server;
          },
        });
        app.get('/', ({ ip, socket }) => `${ip} ${clientOf(socket)}`);
        await app.listen({ port: 0, host });
        const addresses = app.addresses();
        expect(addresses.map(({ address }) => address)).toEqual(
          servers.map((server) => (server.address() as { address: string }).address),
        );
        if (addresses[0]!.address === '127.0.0.1') await expectServed(addresses[0]!.port, () => app.close());
        else await app.close();
      },
    );
  },
);

interface Hapi {
  server(options: object): {
    readonly info: { readonly port: number };
    route(route: object): void;
    start(): Promise<void>;
    stop(): Promise<void>;
  };
}

describeFramework(
  '@hapi/hapi',
  () => require('@hapi/hapi') as unknown,
  (framework) => {
    test('by listener', async () => {
      const listener = acceptProxy(http.createServer(), OPTIONS);
      const server = (framework as Hapi).server({ listener, port: 0, host: '127.0.0.1' });
      server.route({
        method: 'GET',
        path: '/',
        handler: ({ info, raw }: { info: { remoteAddress: string }; raw: { req: http.IncomingMessage } }) =>
          `${info.remoteAddress} ${clientOf(raw.req.socket)}`,
      });
      await server.start();
      await expectServed(server.info.port, () => server.stop());
    });
  },
);
