import { UsageError } from '../shared/failure.ts';
import { fromBase64, fromDump, fromHex, tcpdumpPackets } from './capture/hex-dump.ts';
import { recognise } from './recognise/recognise.ts';

/** Octets to look at, or packets in which they are. */
export type Meant = { octets: Uint8Array } | { packets: Buffer[] };

/**
 * What the content of a file means: text in one of the forms that people paste, otherwise the octets themselves.
 *
 * @throws UsageError when there is nothing in it
 */
export function meantBy(content: Buffer): Meant {
  const text = content.every(isText) ? content.toString('latin1') : undefined;
  if (text?.trim() === '') throw new UsageError(`${EXPECTED}; there is nothing in it.`);
  return (text === undefined ? undefined : read(text)) ?? { octets: content };
}

/**
 * The same for an argument.
 *
 * @throws UsageError when it is no such text, and not the beginning of another protocol either
 */
export function meantByArgument(text: string): Meant {
  const meant = read(text);
  if (meant !== undefined) return meant;
  const octets = Buffer.from(withLineEnds(text));
  const { name = 'text' } = recognise(octets) ?? {};
  if (name === 'text' || name === 'nothing')
    throw new UsageError(`${EXPECTED}; no file has that name either.`);
  return { octets };
}

/** Reads text: a version 1 line, the output of `xxd`, `hexdump -C` or `tcpdump -X`, hex digits, or base64. */
function read(text: string): Meant | undefined {
  if (text.startsWith('PROXY')) return { octets: Buffer.from(withLineEnds(text)) };
  const packets = tcpdumpPackets(text);
  if (packets.length > 0) return { packets };
  const octets = fromDump(text) ?? fromHex(text) ?? fromBase64(text);
  return octets === undefined ? undefined : { octets };
}

const EXPECTED =
  'Expected a PROXY header as hex, base64, text of xxd, hexdump -C or tcpdump -X, a version 1 line, or a pcap file';

/** Printable ASCII, tab, LF, FF and CR. */
function isText(octet: number): boolean {
  return (
    (octet >= 0x20 && octet < 0x7f) || octet === 0x09 || octet === 0x0a || octet === 0x0c || octet === 0x0d
  );
}

/** On a command line CR and LF cannot be typed: where there is no CR, `\\r\\n` in letters is taken for them. */
function withLineEnds(text: string): string {
  if (text.includes('\r')) return text;
  return text.replaceAll('\\r', '\r').replaceAll('\\n', '\n');
}
