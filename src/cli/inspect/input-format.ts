import { isCapture, packetsOf } from './capture/capture-file.ts';
import { UsageError } from '../shared/failure.ts';
import { firstOctets } from './capture/first-octets.ts';
import type { FirstOctets } from './capture/first-octets.ts';
import { fromBase64, fromDump, fromHex, tcpdumpPackets } from './capture/hex-dump.ts';
import { readNamed } from '../shared/input.ts';
import { ipOfLink, isKnownLink } from './capture/link-layer.ts';
import { segmentOfDump, segmentOfPacket } from './capture/tcp-segments.ts';
import type { Segment } from './capture/tcp-segments.ts';

/** Octets to look at; from a capture with the connection they were sent on. */
export type Given = { octets: Buffer } | FirstOctets;

/**
 * What was meant: a capture file gives the first octets of each TCP connection, text is read as one of the forms
 * that people paste, anything else is taken as it is.
 *
 * @throws UsageError when a capture has no TCP payload, or a text is none of the forms
 */
export function givenBy(input: Buffer): Given[] {
  if (isCapture(input)) return fromCapture(input);
  return input.every(isText) ? givenByText(input.toString('latin1')) : [{ octets: input }];
}

/** The same for an argument: the name of a file that exists, otherwise text. */
export function givenByArgument(argument: string): Given[] {
  const file = readNamed(argument);
  if (file !== undefined) return givenBy(file);
  return givenByText(argument, `${EXPECTED}; no file has that name either.`);
}

/**
 * Reads text: a version 1 line, the output of `xxd`, `hexdump -C` or `tcpdump -X`, hex digits, or base64.
 *
 * @throws UsageError when it is none of them
 */
function givenByText(text: string, complaint = `${EXPECTED}.`): Given[] {
  if (text.startsWith('PROXY')) return [{ octets: Buffer.from(withLineEnds(text)) }];
  const packets = tcpdumpPackets(text);
  if (packets.length > 0) return connections(packets.map(segmentOfDump), `${packets.length} packets`);
  const octets = fromDump(text) ?? fromHex(text) ?? fromBase64(text);
  if (octets === undefined) throw new UsageError(complaint);
  return [{ octets }];
}

const EXPECTED =
  'Expected a PROXY header as hex, base64, text of xxd, hexdump -C or tcpdump -X, a version 1 line, or a pcap file';

/** Printable ASCII, tab, LF, FF and CR. */
function isText(octet: number): boolean {
  return (
    (octet >= 0x20 && octet < 0x7f) || octet === 0x09 || octet === 0x0a || octet === 0x0c || octet === 0x0d
  );
}

function fromCapture(file: Buffer): FirstOctets[] {
  const packets = [...packetsOf(file)];
  const strange = new Set(packets.map(({ linkType }) => linkType).filter((type) => !isKnownLink(type)));
  const segments = packets.map(({ linkType, octets }) => {
    const packet = ipOfLink(linkType, octets);
    return packet === undefined ? undefined : segmentOfPacket(packet);
  });
  const links =
    strange.size === 0 ? '' : ` and link layers that are not known here (${[...strange].join(', ')})`;
  return connections(segments, `${packets.length} packets${links}`);
}

/** @param what what the segments were looked for in, for the message */
function connections(segments: readonly (Segment | undefined)[], what: string): FirstOctets[] {
  const found = firstOctets(segments.filter((segment) => segment !== undefined));
  if (found.length > 0) return found;
  throw new UsageError(`Expected a TCP connection with payload in the capture; it has ${what}.`);
}

/** On a command line CR and LF cannot be typed: where there is no CR, `\r\n` in letters is taken for them. */
function withLineEnds(text: string): string {
  if (text.includes('\r')) return text;
  return text.replaceAll('\\r', '\r').replaceAll('\\n', '\n');
}
