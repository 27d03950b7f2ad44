import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** One connection as the sink saw it. */
export interface Caught {
  /** The octets before the marker, or all of them where the peer closed. */
  readonly octets: Buffer;
  /** The adjacent sender's own address and port. */
  readonly from: { readonly address: string; readonly port: number };
}

/** How the sink behaves towards a sender that waits for something. */
export interface SinkOptions {
  /** Sent at once to everybody who connects. */
  readonly greeting?: string;
  /** Sent at the first octets; then the sink's side is closed. */
  readonly answer?: string;
  /** A Unix path to listen at, instead of a port of 127.0.0.1. */
  readonly path?: string;
}

interface Connection {
  readonly from: Caught['from'];
  octets: Buffer;
  closed: boolean;
}

const KEPT = 128 * 1024;
const WITHIN = 60_000;

/**
 * A listener that knows nothing of PROXY: it keeps the octets each sender sent. Where the header ends is told by
 * the payload the test itself sent after it, never by decoding.
 */
export class Sink {
  readonly #server: Server;
  readonly #options: SinkOptions;
  readonly #connections: Connection[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #watchers = new Set<() => void>();

  private constructor(options: SinkOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#record(socket));
  }

  static async open(options: SinkOptions = {}): Promise<Sink> {
    const sink = new Sink(options);
    const place = options.path === undefined ? { host: '127.0.0.1', port: 0 } : { path: options.path };
    await new Promise<void>((resolve) => sink.#server.listen(place, resolve));
    return sink;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the sink has no port');
    return address.port;
  }

  /** The first connection whose octets hold the marker, cut before it. */
  before(marker: string): Promise<Caught> {
    return this.#wait(`${JSON.stringify(marker)}`, (connection) => {
      const end = connection.octets.indexOf(marker);
      return end < 0 ? undefined : { octets: connection.octets.subarray(0, end), from: connection.from };
    });
  }

  /** The first connection that sent something and was closed by its sender. */
  whole(): Promise<Caught> {
    return this.#wait('a sender that closes', ({ closed, octets, from }) =>
      closed && octets.length > 0 ? { octets, from } : undefined,
    );
  }

  /** Ends every connection and forgets what came. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #record(socket: Socket): void {
    const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    const connection: Connection = { from, octets: Buffer.alloc(0), closed: false };
    this.#connections.push(connection);
    this.#sockets.add(socket);
    if (this.#options.greeting !== undefined) socket.write(this.#options.greeting);
    socket.on('data', (chunk: Buffer) => {
      connection.octets = Buffer.concat([connection.octets, chunk]).subarray(0, KEPT);
      if (this.#options.answer !== undefined) socket.end(this.#options.answer);
      this.#tell();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      connection.closed = true;
      this.#sockets.delete(socket);
      this.#tell();
    });
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #wait(what: string, find: (connection: Connection) => Caught | undefined): Promise<Caught> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const caught = this.#connections.map(find).find((each) => each !== undefined);
        if (caught === undefined) return;
        this.#watchers.delete(look);
        clearTimeout(timer);
        resolve(caught);
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        const seen = this.#connections.map(({ octets }) => octets.toString('hex') || '(nothing)').join('\n');
        reject(new Error(`the sink waited ${WITHIN} ms for ${what}; its connections brought:\n${seen}`));
      }, WITHIN);
      this.#watchers.add(look);
      look();
    });
  }
}
