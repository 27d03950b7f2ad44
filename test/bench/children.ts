import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the bench: started with plain Node, asked over its message channel, ended by its handle. */
export class Child {
  /** The port it listens on; 0 for one that does not. */
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  private constructor(process: ChildProcess, port: number) {
    this.port = port;
    this.#process = process;
    process.on('message', (message) => this.#settle(message as Answer));
    process.on('exit', (code, signal) => this.#failAll(`a child of the bench ended: ${code ?? signal}`));
  }

  /** Starts a file of this folder. `args` reach it as one JSON text. */
  static async start(file: string, args: object = {}, execArgv: string[] = []): Promise<Child> {
    const process = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(args)], {
      execArgv,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ready = await Promise.race([
      once(process, 'message') as Promise<[{ ready: number }]>,
      once(process, 'exit').then(() => {
        throw new Error(`${file} ended before it was ready`);
      }),
    ]);
    return new Child(process, ready[0].ready);
  }

  /** Sends one request and gives its answer, or throws what the child says went wrong. */
  request<Result>(request: unknown): Promise<Result> {
    const id = ++this.#lastId;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, request });
    });
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.problem === undefined) waiting?.resolve(answer.result as never);
    else waiting?.reject(new Error(answer.problem));
  }

  #failAll(problem: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(problem));
    this.#waiting.clear();
  }
}

interface Answer {
  id: number;
  result?: unknown;
  problem?: string;
}
