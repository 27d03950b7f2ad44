import { run } from '../../src/cli/program.ts';

/** What a command printed, and its exit code. */
export interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs the command line in this process. */
export async function truepeer(
  args: readonly string[],
  stdin: Buffer | string = '',
  terminal: { isTTY?: boolean; columns?: number } = {},
): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await run(args, {
    stdin: (async function* () {
      yield stdin;
    })(),
    stdout: {
      ...terminal,
      write: (text) => void (out += typeof text === 'string' ? text : Buffer.from(text).toString('latin1')),
    },
    stderr: { write: (text) => void (err += String(text)) },
  });
  return { code, out, err };
}
