/**
 * SASLprep (RFC 4013): two spellings of a name or password become one. The tables are those of RFC 3454, written as
 * character classes.
 *
 * It works as for a query (RFC 3454 section 7): characters that Unicode 3.2 did not know yet are let through, because a
 * password manager or a phone keyboard makes them, and normalised as today's Unicode has it, which differs from 3.2 in
 * five compatibility ideographs (Unicode Corrigendum 4). Of table D.2, which has 360 ranges, letters, spacing marks and
 * letter numbers are taken, which decides every text without rare symbols.
 */

/** Printable ASCII is its own preparation; nearly every name and password ends here. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Table C.1.2, non-ASCII spaces: mapped to SPACE. */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;

/** Table B.1, commonly mapped to nothing. */
const NOTHING = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;

/** What is prohibited in the result (RFC 4013 section 2.3), with the table of RFC 3454 that says so. */
const PROHIBITED: readonly (readonly [RegExp, string])[] = [
  [/\p{Cc}/u, 'a control character (C.2)'],
  [
    /[\u06dd\u070f\u180e\u2028\u2029\u2060-\u2063\u206a-\u206f\ufff9-\ufffc\u{1d173}-\u{1d17a}]/u,
    'an invisible control character (C.2.2)',
  ],
  [/\p{Co}/u, 'a private character (C.3)'],
  [/\p{Noncharacter_Code_Point}/u, 'a code point that is no character (C.4)'],
  [/\p{Cs}/u, 'half of a surrogate pair (C.5)'],
  [/\ufffd/u, 'a replacement character (C.6)'],
  [/[\u2ff0-\u2ffb]/u, 'a description of an ideograph (C.7)'],
  [/[\u0340\u0341\u200e\u200f\u202a-\u202e]/u, 'a character that changes the display (C.8)'],
  [/[\u{e0001}\u{e0020}-\u{e007f}]/u, 'a tag (C.9)'],
];

/** Table D.1: letters written from right to left. */
const RIGHT_TO_LEFT =
  /[\u05be\u05c0\u05c3\u05d0-\u05ea\u05f0-\u05f4\u061b\u061f\u0621-\u063a\u0640-\u064a\u066d-\u066f\u0671-\u06d5\u06dd\u06e5\u06e6\u06fa-\u06fe\u0700-\u070d\u0710\u0712-\u072c\u0780-\u07a5\u07b1\u200f\ufb1d\ufb1f-\ufb28\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e\ufb40\ufb41\ufb43\ufb44\ufb46-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdfc\ufe70-\ufe74\ufe76-\ufefc]/u;

/** Nearly table D.2. */
const LETTER = /[\p{L}\p{Mc}\p{Nl}]/u;

/**
 * Prepares a name or password for comparison.
 *
 * @throws Error that names the rule and quotes nothing of the text (RFC 4013 sections 2.3 and 2.4).
 *
 * @example
 * import assert from 'node:assert/strict';
 * import { sasl } from 'truepeer';
 * assert(sasl.saslprep('I\u00adX') === 'IX');
 * assert(sasl.saslprep('\u2168') === 'IX');
 * assert(sasl.saslprep('plain ASCII stays') === 'plain ASCII stays');
 */
export function saslprep(text: string): string {
  if (PLAIN.test(text)) return text;
  const result = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  for (const [pattern, what] of PROHIBITED) {
    if (pattern.test(result)) throw new Error(`SASLprep prohibits ${what}`);
  }
  if (RIGHT_TO_LEFT.test(result)) checkDirection(result);
  return result;
}

/** RFC 3454 section 6: text from right to left begins and ends so, and nothing in it goes the other way. */
function checkDirection(text: string): void {
  const characters = [...text];
  const foreign = characters.some((character) => LETTER.test(character) && !RIGHT_TO_LEFT.test(character));
  const framed = RIGHT_TO_LEFT.test(characters[0]!) && RIGHT_TO_LEFT.test(characters.at(-1)!);
  if (foreign || !framed) throw new Error('SASLprep prohibits text of mixed direction (RFC 3454 section 6)');
}
