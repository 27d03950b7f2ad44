import type { Command } from 'commander';
import { decode } from '../proxy/index.ts';
import { hex } from '../wire/index.ts';
import { annotate } from './annotate.ts';
import type { Annotation } from './annotation.ts';
import { EXIT } from './failure.ts';
import { examples } from './help.ts';
import { readAll } from './input.ts';
import { givenBy, givenByArgument } from './inspect-input.ts';
import type { Given } from './inspect-input.ts';
import type { Io } from './io.ts';
import { asciiJson } from './log.ts';
import type { Action } from './program.ts';
import { layOut, wrap } from './table.ts';

/** `truepeer inspect`. */
export function configure(command: Command, ready: (action: Action) => void): void {
  command
    .description(
      'Shows what a PROXY header says, octet by octet. Reads hex, base64, the text of xxd, hexdump -C or tcpdump -X, a ' +
        'version 1 line, or a pcap or pcapng file: then the first octets of each TCP connection. Ends with 0 when every ' +
        'header is valid, 1 when one is not.',
    )
    .argument('<input>', 'the name of a file, the header as text, or - for standard input')
    .option('--json', 'for machines')
    .addHelpText(
      'after',
      examples(
        String.raw`truepeer inspect 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n'`,
        'truepeer encode --tlv AUTHORITY=mx.example --checksum | truepeer inspect -',
        'tcpdump -c 100 -w - port 25 | truepeer inspect -',
      ),
    )
    .action((input: string, options: { json?: boolean }) =>
      ready((io) => inspect(input, options.json ?? false, io)),
    );
}

async function inspect(input: string, json: boolean, io: Io): Promise<number> {
  const given = input === '-' ? givenBy(await readAll(io.stdin)) : givenByArgument(input);
  const findings = given.map(examine);
  if (json)
    io.stdout.write(
      `${asciiJson(findings.length === 1 ? forJson(findings[0]) : findings.map(forJson), 2)}\n`,
    );
  else io.stdout.write(`${findings.map(forPeople).join('\n\n')}\n`);
  return findings.every(({ result }) => result.status === 'ok') ? EXIT.ok : EXIT.failed;
}

/** A header with what the codec and the tables say of it. */
interface Finding {
  given: Given;
  result: ReturnType<typeof decode>;
  fields: readonly Annotation[];
}

function examine(given: Given): Finding {
  const result = decode(given.octets);
  return {
    given,
    result,
    fields: annotate(given.octets, result.status === 'ok' ? result.length : undefined),
  };
}

function forPeople({ given, result, fields }: Finding): string {
  const badAt = result.status === 'invalid' ? result.error.offset : -1;
  const rows = fields.flatMap(({ offset, octets, field, meaning, section, depth }) => {
    const isBad = badAt >= offset && badAt < offset + octets.length;
    const [first = '', ...more] = wrap(meaning);
    const start = [
      isBad ? '>' : '',
      String(offset),
      shortHex(octets),
      '  '.repeat(depth) + field,
      first,
      section,
    ];
    return [start, ...more.map((line) => ['', '', '', '', line, ''])];
  });
  const table = layOut([['', 'offset', 'octets', 'field', 'meaning', 'section'], ...rows], [1]);
  const connection = 'from' in given ? `${given.from} -> ${given.to}\n` : '';
  return `${connection}${table}\n\n${verdict(given.octets, result)}`;
}

function verdict(octets: Uint8Array, result: Finding['result']): string {
  const received = octets.length;
  switch (result.status) {
    case 'ok': {
      const rest = received - result.length;
      const follows = rest === 0 ? '' : ` ${rest} octets follow it.`;
      return `Valid: a version ${result.data.version} header of ${result.length} octets.${follows}`;
    }
    case 'incomplete':
      return (
        `Incomplete: ${received} octets are there, at least ${result.needed} are needed; expected the next one at octet ` +
        `${received}.${result.needed === received + 1 ? lineEndMissing(octets) : ''}`
      );
    default:
      return `Invalid: ${result.error.message}.`;
  }
}

/** Who types a version 1 line leaves out what cannot be typed; version 2 begins with a CR. */
function lineEndMissing(octets: Uint8Array): string {
  return !octets.includes(CR)
    ? String.raw` A version 1 line ends with CR LF: on a command line write \r\n for it.`
    : '';
}

const CR = 0x0d;
const SHOWN_OCTETS = 16;

function shortHex(octets: Uint8Array): string {
  const pairs = hex(octets, 0, Math.min(octets.length, SHOWN_OCTETS)).replace(/..(?=.)/gu, '$& ');
  return octets.length > SHOWN_OCTETS ? `${pairs} ...` : pairs;
}

function forJson(finding: Finding | undefined): Record<string, unknown> {
  if (finding === undefined) return {};
  const { given, result, fields } = finding;
  return {
    verdict: result.status,
    ...('from' in given ? { from: given.from, to: given.to } : {}),
    octets: given.octets.length,
    ...(result.status === 'ok' ? { length: result.length } : {}),
    ...(result.status === 'incomplete' ? { needed: result.needed } : {}),
    ...(result.status === 'invalid' ? { error: result.error } : {}),
    header: result.status === 'ok' ? result.data : null,
    fields: fields.map(({ octets, ...field }) => ({ ...field, octets: hex(octets) })),
  };
}
