/** Octet values and classes of the SMTP grammar (RFC 5321 4.1.2, RFC 5234 appendix B). */

export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const DQUOTE = 0x22;
export const COMMA = 0x2c;
export const HYPHEN = 0x2d;
export const DOT = 0x2e;
export const COLON = 0x3a;
export const LESS = 0x3c;
export const EQUALS = 0x3d;
export const GREATER = 0x3e;
export const AT = 0x40;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const DEL = 0x7f;

const ATEXT = new Uint8Array(256);
for (const char of "!#$%&'*+-/=?^_`{|}~") ATEXT[char.charCodeAt(0)] = 1;
for (let octet = 0; octet < 128; octet++) if (isAlphanumeric(octet)) ATEXT[octet] = 1;

export function isDigit(octet: number): boolean {
  return octet >= 0x30 && octet <= 0x39;
}

export function isAlphanumeric(octet: number): boolean {
  const lower = octet | 0x20;
  return (octet >= 0x30 && octet <= 0x39) || (lower >= 0x61 && lower <= 0x7a && octet < 0x80);
}

/** atext of RFC 5322 3.2.3, ASCII only: octets of UTF-8 sequences are the caller's decision. */
export function isAtext(octet: number): boolean {
  return ATEXT[octet] === 1;
}

/** The four octets from `at` on as one integer, the same for letters of either case and for no other octets. */
export function fourLetters(octets: Uint8Array, at: number): number {
  const word = (octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!;
  return word & 0xdf_df_df_df;
}

/** Whether the octets from `at` on are the letters of an upper-case word, in either case. */
export function spells(octets: Uint8Array, at: number, word: string): boolean {
  for (let index = 0; index < word.length; index++)
    if ((octets[at + index]! & 0xdf) !== word.charCodeAt(index)) return false;
  return true;
}

/** Bits of what a line holds beside printable ASCII. */
export const OctetClass = { ASCII: 0, EIGHT_BIT: 1, CONTROL: 2 } as const;

/** Bits of `OctetClass` for the octets [from, to). */
export function classify(octets: Uint8Array, from: number, to: number): number {
  let bits = 0;
  for (let at = from; at < to; at++) {
    const octet = octets[at]!;
    if (octet >= 0x80) bits |= OctetClass.EIGHT_BIT;
    else if (octet < SP || octet === DEL) bits |= OctetClass.CONTROL;
  }
  return bits;
}

/** Whether UTF-8 in [from, to) holds one of the control characters U+0080 to U+009F. */
export function holdsC1(octets: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at + 1 < to; at++) if (octets[at] === 0xc2 && octets[at + 1]! < 0xa0) return true;
  return false;
}
