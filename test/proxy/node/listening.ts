import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import {
  type AcceptOptions,
  acceptProxy,
  type Diagnostic,
  type ProxiedSocket,
} from '../../../src/proxy/node/index.ts';

export const V1 = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
export const CLIENT = { address: '203.0.113.7', port: 4321, family: 'IPv4', proxied: true };

/** Starts a server behind PROXY that lives as long as the test; what it has to say gathers in `log`. */
export async function behindProxy<S extends Server>(
  server: S,
  options: Partial<AcceptOptions> = {},
): Promise<{ server: S; port: number; log: Diagnostic[] }> {
  const log: Diagnostic[] = [];
  acceptProxy(server, {
    timeout: 5000,
    trusted: ['127.0.0.0/8'],
    diagnostics: (diagnostic) => log.push(diagnostic),
    ...options,
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, port: (server.address() as AddressInfo).port, log };
}

/** A client that writes each piece a moment after the one before, and collects what it hears until the end. */
export async function say(port: number, pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = dial(port);
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
  const closed = gone(socket);
  for (const piece of pieces) {
    socket.write(piece);
    if (pieces.length > 1) await sleep(2);
  }
  await closed;
  return heard;
}

export function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Connects and breaks off while this process cannot accept. */
export function brokenOff(port: number): void {
  const program = `const s = require('net').connect(${port}, '127.0.0.1', () => s.resetAndDestroy())`;
  if (spawnSync(process.execPath, ['-e', program]).status !== 0) throw new Error('it could not connect');
}

/** Waits until a socket is closed, whatever it takes. */
export function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('close', () => resolve()));
}

export function proxied(socket: unknown): ProxiedSocket {
  return socket as ProxiedSocket;
}

/** Both halves of octets, for a cut at every place. */
export function cuts(octets: Uint8Array): [Uint8Array, Uint8Array][] {
  return Array.from({ length: octets.length - 1 }, (_, i) => [
    octets.subarray(0, i + 1),
    octets.subarray(i + 1),
  ]);
}
