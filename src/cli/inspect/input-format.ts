import { decode } from '../../proxy/index.ts';
import { UsageError } from '../shared/failure.ts';
import { unwrapDumped } from './capture/unwrap.ts';
import { readings } from './paste/paste.ts';
import type { Reading } from './paste/reading.ts';
import { recognise } from './recognise/recognise.ts';

/** Octets to look at, or packets in which they are. */
export type Meant =
  | {
      octets: Uint8Array;
      /** Octets that the text says it leaves out at its end. */
      leftOut?: number;
    }
  | { packets: Buffer[] };

/**
 * What the content of a file means: text in one of the forms that people paste, otherwise the octets themselves.
 *
 * @throws UsageError when there is nothing in it
 */
export function meantBy(content: Buffer): Meant {
  const text = textOf(content);
  if (text?.trim() === '') throw new UsageError(`${EXPECTED}; there is nothing in it.`);
  const { name = 'unknown' } = recognise(content) ?? {};
  if (MISWRITTEN.has(name)) return { octets: content };
  const isText = name === 'text' || name === 'unknown';
  return (text === undefined ? undefined : meantByText(text, isText)) ?? { octets: content };
}

/** Headers that are wrong from their first octet on; what is wrong must not be read over. */
const MISWRITTEN = new Set(['proxy-misspelled', 'proxy-padded', 'proxy-utf-16']);

/**
 * The same for an argument.
 *
 * @throws UsageError when it is no such text, and not the beginning of another protocol either
 */
export function meantByArgument(text: string): Meant {
  const meant = meantByText(text, true);
  if (meant !== undefined) return meant;
  const octets = Buffer.from(text);
  const { name = 'text' } = recognise(octets) ?? {};
  if (name === 'text' || name === 'nothing')
    throw new UsageError(`${EXPECTED}; no file has that name either.`);
  return { octets };
}

const EXPECTED =
  'Expected a PROXY header as hex, base64, a dump of xxd, hexdump, od, tcpdump or Wireshark, a string or an array of a ' +
  'programming language, a version 1 line, or a pcap file';

/** The text that octets are, without a byte order mark; `undefined` when a control or an octet is in it that no text has. */
function textOf(content: Buffer): string | undefined {
  // Windows PowerShell writes what a command prints as UTF-16.
  const encoding = content[0] === 0xff && content[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(content);
    return /[^\t\n\f\r\P{Cc}]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * The reading of a text that gives a header, or else the likeliest one.
 *
 * @param isOpen whether a reading may count that gives no header
 */
function meantByText(text: string, isOpen: boolean): Meant | undefined {
  if (text.startsWith('PROXY')) return { octets: Buffer.from(withLineEnds(text)) };
  let best: { rank: number; meant: Meant } | undefined;
  for (const reading of readings(text)) {
    const { rank, meant } = ranked(reading);
    if (rank === 0 && (reading.isGuess || !isOpen)) continue;
    if (rank > (best?.rank ?? -1)) best = { rank, meant };
    if (rank === BEST) break;
  }
  const [, leftOut] = LEFT_OUT.exec(text) ?? [];
  if (best === undefined || leftOut === undefined || 'packets' in best.meant) return best?.meant;
  return { ...best.meant, leftOut: Number(leftOut) };
}

/** As Node ends a long Buffer or array. */
const LEFT_OUT = /\.\.\. (\d{1,9}) more (?:byte|item)s?\b/u;

const BEST = 4;

/** How much a reading looks like what was meant. */
function ranked({ parts }: Reading): { rank: number; meant: Meant } {
  const rated = parts.map((octets) => ({ rank: rankOf(octets), octets }));
  const [first] = rated.toSorted((a, b) => b.rank - a.rank);
  if (first !== undefined && first.rank > 1) return { rank: first.rank, meant: first };
  const packets = parts.map((octets) => Buffer.from(octets));
  if (packets.some((packet) => unwrapDumped(packet).kind === 'segment'))
    return { rank: 2, meant: { packets } };
  return { rank: first?.rank ?? 0, meant: { octets: first?.octets ?? new Uint8Array() } };
}

/** A header; one that is not whole; octets that begin like one; another protocol; anything else. */
function rankOf(octets: Uint8Array): number {
  if (octets.length === 0) return 0;
  const { status } = decode(octets);
  if (status === 'ok') return BEST;
  const { name = 'text' } = recognise(octets) ?? {};
  const begins = name === 'proxy-v1' || name === 'proxy-v2';
  if (begins) return status === 'incomplete' ? 3 : 2.5;
  return name === 'text' || name === 'zeros' ? 0 : 1;
}

/** On a command line CR and LF cannot be typed: where there is no CR, `\r\n` in letters is taken for them. */
function withLineEnds(text: string): string {
  if (text.includes('\r')) return text;
  return text.replaceAll('\\r', '\r').replaceAll('\\n', '\n');
}
