/** The forms in which a line of a dump shows octets. */

/** A word of a line, and the blanks before it. */
export interface Token {
  gap: number;
  text: string;
}

/** How octets are read from a line. */
export interface Form {
  /**
   * @param count octets of the line, where the next one tells; otherwise they end where the text beside them begins
   * @param most octets of the lines before
   */
  read(
    line: { body: string; tokens: readonly Token[]; hasColon: boolean },
    size: { count: number | undefined; most: number | undefined },
  ): number[] | undefined;
}

export function tokensOf(body: string): Token[] {
  return [...body.matchAll(/([\t ]*)([^\t ]+)/gu)].map(([, gap = '', text = '']) => ({
    gap: gap.length,
    text,
  }));
}

/** Lines hold so many octets where nothing says how many. */
const USUAL = 16;

interface Words {
  /** What a word looks like. */
  word: RegExp;
  base: number;
  /** Octets of a word, as far as its digits do not tell. */
  octets?: number;
  little?: boolean;
  /** Blanks between words, at most; more come before the text beside them. */
  gap: number;
  /** Whether the offset is followed by a colon; either is right where this is left open. */
  colon?: boolean;
}

/** Words of digits. */
function words({ word, base, octets, little = false, gap, colon }: Words): Form {
  const read: Form['read'] = ({ tokens, hasColon }, { count, most }) => {
    if (colon !== undefined && colon !== hasColon) return undefined;
    const found: number[] = [];
    const limit = count ?? most ?? (gap > 2 ? USUAL : Infinity);
    for (const [index, token] of tokens.entries()) {
      if (found.length >= limit || !word.test(token.text)) break;
      // xxd -e puts the last word to the right of its column.
      const filled = little ? (tokens[0]?.text.length ?? 0) - token.text.length : 0;
      const isBeside =
        token.gap - Math.max(0, filled) > gap || (token.gap === 2 && gap === 2 && found.length % 8 !== 0);
      if (count === undefined && index > 0 && isBeside) break;
      found.push(...octetsOfWord(token.text, base, octets, little));
    }
    // The last word of a file of odd size is filled up.
    return count === undefined ? found : found.slice(0, count);
  };
  return { read };
}

function octetsOfWord(text: string, base: number, size: number | undefined, little: boolean): number[] {
  if (base === 16) {
    const pairs = (text.match(/../gu) ?? []).map((pair) => Number.parseInt(pair, 16));
    return little ? pairs.toReversed() : pairs;
  }
  const number = Number.parseInt(text, base);
  return size === 2 ? [number & 0xff, number >> 8] : [number & 0xff];
}

/** Characters, each in four columns, as `od -c` and `hexdump -c` print them. */
const CHARACTERS: Form = {
  read: ({ body }, { count, most }) => {
    const found: number[] = [];
    // The blanks before the first field were taken for those behind the offset.
    const padded = ' '.repeat(fieldIndent(body)) + body;
    const limit = count ?? most ?? USUAL;
    for (let at = 0; at < padded.length && found.length < limit; at += 4) {
      const octet = characterOctet(padded.slice(at, at + 4).padEnd(4));
      if (octet === undefined) return undefined;
      found.push(octet);
    }
    return found;
  },
};

function fieldIndent(body: string): number {
  const [first = ''] = body.split(' ', 1);
  return Math.max(0, 4 - first.length);
}

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '0': 0,
  '\\': 92,
};

function characterOctet(field: string): number | undefined {
  const text = field.trim();
  if (text === '') return 0x20;
  if (text.length === 1) return text.charCodeAt(0);
  if (/^[0-3][0-7]{2}$/u.test(text)) return Number.parseInt(text, 8);
  return text.length === 2 && text.startsWith('\\') ? ESCAPES[text.charAt(1)] : undefined;
}

const HEX_WORDS = /^(?:[0-9a-f]{2}){1,16}$/iu;
const BITS = /^[01]{8}$/u;

/** All forms, the likeliest first. */
export const FORMS: readonly Form[] = [
  words({ word: /^[0-9a-f]{2}$/iu, base: 16, gap: 2 }), // hexdump -C, xxd -g1, od -t x1, Wireshark
  words({ word: HEX_WORDS, base: 16, gap: 1, colon: true }), // xxd, tcpdump -x
  words({ word: /^[0-9a-f]{4}$/iu, base: 16, little: true, gap: 4, colon: false }), // hexdump, hexdump -x, od -x
  words({ word: /^(?:[0-9a-f]{2}){1,4}$|^[0-9a-f]{16}$/iu, base: 16, little: true, gap: 2 }), // od -t x4, xxd -e
  words({ word: HEX_WORDS, base: 16, gap: 1, colon: false }),
  words({ word: BITS, base: 2, gap: 1 }), // xxd -b
  words({ word: /^[0-3][0-7]{2}$/u, base: 8, gap: 4 }), // od -b, hexdump -b
  words({ word: /^[0-7]{6}$/u, base: 8, octets: 2, gap: 3 }), // od, hexdump -o
  CHARACTERS,
  words({ word: /^-?\d{1,3}$/u, base: 10, gap: 4 }), // od -t u1, od -t d1
  words({ word: /^\d{1,5}$/u, base: 10, octets: 2, gap: 8 }), // hexdump -d, od -d
];
