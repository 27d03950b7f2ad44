import { FORMS, tokensOf } from './dump-forms.ts';
import type { Form, Token } from './dump-forms.ts';
import type { Reading } from './reading.ts';

/** A line of a dump: where it begins, as it is written, and what follows. */
interface Line {
  offset: string;
  /** Whether a colon follows the offset, as xxd and tcpdump write it. */
  hasColon: boolean;
  body: string;
  tokens: readonly Token[];
  /** Whether lines like the one before were left out. */
  afterGap: boolean;
}

/** The offset and the rest; netty draws lines around them. */
const LINE = /^(?:[\t ]*(?:0x)?([0-9a-f]{4,16})(:?)(?:[\t ]+(.*))?|\|([0-9a-f]{8})\| (.*))$/iu;
/** A line that is like the one before, however often it came. */
const SAME_AGAIN = /^[\t ]*\*[\t ]*$/u;
/** Octets that stand for lines that were left out, at most. */
const MOST_REPEATED = 0x1_0010;

/** Dumps of xxd, hexdump, od, tcpdump and Wireshark, in all their forms: one, or several packets that each begin at 0. */
export function* dumpReadings(text: string): Generator<Reading> {
  const packets = packetsOf(text);
  if (packets.length === 0) return;
  for (const form of FORMS) {
    for (const radix of [16, 8, 10]) {
      const parts = octetsOf(packets, form, radix);
      if (parts === undefined) continue;
      yield { parts, isGuess: false };
      break;
    }
  }
}

/** The lines of each packet; lines of other text are left out, such as those that tcpdump writes above a packet. */
function packetsOf(text: string): Line[][] {
  const packets: Line[][] = [];
  let afterGap = false;
  for (const line of text.split(/\r?\n/u)) {
    const [, offset, colon, rest = '', boxed, inside = ''] = LINE.exec(line) ?? [];
    const at = offset ?? boxed;
    if (at !== undefined) {
      const body = boxed === undefined ? rest : inside;
      if (/^0+$/u.test(at) && body !== '') packets.push([]);
      packets.at(-1)?.push({ offset: at, hasColon: colon === ':', body, tokens: tokensOf(body), afterGap });
    }
    afterGap = SAME_AGAIN.test(line);
  }
  return packets;
}

/** All packets in one form; `undefined` when one is of another. */
function octetsOf(packets: readonly Line[][], form: Form, radix: number): Uint8Array[] | undefined {
  const parts: Uint8Array[] = [];
  for (const lines of packets) {
    const octets = packetOctets(lines, form, radix);
    if (octets === undefined) return undefined;
    parts.push(octets);
  }
  return parts;
}

function packetOctets(lines: readonly Line[], form: Form, radix: number): Uint8Array | undefined {
  const parts: number[][] = [];
  let size = 0;
  let width: number | undefined;
  const add = (part: number[]): void => {
    parts.push(part);
    size += part.length;
  };
  for (const [index, line] of lines.entries()) {
    const at = Number.parseInt(line.offset, radix);
    const last = parts.at(-1);
    if (line.afterGap && last !== undefined) add(repeated(last, Math.min(at, MOST_REPEATED) - size));
    if (at !== size) return undefined;
    if (line.body === '')
      return index === lines.length - 1 && size > 0 ? Uint8Array.from(parts.flat()) : undefined;
    const next = lines[index + 1];
    const isKnown = next !== undefined && !next.afterGap;
    const count = isKnown ? Number.parseInt(next.offset, radix) - at : undefined;
    if (count !== undefined && (Number.isNaN(count) || count <= 0)) return undefined;
    const octets = form.read(line, { count, most: width });
    if (octets === undefined || octets.length === 0 || (count !== undefined && octets.length !== count))
      return undefined;
    width ??= octets.length;
    add(octets);
  }
  return Uint8Array.from(parts.flat());
}

function repeated(line: readonly number[], count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, at) => line[at % line.length] ?? 0);
}
