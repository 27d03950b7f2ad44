import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import type { Action, CommandModule } from './shared/command.ts';
import { EXIT, Failure, UsageError } from './shared/failure.ts';
import type { Io } from './shared/io.ts';

/** Each command is loaded only when it is the one asked for, so that `--help` answers at once. */
const COMMANDS: readonly { name: string; summary: string; load: () => Promise<CommandModule> }[] = [
  {
    name: 'serve',
    summary: 'receive mail behind a balancer, into a Maildir',
    load: () => import('./serve/serve.ts'),
  },
  {
    name: 'send',
    summary: 'send one test message through a PROXY header of your choice',
    load: () => import('./send/send.ts'),
  },
  {
    name: 'inspect',
    summary: 'show what a PROXY header says, octet by octet',
    load: () => import('./inspect/inspect.ts'),
  },
  {
    name: 'encode',
    summary: 'write a PROXY header',
    load: () => import('./encode/encode.ts'),
  },
  {
    name: 'codegen',
    summary: 'make a codec with TLVs of your own',
    load: () => import('./codegen/codegen.ts'),
  },
];

/**
 * The command line: reads the arguments, does the work, and tells the exit code: 0 done, 1 failed, 2 wrong usage.
 *
 * @param args the arguments after the program's name
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    const action = await parse(args, io);
    return await action(io);
  } catch (error) {
    return explain(error, io);
  }
}

async function parse(args: readonly string[], io: Io): Promise<Action> {
  let action: Action = nothing;
  const program = new Command('truepeer')
    .description(
      'An SMTP server that knows who is really at the other end, and tools for the PROXY protocol.',
    )
    .version(version())
    .showHelpAfterError('(add --help to see what is possible)')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride();
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).description(summary);
    if (!args.includes(name)) continue;
    (await load()).configure(command, (chosen) => {
      action = chosen;
    });
  }
  await program.parseAsync(args, { from: 'user' });
  return action;
}

const nothing: Action = async () => EXIT.ok;

function version(): string {
  const { version: text } = createRequire(import.meta.url)('truepeer/package.json') as { version: string };
  return text;
}

function explain(error: unknown, io: Io): number {
  // Commander has already written its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof Failure)) throw error;
  io.stderr.write(`error: ${error.message}\n`);
  if (error.hint !== undefined) io.stderr.write(`${error.hint}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
