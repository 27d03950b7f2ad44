/** A promise of the library may reject before anybody awaits it: that ends nothing, and the reason is not lost. */

import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Forward } from '../../../src/delivery/forward.ts';
import { Maildir } from '../../../src/delivery/maildir/maildir.ts';
import { sendProxy } from '../../../src/proxy/node/send.ts';
import { passwordMatches, scramCredentialsOf } from '../../../src/sasl/index.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { LMTPServer } from '../../../src/smtp/server/lmtp-server.ts';
import { arriving, envelope, session, SERVER } from '../../delivery/support.ts';
import { serve } from '../loopback.ts';

const unheard: unknown[] = [];
const note = (reason: unknown): void => void unheard.push(reason);
const others = process.listeners('unhandledRejection');
const noDirectory = join(tmpdir(), `truepeer-unheard-${process.pid}`);

beforeAll(() => {
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', note);
  writeFileSync(noDirectory, '');
});
afterEach(() => void unheard.splice(0));
afterAll(() => {
  process.off('unhandledRejection', note);
  for (const listener of others) process.on('unhandledRejection', listener);
  rmSync(noDirectory);
});

/** As long as it takes until Node has looked for rejections that nobody handles, and the work has failed. */
const lookup = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

it('this test sees a rejection that nobody hears', async () => {
  void Promise.reject(new Error('unheard'));
  await lookup();
  expect(unheard).toHaveLength(1);
});

it('the next piece of content, when the client leaves meanwhile', async () => {
  let told: unknown;
  let finished = (): void => {};
  const ended = new Promise<void>((resolve) => (finished = resolve));
  const handler: Handler = {
    async handleContent(_server, { signal }, _envelope, content) {
      const pieces = content[Symbol.asyncIterator]();
      await pieces.next();
      const [first, second] = [pieces.next(), pieces.next()];
      await once(signal, 'abort');
      const afterwards = pieces.next();
      await lookup();
      told = await Promise.allSettled([first, second, afterwards]);
      finished();
    },
  };
  const { dial } = await serve(handler);
  const client = dial();
  await client.until('\r\n');
  for (const line of ['EHLO c', 'MAIL FROM:<a@a.test>', 'RCPT TO:<b@b.test>', 'DATA']) await client.ask(line);
  client.socket.write('one\r\n');
  await lookup();
  client.socket.destroy();
  await ended;
  expect(told).toMatchObject([
    { reason: { code: 'lost' } },
    { reason: { message: 'content is read by two readers' } },
    { reason: { code: 'lost' } },
  ]);
  expect(unheard).toEqual([]);
});

const broken = { sendMail: () => Promise.reject(new Error('no route')) };
const port = 1;

it.each<[string, () => Promise<unknown>]>([
  ['listen, for a wrong target', () => new SMTPServer().listen({ port: -1 })],
  [
    'listen, for an address of another machine',
    () => new SMTPServer().listen({ port: 0, host: '192.0.2.1' }),
  ],
  ['listen of LMTP on port 25', () => new LMTPServer().listen({ port: 25 })],
  ['Forward', () => new Forward(broken).handleDATA(SERVER, session(), envelope())],
  ['Maildir.prepare', () => new Maildir(noDirectory).prepare()],
  ['Maildir.freeSpace', () => new Maildir(noDirectory).freeSpace()],
  [
    'Maildir.handleContent',
    () =>
      new Maildir(noDirectory).handleContent(SERVER, session(), envelope(), arriving([], new Error('lost'))),
  ],
  [
    'sendProxy',
    () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      return sendProxy(socket, { srcAddr: '192.0.2.7', srcPort: 1, dstAddr: '192.0.2.1', dstPort: 25 });
    },
  ],
  ['scramCredentialsOf', () => scramCredentialsOf('')],
  ['passwordMatches', () => passwordMatches('x', {} as never)],
])('%s', async (name, make) => {
  const promise = make();
  await lookup();
  expect(unheard).toEqual([]);
  if (name === 'Maildir.handleContent')
    return expect(await promise.catch((error: unknown) => error)).toBeDefined();
  await expect(promise).rejects.toThrow();
});

it('close and disconnect: options are checked at once, and closing never rejects', async () => {
  const { server } = await serve({ handleDATA() {} });
  expect(() => server.close({ drain: -1 })).toThrow(RangeError);
  expect(() => server.close({ wait: 1 } as object)).toThrow(TypeError);
  await Promise.all([server.close(), server.close({ drain: 0 })]);
  expect(unheard).toEqual([]);
});

it('a listen that nobody awaits is told to diagnostics, or else by a process warning', async () => {
  const told: unknown[] = [];
  const { port: taken } = await serve({ handleDATA() {} });
  const diagnostics = ({ code, error }: { code: string; error?: unknown }): void =>
    void told.push(code, error);
  void new SMTPServer({ handleDATA() {} }, { diagnostics }).listen({ host: '127.0.0.1', port: taken });
  const warned = once(process, 'warning');
  void new SMTPServer({ handleDATA() {} }).listen({ host: '127.0.0.1', port: taken });
  expect(await warned).toMatchObject([{ code: 'TRUEPEER_LISTEN' }]);
  await lookup();
  expect(told).toMatchObject(['listen-failed', { code: 'EADDRINUSE' }]);
  expect(unheard).toEqual([]);
});

it('a socket given to sendProxy is untouched when an option is unknown', () => {
  const socket = new Socket();
  expect(() => sendProxy(socket, {} as never, { codecs: 1 } as object)).toThrow(TypeError);
  expect(socket.bytesWritten).toBe(0);
});

it.each(['at once', 'late'])('a hook that rejects %s with what nobody can look at', async (when) => {
  const fails = (): never => {
    throw new Error('looked at');
  };
  const opaque: unknown = new Proxy({}, { get: fails, has: fails, getPrototypeOf: fails, ownKeys: fails });
  const rejects = async (): Promise<never> => {
    if (when === 'late') await new Promise((resolve) => setTimeout(resolve, 30));
    throw opaque;
  };
  const told: string[] = [];
  const handler: Handler = { handleDATA() {}, handleNOOP: rejects, handleClose: rejects };
  const { dial } = await serve(handler, { diagnostics: ({ code }) => void told.push(code) });
  const client = dial();
  await client.until('\r\n');
  client.socket.write('NOOP\r\n');
  await new Promise((resolve) => setTimeout(resolve, 15));
  client.socket.destroy();
  await lookup();
  await lookup();
  expect(unheard).toEqual([]);
  expect(told).toEqual(['handler-failed', 'handler-failed']);
});
