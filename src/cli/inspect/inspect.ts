import type { Command } from 'commander';
import { decode } from '../../proxy/index.ts';
import { hex } from '../../wire/index.ts';
import { annotate } from './annotate/annotate.ts';
import { EXIT } from '../shared/failure.ts';
import { examples } from '../shared/help.ts';
import { readAll } from '../shared/input.ts';
import { givenBy, givenByArgument } from './input-format.ts';
import type { Given } from './input-format.ts';
import { report } from './report.ts';
import type { Finding } from './report.ts';
import type { Io } from '../shared/io.ts';
import { asciiJson } from '../../wire/escape.ts';
import type { Action } from '../shared/command.ts';
import { stylesFor } from './style.ts';

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
  if (json) io.stdout.write(`${asciiJson(forMachines(findings), 2)}\n`);
  else io.stdout.write(`${report(findings, stylesFor(io.stdout), io.stdout.columns)}\n`);
  return findings.every(({ result }) => result.status === 'ok') ? EXIT.ok : EXIT.failed;
}

function examine(given: Given): Finding {
  const result = decode(given.octets);
  return {
    given,
    result,
    fields: annotate(given.octets, result.status === 'ok' ? result.length : undefined),
  };
}

/** One header as an object; those of a capture as a list, however many there are. */
function forMachines(findings: readonly Finding[]): unknown {
  const [first] = findings;
  return first === undefined || 'from' in first.given ? findings.map(forMachine) : forMachine(first);
}

function forMachine({ given, result, fields }: Finding): Record<string, unknown> {
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
