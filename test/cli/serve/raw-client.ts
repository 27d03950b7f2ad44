import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** A client that writes what it is told, and waits for what it expects. */
export class RawClient {
  /** Everything received, once the server has closed. */
  readonly closed: Promise<string>;
  readonly localPort: number;
  readonly #socket: Socket;
  #received = '';
  #told: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.localPort = socket.localPort ?? 0;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#told();
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        resolve(this.#received);
        this.#told();
      });
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  write(octets: string | Uint8Array): void {
    this.#socket.write(octets);
  }

  /** Waits until something received matches. */
  async read(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#received)) {
      if (this.#socket.destroyed) throw new Error(`closed before ${pattern}: ${this.#received}`);
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }

  /** Forgets what was received so far. */
  forget(): void {
    this.#received = '';
  }

  /** Says that nothing more will come. */
  end(): void {
    this.#socket.end();
  }

  /** Breaks the connection off. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#socket.destroy();
  }
}
