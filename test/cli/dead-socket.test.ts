import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeDeadSocket } from '../../src/cli/dead-socket.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'truepeer-socket-'));
  path = join(directory, 'smtp.sock');
});

afterEach(() => rmSync(directory, { recursive: true }));

it('removes the socket of a process that was killed', async () => {
  const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, path]);
  expect(existsSync(path)).toBe(true);
  await removeDeadSocket(path);
  expect(existsSync(path)).toBe(false);
});

it('leaves a socket on which somebody listens', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(path, resolve));
  await removeDeadSocket(path);
  expect(existsSync(path)).toBe(true);
  await new Promise((resolve) => void server.close(resolve));
});

it('leaves a file, and does not mind when there is nothing', async () => {
  writeFileSync(path, 'a file');
  await removeDeadSocket(path);
  expect(existsSync(path)).toBe(true);
  await removeDeadSocket(join(directory, 'nothing'));
});
