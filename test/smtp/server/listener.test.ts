import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { Session } from '../../../src/smtp/api/session.ts';
import { LMTPServer } from '../../../src/smtp/server/lmtp-server.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { brokenOff } from '../../proxy/node/listening.ts';
import { Client, serve } from '../loopback.ts';

const LOADER = fileURLToPath(new URL('../../../codegen/typescript-loader.mjs', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../processes/inherited.ts', import.meta.url));
const GREETING = '220 mx.test ESMTP truepeer\r\n';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'truepeer-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function made(handler = {}): SMTPServer {
  const server = new SMTPServer(handler, { hostname: 'mx.test' });
  onTestFinished(() => server.close({ drain: 0 }));
  return server;
}

/** A socket whose owner was killed. */
async function abandoned(path: string): Promise<void> {
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', program]), 'exit');
}

async function opened(target: ListenOptions): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(target, resolve));
  return server;
}

function descriptorOf(server: Server): number {
  const { _handle: handle } = server as unknown as { _handle: { fd: number } };
  return handle.fd;
}

it('one server listens in several places, and again after close', async () => {
  const ends: Session['local'][] = [];
  const server = made({
    handleConnect: (_server: unknown, session: Session) => void ends.push(session.local),
  });
  const path = join(folder(), 's');
  for (let round = 0; round < 2; round++) {
    const one = await server.listen({ host: '127.0.0.1', port: 0 });
    const two = await server.listen({ host: '127.0.0.2', port: 0 });
    await server.listen({ path });
    for (const socket of [connect(one.port, '127.0.0.1'), connect(two.port, '127.0.0.2'), connect(path)]) {
      await new Client(socket).until(GREETING);
    }
    expect(ends.splice(0)).toEqual([
      { address: '127.0.0.1', port: one.port, family: 'IPv4' },
      { address: '127.0.0.2', port: two.port, family: 'IPv4' },
      { address: '', port: null, family: 'unix' },
    ]);
    await server.close({ drain: 0 });
    await expect(once(connect(one.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  }
});

it('F7: close ends those who were there, not those who come after listening again', async () => {
  const server = made();
  const listen = async (): Promise<Client> => {
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const client = new Client(connect(port, '127.0.0.1'));
    await client.until(GREETING);
    return client;
  };
  const before = await listen();
  before.socket.write('EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n');
  await before.until('<CR><LF>\r\n');
  const closed = server.close({ drain: 50 });
  const after = await listen();
  await closed;
  await before.ended;
  expect(await after.ask('NOOP')).toBe('250 2.0.0 Ok\r\n');
  await server.close({ drain: 0 });
});

it('close ends what has not begun to listen yet, too', async () => {
  const server = made();
  const path = join(folder(), 's');
  const listening = server.listen({ path });
  const closed = server.close();
  await expect(listening).rejects.toThrow('listen: the server was closed before it could listen');
  await closed;
  await expect(once(connect(path), 'connect')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
});

it('a Unix socket that a killed server left behind is taken away', async () => {
  const path = join(folder(), 's');
  await abandoned(path);
  await made().listen({ path });
  await new Client(connect(path)).until(GREETING);
});

it('a Unix socket somebody listens on is not, nor is a file', async () => {
  const path = join(folder(), 's');
  await made().listen({ path });
  await expect(made().listen({ path })).rejects.toThrow('EADDRINUSE');
  await new Client(connect(path)).until(GREETING);
  const file = join(folder(), 'f');
  writeFileSync(file, 'mine');
  await expect(made().listen({ path: file })).rejects.toThrow('EADDRINUSE');
  expect(statSync(file).size).toBe(4);
});

it('a Unix socket has the rights that were asked for', async () => {
  const path = join(folder(), 's');
  await made().listen({ path, mode: 0o620 });
  expect(statSync(path).mode & 0o777).toBe(0o620);
  for (const mode of [0o1000, -1, 0.5]) {
    await expect(made().listen({ path: join(folder(), 's'), mode })).rejects.toThrow(/^listen: mode /);
  }
});

it.each([
  [undefined, 'option listen: an object is expected'],
  [null, 'option listen: an object is expected'],
  [2525, 'option listen: an object is expected'],
  [{}, 'listen: one of port, path, fd is expected, not none of them'],
  [{ port: undefined }, 'listen: one of port, path, fd is expected, not none of them'],
  [{ port: 0, path: '/run/s' }, 'listen: one of port, path, fd is expected, not port and path'],
  [
    { prot: 1 },
    'option listen.prot is unknown; known are port, host, path, mode, fd, tls, bareNewlines, tolerate',
  ],
  [{ port: '25' }, 'option listen.port: an integer from 0 to 65535 is expected, not "25"'],
  [{ port: 65536 }, 'option listen.port: an integer from 0 to 65535 is expected, not 65536'],
  [{ port: 0, host: 1 }, 'option listen.host: text is expected, not 1'],
  [{ path: '' }, 'option listen.path: text is expected, not ""'],
  [{ fd: -1 }, 'option listen.fd: an integer from 0 to 9007199254740991 is expected, not -1'],
  [{ port: 0, tls: 'yes' }, 'option listen.tls: true or false is expected, not "yes"'],
  [{ port: 0, mode: 0o600 }, 'listen: mode goes with path only'],
  [{ path: '/run/s', host: 'x' }, 'listen: host goes with port only'],
])('listen(%j) listens nowhere, and says what is wrong', async (target, message) => {
  for (const server of [made(), new LMTPServer({ handleDATA: () => undefined })])
    await expect(server.listen(target as { port: number })).rejects.toThrow(message);
});

it('what is undefined in a target counts as left out', async () => {
  const target = { port: 0, host: '127.0.0.1', path: undefined, tls: undefined };
  const { port } = await made().listen(target as unknown as { port: number });
  await new Client(connect(port, '127.0.0.1')).until(GREETING);
});

it('descriptors inherited from the parent, TCP and Unix', async () => {
  const path = join(folder(), 's');
  const [tcp, unix] = [await opened({ port: 0, host: '127.0.0.1' }), await opened({ path })];
  const stdio = ['ignore', 'ignore', 'inherit', descriptorOf(tcp), descriptorOf(unix)] as const;
  const child = spawn(process.execPath, ['--import', LOADER, PROGRAM], { stdio: [...stdio] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { port } = tcp.address() as { port: number };
  // Closing takes the path away, and only the child shall be left to answer.
  renameSync(path, `${path}2`);
  for (const owner of [tcp, unix]) owner.close();
  await new Client(connect(port, '127.0.0.1')).until('220 IPv4\r\n');
  await new Client(connect(`${path}2`)).until('220 unix\r\n');
});

it('is disposed of by `await using`', async () => {
  const server = made();
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  await server[Symbol.asyncDispose]();
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
});

it('a peer that has broken off before it was accepted is gone, not untrusted, and no session', async () => {
  const told: unknown[] = [];
  const { port, dial } = await serve(
    {
      handleConnect: (_server, { client }) => void told.push(client.address),
      handleDATA: () => undefined,
      handleClose: (_server, _session, reason) => void told.push(reason),
      handlePROXY: () => true,
    },
    {
      proxyProtocol: { timeout: 5000, trusted: ['127.0.0.1'] },
      diagnostics: ({ text }) => void told.push(text),
    },
  );
  brokenOff(port);
  const next = dial();
  next.socket.write('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n');
  await next.until(GREETING);
  expect(told).toEqual(['203.0.113.7']);
});
