import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOADER = join(import.meta.dirname, '../../../codegen/typescript-loader.mjs');
const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts');

/** A running `truepeer serve` on a port of its own, with a Maildir of its own. */
export interface Serving {
  port: number;
  maildir: string;
  /** Everything it printed. */
  output: () => string;
  /** Waits until it has printed that; gives the match. */
  printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** The delivered messages. */
  messages: () => string[];
  kill: (signal: NodeJS.Signals) => void;
  /** How it ended: an exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
  /** Ends it if it still runs, and takes its Maildir away. */
  remove: () => Promise<void>;
}

export async function startServing(...args: string[]): Promise<Serving> {
  const directory = mkdtempSync(join(tmpdir(), 'truepeer-serve-'));
  const maildir = join(directory, 'maildir');
  const listen = args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, [
    '--import',
    LOADER,
    MAIN,
    'serve',
    ...listen,
    '--maildir',
    maildir,
    ...args,
  ]);
  let output = '';
  let told: () => void = () => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('latin1');
      told();
    });
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, signal) => {
      resolve(code ?? signal);
      told();
    });
  });
  const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
    const late = AbortSignal.timeout(15_000);
    for (;;) {
      const match = pattern.exec(output);
      if (match !== null) return match;
      if (late.aborted || child.exitCode !== null) throw new Error(`never printed ${pattern}:\n${output}`);
      await new Promise<void>((resolve) => {
        told = resolve;
        late.addEventListener('abort', () => resolve());
      });
    }
  };
  const remove = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  const port = await printed(/127\.0\.0\.1:(\d+)/u).then(
    (match) => Number(match[1]),
    async (error: unknown) => {
      await remove();
      throw error;
    },
  );
  const messages = () =>
    readdirSync(join(maildir, 'new')).map((name) => readFileSync(join(maildir, 'new', name), 'utf8'));
  return {
    port,
    maildir,
    output: () => output,
    printed,
    messages,
    kill: (signal) => void child.kill(signal),
    ended,
    remove,
  };
}
