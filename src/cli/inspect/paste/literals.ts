import type { Reading } from './reading.ts';

/** A quoted string, its quotes escaped inside, with what languages write before it. */
const QUOTED = /(?:\b(?:b|rb|u8|L|c)|\$)?(["'`])((?:\\[^]|(?!\1)[^\\])*)\1/giu;

/** What stands between quotes in a text. */
export function quoted(text: string): string[] {
  return [...text.matchAll(QUOTED)].map(([, , inside = '']) => inside);
}

/**
 * String literals as C, Python, Go, Rust, JavaScript, Java, Ruby, Perl, Erlang, a shell or strace print them, also
 * several that follow one another, or the inside of one without its quotes.
 */
export function* literalReadings(text: string): Generator<Reading> {
  const strings = quoted(text);
  const inside = strings.length > 0 ? [strings.join(''), strings[0] ?? ''] : [text.trim()];
  if (strings.length === 0 && !text.includes('\\')) return;
  for (const string of new Set(inside)) {
    // `\01` is one octet for C, and two for Rust and Elixir; a letter above ASCII is one for JavaScript, two for Go.
    for (const wide of [false, true]) {
      for (const octal of [true, false]) {
        const octets = unescaped(string, { octal, wide });
        if (octets !== undefined) yield { parts: [octets], isGuess: !text.includes('\\') };
      }
    }
  }
}

const ESCAPE =
  /\\(?:x\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{1,2})|u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|(\r?\n\s*)|([^]))/gu;

const NAMED: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  E: '\u001b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  s: ' ',
  t: '\t',
  v: '\v',
};

interface Flavour {
  /** Whether up to three octal digits follow a backslash; otherwise one zero does. */
  octal: boolean;
  /** Whether characters above ASCII stand for their octets in UTF-8; otherwise for one octet. */
  wide: boolean;
}

/** The octets of what stands between the quotes of a literal; `undefined` when a character has none. */
export function unescaped(text: string, { octal, wide }: Flavour): Uint8Array | undefined {
  const octets: number[] = [];
  const character = (char: string): boolean => {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80 || (!wide && code < 0x100)) octets.push(code);
    else if (wide) octets.push(...new TextEncoder().encode(char));
    else return false;
    return true;
  };
  let at = 0;
  for (const match of text.matchAll(ESCAPE)) {
    for (const char of text.slice(at, match.index)) if (!character(char)) return undefined;
    at = match.index + match[0].length;
    const [, braced, byte, point, short, long, digits, continued, other] = match;
    const hexOctet = braced ?? byte;
    const unicode = point ?? short ?? long;
    if (hexOctet !== undefined && Number.parseInt(hexOctet, 16) < 0x100)
      octets.push(Number.parseInt(hexOctet, 16));
    else if (unicode ?? hexOctet) {
      const code = Number.parseInt(unicode ?? hexOctet ?? '', 16);
      if (code > 0x10_ffff || !character(String.fromCodePoint(code))) return undefined;
    } else if (digits !== undefined && octal) octets.push(Number.parseInt(digits, 8) & 0xff);
    else if (digits !== undefined) {
      octets.push(Number(digits[0]));
      for (const char of digits.slice(1)) character(char);
    } else if (continued === undefined && !character(NAMED[other ?? ''] ?? other ?? '')) return undefined;
  }
  for (const char of text.slice(at)) if (!character(char)) return undefined;
  return Uint8Array.from(octets);
}
