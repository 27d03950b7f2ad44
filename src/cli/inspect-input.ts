import { isCapture, packetsOf } from './capture-file.ts';
import { UsageError } from './failure.ts';
import { firstOctets } from './first-octets.ts';
import type { FirstOctets } from './first-octets.ts';
import { readNamed } from './input.ts';
import { segmentOfCapture, segmentOfPacket } from './tcp-segments.ts';
import type { Segment } from './tcp-segments.ts';

/** Octets to look at; from a capture with the connection they were sent on. */
export type Given = { octets: Buffer } | FirstOctets;

/**
 * What was meant: a capture file gives the first octets of each TCP connection, text is read as one of the forms
 * that people paste, anything else is taken as it is.
 *
 * @throws UsageError when a capture has no TCP payload, or a text is none of the forms
 */
export function givenBy(input: Buffer): Given[] {
  if (isCapture(input)) return connections(Array.from(packetsOf(input), segmentOfCapture));
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
  if (packets.length > 0) return connections(packets.map(segmentOfPacket));
  const octets = fromXxd(text) ?? fromHexdump(text) ?? fromHex(text) ?? fromBase64(text);
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

function connections(segments: readonly (Segment | undefined)[]): FirstOctets[] {
  const found = firstOctets(segments.filter((segment) => segment !== undefined));
  if (found.length === 0) throw new UsageError('Expected a TCP connection with payload in the capture.');
  return found;
}

/** On a command line CR and LF cannot be typed: where there is no CR, `\r\n` in letters is taken for them. */
function withLineEnds(text: string): string {
  if (text.includes('\r')) return text;
  return text.replaceAll('\\r', '\r').replaceAll('\\n', '\n');
}

/** Packets in lines such as `0x0010:  7f00 0001 ...  ....`, with their IP header first. */
function tcpdumpPackets(text: string): Buffer[] {
  const packets: string[] = [];
  for (const [, offset, digits = ''] of text.matchAll(TCPDUMP_LINE)) {
    if (Number.parseInt(offset ?? '', 16) === 0) packets.push('');
    if (packets.length > 0) packets[packets.length - 1] += digits;
  }
  return packets.map((digits) => fromHex(digits) ?? Buffer.alloc(0));
}

const TCPDUMP_LINE = /^\s*0x([0-9a-f]{4,8}):\s{1,2}((?:[0-9a-f]{2,4} ){0,7}[0-9a-f]{2,4})/gimu;

/** Lines such as `00000010: 7f00 0001 ...  ....`. */
function fromXxd(text: string): Buffer | undefined {
  return fromLines(text, (line) => /^[0-9a-f]{6,8}: ((?:[0-9a-f]{2,32} )*[0-9a-f]{2,32})/iu.exec(line)?.[1]);
}

/** Lines such as `00000010  7f 00 00 01 ...  |....|`; the last one has an offset only. */
function fromHexdump(text: string): Buffer | undefined {
  return fromLines(text, (line) => /^[0-9a-f]{6,8}((?: {1,2}[0-9a-f]{2})* *)(?:\|.*\|)?$/iu.exec(line)?.[1]);
}

/** Hex digits found in every line; `undefined` when one line has none. */
function fromLines(text: string, digitsOf: (line: string) => string | undefined): Buffer | undefined {
  const lines = text.split(/\r?\n/u).filter((line) => line.trim() !== '');
  const digits = lines.map(digitsOf);
  return lines.length === 0 || digits.includes(undefined) ? undefined : fromHex(digits.join(' '));
}

/** Hex digits, with blanks, colons, commas, quotes, `0x` or `\x` between octets. */
function fromHex(text: string): Buffer | undefined {
  const digits = text.replace(/0x|\\x|[\s:,"]/giu, '');
  return digits.length > 0 && digits.length % 2 === 0 && /^[0-9a-f]+$/iu.test(digits)
    ? Buffer.from(digits, 'hex')
    : undefined;
}

function fromBase64(text: string): Buffer | undefined {
  const letters = text.trim().replace(/\r?\n/gu, '');
  return letters.length > 0 &&
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(letters)
    ? Buffer.from(letters, 'base64')
    : undefined;
}
