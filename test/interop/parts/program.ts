import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './installed.ts';
import type { ProgramName } from './installed.ts';
import { accepts, freePorts } from './ports.ts';

/** How to start a daemon in the foreground. */
export interface Start {
  readonly name: ProgramName;
  /** Where the daemon writes its process id, if the program itself only waits for it. */
  readonly pidFile?: string;
  /** Where it logs, if not to its output. */
  readonly logFile?: string;
  /** How many ports to choose for it; each must accept before the start is over. */
  readonly ports: number;
  /** Writes the configuration for these ports and returns the arguments; again, when a port was taken meanwhile. */
  readonly configure: (ports: readonly number[]) => Promise<readonly string[]> | readonly string[];
}

const ATTEMPTS = 4;
/** Milliseconds that end a start, a stop or a command that hangs; a busy machine needs a good part of them. */
const READY_WITHIN = 60_000;
const STOPPED_WITHIN = 10_000;
const ENDED_WITHIN = 120_000;
const LOG_LIMIT = 64 * 1024;
const PORT_TAKEN = /address already in use|cannot bind/i;

/** A running daemon: its ports, its log, and a stop that always ends it. */
export class Program {
  readonly name: string;
  readonly ports: readonly number[];
  readonly #child: ChildProcess;
  readonly #logFiles: readonly string[];
  readonly #pidFile: string | undefined;
  readonly #kill = (): void => this.#signal('SIGKILL');

  private constructor(
    name: string,
    child: ChildProcess,
    ports: readonly number[],
    logFiles: readonly string[],
    pidFile: string | undefined,
  ) {
    this.name = name;
    this.ports = ports;
    this.#child = child;
    this.#logFiles = logFiles;
    this.#pidFile = pidFile;
    process.once('exit', this.#kill);
    child.once('exit', () => process.removeListener('exit', this.#kill));
  }

  /**
   * Starts the daemon and waits until every port accepts; what it writes goes to a file of the folder. Throws with
   * its log when it does not come up.
   */
  static async start(folder: string, { name, ports, pidFile, logFile, configure }: Start): Promise<Program> {
    for (let attempt = 1; ; attempt++) {
      const chosen = await freePorts(ports);
      const args = await configure(chosen);
      // A file, because some daemons open /dev/stdout, which a socket (what Node makes of a pipe) does not allow.
      const outputFile = join(folder, `${name}-${chosen[0]}.log`);
      const log = openSync(outputFile, 'a', 0o600);
      const child = spawn(findProgram(name) ?? name, args, { stdio: ['ignore', log, log] });
      closeSync(log);
      await once(child, 'spawn');
      const program = new Program(name, child, chosen, [outputFile, ...(logFile ? [logFile] : [])], pidFile);
      if (await program.#isReady()) return program;
      await program.stop();
      if (attempt === ATTEMPTS || !PORT_TAKEN.test(program.log)) {
        throw new Error(`${name} did not come up within ${READY_WITHIN} ms:\n${program.log}`);
      }
    }
  }

  /** The last 64 KiB of what the daemon wrote, printable. */
  get log(): string {
    const texts = this.#logFiles.map((file) => (existsSync(file) ? readFileSync(file, 'latin1') : ''));
    return texts
      .join('')
      .slice(-LOG_LIMIT)
      .replaceAll(/[^\t\n\x20-\x7e]/g, '?');
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends the daemon, if need be with force; returns when it is gone. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const gone = once(this.#child, 'exit');
    this.#signal('SIGTERM');
    const force = setTimeout(this.#kill, STOPPED_WITHIN);
    await gone;
    clearTimeout(force);
  }

  #signal(signal: NodeJS.Signals): void {
    const written =
      this.#pidFile !== undefined && existsSync(this.#pidFile) ? readFileSync(this.#pidFile, 'utf8') : '';
    const pid = Number.parseInt(written, 10);
    if (pid > 1) process.kill(pid, signal);
    else this.#child.kill(signal);
  }

  async #isReady(): Promise<boolean> {
    const deadline = Date.now() + READY_WITHIN;
    while (Date.now() < deadline && !this.#ended) {
      const open = await Promise.all(this.ports.map(accepts));
      if (open.every(Boolean)) return !this.#ended;
      await sleep(20);
    }
    return false;
  }
}

/** What a command left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, at most `timeout` milliseconds (two minutes unless told); never throws for its exit code. */
export async function run(
  name: ProgramName,
  args: readonly string[],
  {
    input = '',
    timeout = ENDED_WITHIN,
    env = {},
  }: { input?: string; timeout?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const child = spawn(findProgram(name) ?? name, args, { timeout, env: { ...process.env, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** The version that a program prints when asked with `flag`, as [major, minor]. */
export async function versionOf(name: ProgramName, flag: string): Promise<readonly [number, number]> {
  const { stdout } = await run(name, [flag]);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
  if (major === undefined || minor === undefined)
    throw new Error(`${name} ${flag} printed no version: ${stdout}`);
  return [Number(major), Number(minor)];
}

/** Long options as arguments: `{ server: 'x', quit: true }` gives `--server x --quit`. */
export function longOptions(options: Readonly<Record<string, string | true>>): string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, value],
  );
}
