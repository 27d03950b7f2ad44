import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { say, V1 } from './listening.ts';

const LOADER = new URL('../../../codegen/typescript-loader.mjs', import.meta.url).href;

test('another process reads the header: of sockets that it is handed, and of a server that it is handed', async () => {
  const child = fork(fileURLToPath(new URL('handed-on.ts', import.meta.url)), {
    execArgv: ['--import', LOADER],
  });
  onTestFinished(() => void child.kill());
  await once(child, 'message');
  // Paused, it reads nothing here of what belongs there.
  const front = createServer({ pauseOnConnect: true }, (socket) => void child.send('socket', socket));
  const shared = createServer();
  for (const server of [front, shared]) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
  }
  const { port } = front.address() as AddressInfo;
  const answer = `${child.pid} 203.0.113.7 of 127.0.0.1: hello`;
  expect(await say(port, [`${V1}hello`])).toBe(answer);
  expect(await say(port, [V1.slice(0, 9), V1.slice(9), 'hello'])).toBe(answer);

  const { port: other } = shared.address() as AddressInfo;
  await new Promise((resolve) => child.send('server', shared, resolve));
  // From now on the child alone accepts.
  shared.close();
  expect(await say(other, [`${V1}hello`])).toBe(answer);
});
