import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { afterAll, afterEach } from 'vitest';
import { Program } from './program.ts';
import type { Start } from './program.ts';
import { Sink } from './sink.ts';
import type { SinkOptions } from './sink.ts';

/** Something the stage ends when the tests are over. */
type Ending = () => unknown;

/** Where a client comes from and goes to. */
export interface Route {
  /** The client's own address; loopback has many, so that client and balancer differ. */
  readonly from: string;
  /** The destination; 127.0.0.1 unless told. */
  readonly to?: string;
  readonly port: number;
  /** Speak TLS from the first octet. */
  readonly tls?: ConnectionOptions;
}

/** A connected client and the address the header must name. */
export interface Client {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
}

/**
 * What one group of tests started: a temporary folder, daemons, sinks, clients. Everything is ended and removed
 * after the group, in reverse order, and the daemons' logs are shown beside a failed test.
 */
export class Stage {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'truepeer-interop-'));
  readonly #programs: Program[] = [];
  readonly #endings: Ending[] = [];

  /** To be called inside `describe`. */
  constructor() {
    this.atEnd(() => rm(this.dir, { recursive: true, force: true }));
    afterEach(({ task }) => {
      if (task.result?.state !== 'fail') return;
      for (const { name, log } of this.#programs) console.error(`log of ${name}:\n${log}`);
    });
    afterAll(async () => {
      for (const ending of this.#endings.toReversed()) await ending();
    });
  }

  atEnd(ending: Ending): void {
    this.#endings.push(ending);
  }

  /** Writes a file under the stage's folder and returns its path. */
  async file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.dir, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }

  async program(start: Start): Promise<Program> {
    const program = await Program.start(this.dir, start);
    this.#programs.push(program);
    this.atEnd(() => program.stop());
    return program;
  }

  async sink(options: SinkOptions = {}): Promise<Sink> {
    const sink = await Sink.open(options);
    this.atEnd(() => sink.close());
    return sink;
  }

  /** Connects from the given loopback address; resolves when connected and, with TLS, when the handshake is done. */
  async client({ from, to = '127.0.0.1', port, tls }: Route): Promise<Client> {
    const route = { host: to, port, localAddress: from };
    const socket = tls === undefined ? connect(route) : connectTls({ ...route, ...tls });
    this.atEnd(() => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      socket.once(tls === undefined ? 'connect' : 'secureConnect', resolve).once('error', reject);
    });
    socket.on('error', () => {});
    return { socket, address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  }
}
