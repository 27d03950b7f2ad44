import type { Command } from 'commander';
import { EXIT, Failure, UsageError } from '../shared/failure.ts';
import { examples } from '../shared/help.ts';
import { readAll } from '../shared/input.ts';
import type { Io } from '../shared/io.ts';
import { protocolOf, SPEC_OPTION } from '../shared/protocol.ts';
import type { Protocol } from '../shared/protocol.ts';
import type { Action } from '../shared/command.ts';
import { CAPTURE_HEAD, isCapture } from './capture/capture-file.ts';
import { unwrapDumped } from './capture/unwrap.ts';
import { CapturedConnections, inspectCapture } from './captured.ts';
import { examine } from './examine.ts';
import { meantBy, meantByArgument } from './input-format.ts';
import type { Meant } from './input-format.ts';
import { JsonReport } from './json.ts';
import type { Printer } from './printer.ts';
import { Report } from './report.ts';
import { gunzipped, isGzip, openNamed, peek } from './source/chunks.ts';
import type { Source } from './source/chunks.ts';
import { untilInterrupted } from './source/interruption.ts';

/** `truepeer inspect`. */
export function configure(command: Command, ready: (action: Action) => void): void {
  command
    .description(
      'Shows what a PROXY header says, octet by octet. Reads hex, base64, a dump of xxd, hexdump, od, tcpdump or ' +
        'Wireshark, a string or an array of a programming language, a version 1 line, or a pcap or pcapng file, also ' +
        'compressed with gzip: then the first octets of each TCP connection, each as soon as its header is whole. Ends ' +
        'with 0 when every header is valid, 1 when one is not.',
    )
    .argument('<input>', 'the name of a file, the header as text, or - for standard input')
    .option('--json', 'for machines')
    .option(...SPEC_OPTION)
    .addHelpText(
      'after',
      examples(
        String.raw`truepeer inspect 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n'`,
        'truepeer encode --tlv AUTHORITY=mx.example --checksum | truepeer inspect -',
        'tcpdump -U -w - port 25 | truepeer inspect -',
      ),
    )
    .action((input: string, options: InspectOptions) => ready((io) => inspect(input, options, io)));
}

interface InspectOptions {
  json?: boolean;
  spec?: string;
}

async function inspect(input: string, { json = false, spec }: InspectOptions, io: Io): Promise<number> {
  const protocol = await protocolOf(spec, io);
  const printer = json ? new JsonReport(io.stdout, io.stderr) : new Report(io.stdout);
  const source = input === '-' ? { chunks: untilInterrupted(io.stdin), isLive: true } : openNamed(input);
  const remarks =
    source === undefined
      ? inspectMeant(meantByArgument(input), printer, protocol)
      : await inspectSource(source, printer, protocol, io);
  printer.end(remarks);
  return printer.tally.ok === printer.count ? EXIT.ok : EXIT.failed;
}

/** Inspects what comes from a source, and lets go of the source whatever happens. */
async function inspectSource(
  source: Source,
  printer: Printer,
  protocol: Protocol,
  io: Io,
): Promise<string[]> {
  const faults: string[] = [];
  try {
    let { head, all } = await peek(source.chunks, CAPTURE_HEAD);
    if (isGzip(head)) {
      const unpacked = gunzipped(all, (fault) => faults.push(fault));
      ({ head, all } = await peek(unpacked, CAPTURE_HEAD));
    }
    if (head.length === 0 && faults[0] !== undefined) throw new Failure(faults[0]);
    const remarks = isCapture(head)
      ? await inspectCapture(head, { ...source, chunks: all }, printer, protocol, io.stdout)
      : inspectMeant(meantBy(await readAll(all)), printer, protocol);
    return [...remarks, ...faults];
  } finally {
    await source.chunks.return(undefined);
  }
}

function inspectMeant(meant: Meant, printer: Printer, protocol: Protocol): string[] {
  if ('octets' in meant) {
    printer.finding(examine(meant, protocol));
    return meant.leftOut === undefined ? [] : [`The text leaves out ${meant.leftOut} octets at its end.`];
  }
  const connections = new CapturedConnections(printer, protocol);
  for (const packet of meant.packets) connections.add(unwrapDumped(packet));
  connections.end();
  if (printer.count > 0) return connections.remarks;
  throw new UsageError(
    `Expected a TCP connection with payload in the packets; it has ${connections.contents}.`,
  );
}
