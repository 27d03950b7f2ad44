import { connect, type Socket } from 'node:net';
import { connect as connectTLS, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { Handler } from '../../src/smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../src/smtp/api/options/options.ts';
import type { ListenTarget } from '../../src/smtp/api/options/listen-target.ts';
import { SMTPServer } from '../../src/smtp/server/server.ts';

/** A client that collects what it is told. */
export class Client {
  text = '';
  socket: Socket;
  ended!: Promise<string>;
  private wake = (): void => {};

  constructor(socket: Socket) {
    this.socket = socket;
    onTestFinished(() => void socket.destroy());
    this.follow(socket);
  }

  private follow(socket: Socket): void {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
      this.wake();
    });
    socket.on('error', () => {});
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        resolve(this.text);
        this.wake();
      });
    });
  }

  /** Waits until what has been heard ends so, and returns what was heard since the last time. */
  async until(end: string): Promise<string> {
    while (!this.text.endsWith(end)) {
      if (this.socket.destroyed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const heard = this.text;
    this.text = '';
    return heard;
  }

  /** Sends a line and returns the whole reply. */
  async ask(line: string): Promise<string> {
    this.text = '';
    this.socket.write(`${line}\r\n`);
    while (!isWhole(this.text)) {
      if (this.socket.destroyed) throw new Error(`closed after ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    const heard = this.text;
    this.text = '';
    return heard;
  }

  /** Begins TLS on the connection. */
  async secure(options: ConnectionOptions = {}): Promise<TLSSocket> {
    this.socket.removeAllListeners('data');
    const socket = connectTLS({ socket: this.socket, rejectUnauthorized: false, ...options });
    this.text = '';
    this.follow(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed in the handshake')));
    });
    return socket;
  }
}

/** Whether the text ends with the last line of a reply. */
function isWhole(text: string): boolean {
  return text.endsWith('\r\n') && /^\d{3} /.test(text.split('\r\n').at(-2)!);
}

/** A server that lives as long as the test, and a way to dial it. */
export async function serve(
  handler: Handler,
  options: SMTPServerOptions = {},
  target: Pick<ListenTarget, 'tls' | 'bareNewlines'> = {},
): Promise<{ server: SMTPServer; dial: () => Client; port: number }> {
  const server = new SMTPServer(handler, { hostname: 'mx.test', ...options });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0, ...target });
  onTestFinished(() => server.close({ drain: 0 }));
  return { server, port, dial: () => new Client(connect(port, '127.0.0.1')) };
}
