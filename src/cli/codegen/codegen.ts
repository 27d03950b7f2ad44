import { basename } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { runCodegen } from '../../../codegen/command.ts';
import { outputsOf } from '../../../codegen/generate.ts';
import { spec as standard } from '../../../spec/index.ts';
import { repeatable } from '../shared/failure.ts';
import type { Io } from '../shared/io.ts';
import type { Action } from '../shared/command.ts';

interface CodegenOptions {
  spec: string;
  out: string;
  check?: boolean;
  emit?: string[][];
  importExtension: '.js' | '.ts';
}

const INDEX = 'The codec is index: import { codec } from it, and give the server proxyProtocol: { codec }.';

/** `truepeer codegen`. */
export function configure(command: Command, ready: (action: Action) => void): void {
  command
    .description(
      'Makes a codec of your own: reads tables, mostly those of `extendSpec` from truepeer/spec, checks them, and writes ' +
        'TypeScript that imports its helpers from this package. Deletes only what it has made itself.',
    )
    .requiredOption('--spec <file>', 'the tables: .ts, .js, .mjs or .json')
    .requiredOption('--out <directory>', 'where the files go')
    .option(
      '--check',
      'write nothing; say what is missing, differs or is no longer generated, and end with 1',
    )
    .option(
      '--emit <names>',
      'only these files, and what they import, as in constants,tables (names below; default: all); repeatable',
      repeatable(names),
    )
    .addOption(
      new Option('--import-extension <ending>', 'ending of relative imports')
        .choices(['.js', '.ts'])
        .default('.js'),
    )
    .addHelpText('after', () => `\nNames for --emit: ${outputsOf(standard).join(', ')}.\n${INDEX}`)
    .action((options: CodegenOptions) => ready((io) => codegen(options, io)));
}

function codegen({ spec, out, check, emit, importExtension }: CodegenOptions, io: Io): Promise<number> {
  return runCodegen({
    spec,
    out,
    extension: importExtension,
    from: basename(spec),
    ...(check === undefined ? {} : { check }),
    ...(emit === undefined ? {} : { emit: emit.flat() }),
    tell: (line) => io.stdout.write(`${line}\n`),
    complain: (line) => io.stderr.write(`${line}\n`),
  });
}

function names(text: string): string[] {
  const listed = text.split(',').map((name) => name.trim());
  if (listed.includes('')) throw new Error('Expected names with commas between them.');
  return listed;
}
