import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { decode } from '../../src/proxy/index.ts';

export interface ScriptedServer {
  port: number;
  /** What each client has sent, as latin1 text. */
  received: string[];
  close: () => Promise<void>;
}

/**
 * A server on loopback that says its lines one by one: the first as greeting, each further one when the client has
 * sent another line, or a whole message after `354`. `null` closes the connection. A PROXY header is stepped over.
 */
export async function scriptedServer(lines: readonly (string | null)[]): Promise<ScriptedServer> {
  const received: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const client = received.push('') - 1;
    let next = 0;
    let read: number | undefined;
    const say = () => {
      const line = lines[next++];
      if (line === null || line === undefined) socket.end();
      else socket.write(line);
    };
    const listen = () => {
      const text = received[client] ?? '';
      read ??= headerLength(text);
      if (read === undefined) return;
      const turnEnd = lines[next - 1]?.startsWith('354') === true ? '\r\n.\r\n' : '\r\n';
      const end = text.indexOf(turnEnd, read);
      if (end < 0) return;
      read = end + turnEnd.length;
      say();
      listen();
    };
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      received[client] += chunk.toString('latin1');
      listen();
    });
    say();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** Octets of the PROXY header at the start, 0 when there is none; undefined while one is incomplete. */
function headerLength(text: string): number | undefined {
  const result = decode(Buffer.from(text, 'latin1'));
  if (result.status === 'incomplete') return undefined;
  return result.status === 'ok' ? result.length : 0;
}
