import { Option } from 'commander';
import type { Command } from 'commander';
import { headerSchema } from '../../../generated/schemas.ts';
import { headerSchemaOf, tlvsSchemaOf } from '../../schemas/index.ts';
import { escapeText } from '../../wire/messages/escape.ts';
import { suggestion } from '../../wire/messages/did-you-mean.ts';
import { EXIT, UsageError } from '../shared/failure.ts';
import { addHeaderOptions, describesHeader, headerFrom, headerOrUsage } from '../shared/header-options.ts';
import type { HeaderOptions } from '../shared/header-options.ts';
import { readAll, readNamed } from '../shared/input.ts';
import { examples } from '../shared/help.ts';
import type { Io } from '../shared/io.ts';
import { protocolOf, STANDARD } from '../shared/protocol.ts';
import type { Protocol } from '../shared/protocol.ts';
import type { Action } from '../shared/command.ts';

interface EncodeOptions extends HeaderOptions {
  format: Format;
}

const FORMATS = ['hex', 'base64', 'raw', 'c-escape'] as const;
type Format = (typeof FORMATS)[number];

/** `truepeer encode`. */
export function configure(command: Command, ready: (action: Action) => void): void {
  addHeaderOptions(
    command
      .description(
        'Writes a PROXY header, described by options or by JSON. What options leave out is filled in with addresses for ' +
          'documentation; JSON describes the whole header.',
      )
      .argument('[json]', 'the header as JSON, the name of a file that holds it, or - for standard input'),
  )
    .addOption(new Option('--format <form>', 'how to write it').choices(FORMATS).default('hex'))
    .addHelpText(
      'after',
      examples(
        'truepeer encode --from-client 203.0.113.7:4321 --tlv AUTHORITY=mx.example --checksum',
        `truepeer encode '{"srcAddr":"203.0.113.7","srcPort":4321,"dstAddr":"198.51.100.25","dstPort":25}'`,
        'truepeer encode --proxy-version 1 --format raw | nc 127.0.0.1 2525',
      ),
    )
    .action((json: string | undefined, options: EncodeOptions) => {
      ready((io) => encode(json, options, io));
    });
}

async function encode(json: string | undefined, options: EncodeOptions, io: Io): Promise<number> {
  if (json !== undefined && describesHeader(options)) {
    throw new UsageError('A header is described by JSON or by options, not by both.');
  }
  const protocol = await protocolOf(options.spec, io);
  const header =
    json === undefined ? headerFrom(options, protocol) : headerFromJson(await textOf(json, io), protocol);
  io.stdout.write(written(Buffer.from(header), options.format));
  return EXIT.ok;
}

function written(header: Buffer, format: Format): Buffer | string {
  if (format === 'raw') return header;
  if (format === 'c-escape') return `${header.toString('hex').replace(/../gu, String.raw`\x$&`)}\n`;
  return `${header.toString(format)}\n`;
}

/** JSON begins with a bracket, the name of a file does not. */
async function textOf(argument: string, io: Io): Promise<string> {
  if (argument === '-') return (await readAll(io.stdin)).toString('utf8');
  if (/^\s*[{["]/u.test(argument)) return argument;
  const file = readNamed(argument);
  if (file === undefined) throw new UsageError('Expected JSON; no file has that name either.');
  return file.toString('utf8');
}

function headerFromJson(text: string, protocol: Protocol): Uint8Array {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`Expected JSON: ${escapeText((error as Error).message)}.`);
  }
  const { success, data, error } = schemaOf(protocol).safeParse(given);
  if (!success) {
    const problems = error.issues.flatMap((issue) => {
      const { path, message } = issue;
      if (issue.code === 'unrecognized_keys') return issue.keys.map(unknownKey);
      return [`${path.length === 0 ? 'header' : path.join('.')}: ${message}`];
    });
    throw new UsageError(`This describes no valid header:\n${problems.map(escapeText).join('\n')}`);
  }
  return headerOrUsage(data, protocol);
}

function schemaOf({ codec }: Protocol): typeof headerSchema {
  return codec === STANDARD.codec ? headerSchema : headerSchemaOf(codec.tables, tlvsSchemaOf(codec.tables));
}

function unknownKey(key: string): string {
  return `header: unknown key ${key}${suggestion(key, Object.keys(headerSchema.in.shape))}`;
}
