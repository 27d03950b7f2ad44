import { UsageError } from '../shared/failure.ts';
import { Readership } from '../shared/io.ts';
import type { Output } from '../shared/io.ts';
import type { Protocol } from '../shared/protocol.ts';
import { CaptureReader } from './capture/capture-file.ts';
import { Connections } from './capture/connections.ts';
import type { Bounds, FirstOctets } from './capture/connections.ts';
import type { Held } from './capture/layers/layer.ts';
import { unwrap } from './capture/unwrap.ts';
import { enough, examine, progressOf } from './examine.ts';
import type { Printer } from './printer.ts';
import { recognise } from './recognise/recognise.ts';
import type { Source } from './source/chunks.ts';

/** What is held of a capture: some 60 MiB at most, whatever its size. */
const BOUNDS = { total: 0x200_0000, open: 0x4000, told: 0x2_0000 };
/** Names of things that are not looked into, at most; what else there is counts as one more. */
const MOST_NAMES = 64;

/** How long a pipe is given to bring what follows a header before the header is printed alone, in milliseconds. */
const PATIENCE = 250;

/**
 * Prints the connections of a capture as they come.
 *
 * @param head the first octets of it, at least `CAPTURE_HEAD`
 * @param chunks all of it
 * @throws UsageError when there is no payload in it
 */
export async function inspectCapture(
  head: Buffer,
  { chunks, isLive }: Source,
  printer: Printer,
  protocol: Protocol,
  output: Output,
): Promise<string[]> {
  const readership = new Readership(output);
  const reader = new CaptureReader(head);
  const connections = new CapturedConnections(printer, protocol);
  const flush = (): void => connections.flush(performance.now() - PATIENCE);
  const timer = isLive ? setInterval(flush, PATIENCE) : undefined;
  try {
    for await (const chunk of chunks) {
      for (const packet of reader.push(chunk)) connections.add(unwrap(packet));
      if (!(await readership.caughtUp())) break;
    }
  } finally {
    clearInterval(timer);
  }
  const fault = reader.end();
  connections.end();
  if (printer.count === 0) {
    const how = fault === undefined ? '' : `; ${fault}`;
    throw new UsageError(
      `Expected a TCP connection with payload in the capture; it has ${connections.contents}${how}.`,
    );
  }
  return [...connections.remarks, ...(fault === undefined ? [] : [`${sentence(fault)}.`])];
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The connections of a capture, printed as they come, and counts of what is in it beside them. */
export class CapturedConnections {
  readonly #connections: Connections;
  readonly #others = new Map<string, number>();
  #packets = 0;

  constructor(printer: Printer, protocol: Protocol) {
    const bounds: Bounds = { octets: enough(protocol.spec), ...BOUNDS };
    const listener = {
      progress: (octets: Uint8Array) => progressOf(octets, protocol),
      found: (first: FirstOctets) => printer.finding(examine(first, protocol)),
      followed: (first: FirstOctets) => printer.followed(examine(first, protocol)),
    };
    this.#connections = new Connections(listener, bounds);
  }

  add(held: Held): void {
    this.#packets++;
    if (held.kind === 'segment') this.#connections.segment(held.segment);
    else if (held.kind === 'other') this.#count(held.name);
    else if (recognise(held.datagram.payload)?.name.startsWith('proxy-') === true)
      this.#connections.datagram(held.datagram);
    else this.#count('UDP datagrams without a PROXY header');
  }

  /** Prints connections whose header is whole, although nothing is known of what follows it. */
  flush(before: number): void {
    this.#connections.flush(before);
  }

  end(): void {
    this.#connections.end();
  }

  /** How many packets there were, and of what kind those are that were not looked into. */
  get contents(): string {
    const named = [...this.#others].map(([name, count]) => `${count} ${name}`);
    const { silent } = this.#connections.counts;
    if (silent > 0) named.push(`${silent} TCP connections without payload`);
    return `${this.#packets} packets${named.length === 0 ? '' : `: ${named.join(', ')}`}`;
  }

  /** Sentences about what was not looked into. */
  get remarks(): string[] {
    const { givenUp, stray } = this.#connections.counts;
    const named = [...this.#others].map(([name, count]) => `${count} ${name}`);
    return [
      ...(named.length === 0 ? [] : [`Not looked into: ${named.join(', ')}.`]),
      ...(givenUp === 0
        ? []
        : [`Too many connections at once: ${givenUp} were shown before their header was whole.`]),
      ...(stray === 0
        ? []
        : [
            `Too many connections to remember: ${stray} packets whose connection began long before were left out.`,
          ]),
    ];
  }

  #count(name: string): void {
    const known = this.#others.has(name) || this.#others.size < MOST_NAMES ? name : 'other packets';
    this.#others.set(known, (this.#others.get(known) ?? 0) + 1);
  }
}
