import { unescaped } from './literals.ts';
import type { Reading } from './reading.ts';

/** An element as it is written: a number of a base, a bare number whose base is open, or octets. */
type Element = number | { bare: string } | Uint8Array;

/** Fewer elements are no header, and much other text has a few. */
const LEAST = 8;

/**
 * Lists of octets: arrays of C, Go, Rust, Java, JavaScript and JSON, a Buffer of Node, bit strings of Erlang and
 * Elixir, or the numbers alone.
 */
export function* arrayReadings(text: string): Generator<Reading> {
  const plain = text.replace(/\/\*[^]*?\*\//gu, ' ').replace(/\/\/[^\n]*/gu, ' ');
  const lists = [...plain.matchAll(/<<|[[{(<]|^/gu)].map(({ 0: bracket, index }) => ({
    isBare: bracket === '',
    elements: elementsAt(plain, index + bracket.length),
  }));
  const [longest] = lists.toSorted((a, b) => b.elements.length - a.elements.length);
  if (longest === undefined || longest.elements.length < LEAST) return;
  for (const base of [10, 16]) {
    const octets = octetsOf(longest.elements, base);
    if (octets !== undefined) yield { parts: [octets], isGuess: longest.isBare };
  }
}

/** The elements from a place on, up to something that is none. */
function elementsAt(text: string, start: number): Element[] {
  const elements: Element[] = [];
  let at = start;
  for (;;) {
    SKIPPED.lastIndex = at;
    at += SKIPPED.exec(text)?.[0].length ?? 0;
    const found = FORMS.map(([form, read]) => {
      form.lastIndex = at;
      const match = form.exec(text);
      return match === null ? undefined : { size: match[0].length, element: read(match[1] ?? '') };
    }).find((each) => each !== undefined);
    if (found?.element === undefined) return elements;
    elements.push(found.element);
    at += found.size;
  }
}

/** Blanks and commas; before the first element a word as in `<Buffer`; a cast; an index as in `"0":` of JSON. */
const SKIPPED =
  /(?:[\s,;]+|\((?:byte|char|unsigned char|u?int8_t|u8)\)|(?:Buffer|Bytes|ByteArray)\b:?|"\d+"\s*:)*/iuy;

const FORMS: readonly (readonly [RegExp, (text: string) => Element | undefined])[] = [
  [/0x([0-9a-f]{1,2})(?:_?u8|u|b)?(?![0-9a-z])/iuy, (digits) => Number.parseInt(digits, 16)],
  [/16#([0-9a-f]{1,2})(?![0-9a-z])/iuy, (digits) => Number.parseInt(digits, 16)],
  [/([0-9a-f]{1,2}|-?\d{1,3})(?::8)?(?:_?u8|u)?(?![0-9a-z])/iuy, (bare) => ({ bare })],
  [/b?'((?:\\[^]|[^'\\])[^']*)'/uy, (inside) => oneOctet(inside)],
  [/\$(\\?[^])/uy, (inside) => oneOctet(inside)],
  [
    /"((?:\\[^]|[^"\\])*)"(?:\/utf8|\/binary)?/uy,
    (inside) => unescaped(inside, { octal: true, wide: false }),
  ],
];

function oneOctet(inside: string): Element | undefined {
  const octets = unescaped(inside, { octal: true, wide: false });
  return octets?.length === 1 ? octets : undefined;
}

function octetsOf(elements: readonly Element[], base: number): Uint8Array | undefined {
  const octets: number[] = [];
  for (const element of elements) {
    if (typeof element === 'number') octets.push(element);
    else if (element instanceof Uint8Array) octets.push(...element);
    else {
      const isNumber = base === 16 ? /^[0-9a-f]{1,2}$/iu.test(element.bare) : /^-?\d+$/u.test(element.bare);
      const value = Number.parseInt(element.bare, base);
      if (!isNumber || value < -128 || value > 255) return undefined;
      octets.push(value & 0xff);
    }
  }
  return Uint8Array.from(octets);
}
