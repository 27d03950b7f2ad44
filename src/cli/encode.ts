import { Option } from 'commander';
import type { Command } from 'commander';
import { headerSchema } from '../../generated/schemas.ts';
import { EXIT, UsageError } from './failure.ts';
import { addHeaderOptions, describesHeader, headerFrom, headerOrUsage } from './header-options.ts';
import type { HeaderOptions } from './header-options.ts';
import { readAll } from './inspect-input.ts';
import type { Io } from './io.ts';
import type { Action } from './program.ts';

interface EncodeOptions extends HeaderOptions {
  output: 'hex' | 'base64' | 'raw';
}

/** `truepeer encode`. */
export function configure(command: Command, ready: (action: Action) => void): void {
  addHeaderOptions(
    command
      .description(
        'Writes a PROXY header, described by options or by JSON such as {"srcAddr":"203.0.113.7","srcPort":4321,\n' +
          '"dstAddr":"198.51.100.25","dstPort":25,"tlvs":{"AUTHORITY":"mx.example"}}.',
      )
      .argument('[json]', 'the header as JSON, or - for standard input'),
  )
    .addOption(
      new Option('--output <form>', 'what to write').choices(['hex', 'base64', 'raw']).default('hex'),
    )
    .action((json: string | undefined, options: EncodeOptions) => {
      ready((io) => encode(json, options, io));
    });
}

async function encode(json: string | undefined, options: EncodeOptions, io: Io): Promise<number> {
  if (json !== undefined && describesHeader(options)) {
    throw new UsageError('A header is described by JSON or by options, not by both.');
  }
  const text = json === '-' ? (await readAll(io.stdin)).toString('utf8') : json;
  const header = Buffer.from(text === undefined ? headerFrom(options) : headerFromJson(text));
  io.stdout.write(options.output === 'raw' ? header : `${header.toString(options.output)}\n`);
  return EXIT.ok;
}

function headerFromJson(text: string): Uint8Array {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new UsageError('Expected JSON.');
  }
  const { success, data, error } = headerSchema.safeParse(given);
  if (!success) {
    const problems = error.issues.map(
      ({ path, message }) => `${path.length === 0 ? 'header' : path.join('.')}: ${message}`,
    );
    throw new UsageError(`There is no such header.\n${problems.join('\n')}`);
  }
  return headerOrUsage(data);
}
