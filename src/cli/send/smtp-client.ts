import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { connect as connectTls } from 'node:tls';
import { escapeText } from '../../wire/messages/escape.ts';
import { showSocketAddress } from '../shared/endpoints.ts';
import type { SocketAddress } from '../shared/endpoints.ts';
import { Failure } from '../shared/failure.ts';

/** One reply of a server: its code, and its lines without code. */
export interface ServerReply {
  code: number;
  lines: readonly string[];
}

/** The server did not answer within the timeout. */
export class NoAnswer extends Failure {}

const LONGEST_LINE = 4096;
const MOST_LINES = 200;

/** The client's side of an SMTP session, one command at a time; every line is shown as it goes by. */
export class SmtpClient {
  readonly #timeout: number;
  readonly #to: SocketAddress;
  #socket: Socket;
  #chunks: AsyncIterator<Buffer>;
  readonly #show: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #unread = '';

  private constructor(socket: Socket, to: SocketAddress, timeout: number, show: (line: string) => void) {
    this.#socket = socket;
    this.#chunks = chunksOf(socket);
    this.#to = to;
    this.#timeout = timeout;
    this.#show = show;
  }

  /**
   * Connects.
   *
   * @param timeout milliseconds that every single answer may take, the connection included
   * @throws Failure when there is no connection
   */
  static async open(to: SocketAddress, timeout: number, show: (line: string) => void): Promise<SmtpClient> {
    const socket = connect('path' in to ? to : { ...to, noDelay: true });
    limit(socket, to, timeout);
    await once(socket, 'connect').catch((error: unknown) => {
      throw unreachable(to, error);
    });
    return new SmtpClient(socket, to, timeout, show);
  }

  /**
   * Goes on in TLS. The certificate is shown, not checked: a test must reach a server whose certificate is not yet right.
   *
   * @param servername the name to ask for
   * @throws Failure when the handshake fails
   */
  async secure(servername: string | undefined): Promise<void> {
    // Stops reading the socket without closing it.
    await this.#chunks.return?.();
    const clear = this.#socket;
    clear.setTimeout(0);
    const socket = connectTls({
      socket: clear,
      rejectUnauthorized: false,
      ...(servername === undefined ? {} : { servername }),
    });
    limit(socket, this.#to, this.#timeout);
    this.#socket = socket;
    await once(socket, 'secureConnect').catch((error: unknown) => {
      if (error instanceof Failure) throw error;
      throw new Failure(`There was no TLS handshake: ${reason(error)}.`);
    });
    this.#chunks = chunksOf(socket);
    const subject = String(socket.getPeerCertificate().subject?.CN ?? 'nobody');
    const verdict = socket.authorized
      ? 'which verifies'
      : `which does not verify (${String(socket.authorizationError)})`;
    this.#show(escapeText(`(${socket.getProtocol()}, certificate of ${subject}, ${verdict})`));
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  /** Sends octets that need no answer. */
  write(octets: Uint8Array | string, shown: string): void {
    this.#show(`> ${shown}`);
    this.#socket.write(octets);
  }

  /** Sends a command line and waits for its reply. */
  async command(line: string): Promise<ServerReply> {
    this.write(`${line}\r\n`, escapeText(line));
    return this.reply();
  }

  /**
   * Waits for the next reply.
   *
   * @throws Failure when the server closes, is silent for too long, or sends something that is not SMTP
   */
  async reply(): Promise<ServerReply> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#line();
      this.#show(`< ${escapeText(line)}`);
      const match = /^([2-5]\d\d)([ -]|$)(.*)$/su.exec(line);
      if (match === null || lines.length === MOST_LINES) throw new Failure('The server does not speak SMTP.');
      lines.push(match[3] ?? '');
      if (match[2] !== '-') return { code: Number(match[1]), lines };
    }
  }

  /** Closes the connection. */
  close(): void {
    this.#socket.on('error', () => undefined);
    this.#socket.destroy();
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf('\n');
      if (end >= 0) {
        const line = this.#unread.slice(0, end).replace(/\r$/u, '');
        this.#unread = this.#unread.slice(end + 1);
        return line;
      }
      if (this.#unread.length > LONGEST_LINE) throw new Failure('The server does not speak SMTP.');
      const { done, value } = await this.#next();
      if (done === true) throw new Failure('The server closed the connection.');
      this.#unread += this.#decoder.write(value);
    }
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#chunks.next();
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(`The connection broke: ${reason(error)}.`);
    }
  }
}

function chunksOf(socket: Socket): AsyncIterator<Buffer> {
  return socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
}

/** Ends a connection on which nothing happens for too long. */
function limit(socket: Socket, to: SocketAddress, timeout: number): void {
  socket.setTimeout(timeout, () => {
    socket.destroy(new NoAnswer(`No answer from ${showSocketAddress(to)} within ${timeout} ms.`));
  });
}

function unreachable(to: SocketAddress, error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(
    `Cannot connect to ${showSocketAddress(to)}: ${reason(error)}.`,
    'Start the server first (truepeer serve), or say where it is: --to HOST:PORT.',
  );
}

/** A system error in words, or its code, or what it says. */
function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return escapeText(REASONS[code ?? ''] ?? code ?? (message || 'unknown reason'));
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the server broke it off',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'there is no such host name',
  ETIMEDOUT: 'nobody answers there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS there',
};
