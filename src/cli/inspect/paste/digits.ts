import type { Reading } from './reading.ts';

/** Pairs of hex digits, with blanks, colons, commas, dots, dashes, bars, quotes, `0x` or `\\x` between octets, or not. */
export function* hexReading(text: string): Generator<Reading> {
  const words = text.replace(/\s*\n\s*/gu, '').split(/0x|\\x|[\s:;,."'`|_\\-]+/iu);
  const octets = words.every((word) => word.length % 2 === 0) ? fromHex(words.join('')) : undefined;
  if (octets !== undefined) yield { parts: [octets], isGuess: false };
}

/** The octets of pairs of hex digits. */
function fromHex(digits: string): Uint8Array | undefined {
  if (digits.length === 0 || digits.length % 2 !== 0 || !/^[0-9a-f]+$/iu.test(digits)) return undefined;
  const octets = new Uint8Array(digits.length / 2);
  for (let at = 0; at < octets.length; at++)
    octets[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return octets;
}

/** Base64 in one line or several; also that of RFC 4648 section 5, and without padding, which other text may be. */
export function* base64Reading(text: string): Generator<Reading> {
  const letters = text.trim().replace(/\r?\n|^["'`]|["'`]$/gu, '');
  if (letters.length < 2 || !/^[\w+/-]+={0,2}$/u.test(letters)) return;
  const bare = letters.replace(/[=]+$/u, '').replaceAll('-', '+').replaceAll('_', '/');
  if (bare.length % 4 === 1) return;
  const isGuess = letters.length % 4 !== 0 || /[-_]/u.test(letters);
  const binary = atob(bare);
  yield { parts: [Uint8Array.from(binary, (char) => char.charCodeAt(0))], isGuess };
}

/** Text with octets as `%0D` of URLs, or `=0D` of quoted-printable. */
export function* escapedReading(text: string): Generator<Reading> {
  for (const mark of ['%', '=']) {
    if (!text.includes(mark)) continue;
    const escape = new RegExp(`${mark}([0-9a-f]{2})`, 'giu');
    const plain = text
      .trim()
      .replace(escape, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
    if (!/^[\0-\xff]*$/u.test(plain)) continue;
    yield { parts: [Uint8Array.from(plain, (char) => char.charCodeAt(0))], isGuess: true };
  }
}
