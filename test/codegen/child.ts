import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Milliseconds after which a program has not ended and never will, however busy the machine is. */
const HUNG = 600_000;

/** Runs a program to its end, which must come within the limit. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; limit?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const { cwd = ROOT, limit = HUNG, env = process.env } = options;
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env, timeout: limit, maxBuffer: 2 ** 24 }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, out, err });
      else reject(error ?? new Error('no exit code'));
    });
  });
}

/** Runs a TypeScript file of the repository in a Node of its own. */
export function runNode(
  file: string,
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<Outcome> {
  return run(
    process.execPath,
    ['--import', `${ROOT}codegen/typescript-loader.mjs`, `${ROOT}${file}`, ...args],
    options,
  );
}

/** The compiler of the repository. */
export function tsc(args: readonly string[], cwd: string): Promise<Outcome> {
  return run(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, ...args], { cwd });
}
