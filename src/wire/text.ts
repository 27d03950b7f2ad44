/** Octets as text and back. Slices of Node's Buffer are several times faster than TextDecoder, which browsers have. */

type Slice = (this: Uint8Array, from: number, to: number) => string;
const node = (globalThis as { Buffer?: { prototype: { latin1Slice: Slice; utf8Slice: Slice } } }).Buffer
  ?.prototype;
const native: Slice | undefined = node?.latin1Slice;
const nativeUtf8: Slice | undefined = node?.utf8Slice;
const of = String.fromCharCode;
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** Up to this many octets, String.fromCharCode is faster than a call into C++. */
const SHORT = 16;

/** One character for each octet. */
export function latin1(b: Uint8Array, from: number, to: number): string {
  if (native !== undefined && to - from > SHORT) return native.call(b, from, to);
  let text = '';
  let p = from;
  for (; p + 8 <= to; p += 8) {
    text += of(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!, b[p + 4]!, b[p + 5]!, b[p + 6]!, b[p + 7]!);
  }
  if (p + 4 <= to) {
    text += of(b[p]!, b[p + 1]!, b[p + 2]!, b[p + 3]!);
    p += 4;
  }
  switch (to - p) {
    case 1:
      return text + of(b[p]!);
    case 2:
      return text + of(b[p]!, b[p + 1]!);
    case 3:
      return text + of(b[p]!, b[p + 1]!, b[p + 2]!);
    default:
      return text;
  }
}

/** The octets themselves, as a view. */
export function bytes(b: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(b.buffer, b.byteOffset + from, to - from);
}

/** Printable US-ASCII, or undefined when another octet is among them. */
export function ascii(b: Uint8Array, from: number, to: number): string | undefined {
  return isPrintable(b, from, to) ? latin1(b, from, to) : undefined;
}

/** Well-formed UTF-8 without control characters, or undefined. */
export function utf8(b: Uint8Array, from: number, to: number): string | undefined {
  if (isPrintable(b, from, to)) return latin1(b, from, to);
  const text = nativeUtf8?.call(b, from, to);
  // Node writes U+FFFD for malformed octets; a sender may also have sent this character.
  const sure = text === undefined || text.includes('\ufffd') ? strictUtf8(b.subarray(from, to)) : text;
  return sure === undefined || hasControls(sure) ? undefined : sure;
}

function strictUtf8(octets: Uint8Array): string | undefined {
  try {
    return utf8Decoder.decode(octets);
  } catch {
    return undefined;
  }
}

/** The octets of printable US-ASCII text, or undefined when another character is in it. */
export function asciiOctets(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e) return undefined;
    octets[i] = c;
  }
  return octets;
}

/** The UTF-8 octets of text without control characters and lone surrogates, or undefined. */
export function utf8Octets(text: string): Uint8Array | undefined {
  return hasControls(text) || !isWellFormed(text) ? undefined : utf8Encoder.encode(text);
}

function isPrintable(b: Uint8Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) {
    const c = b[p]!;
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

/** C0, DEL and C1; and the line and paragraph separators, which may end a line in a terminal or a log. */
function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c === 0x2028 || c === 0x2029) return true;
  }
  return false;
}

function isWellFormed(text: string): boolean {
  for (const character of text) {
    const c = character.codePointAt(0)!;
    if (c >= 0xd800 && c <= 0xdfff) return false;
  }
  return true;
}

/** Writes US-ASCII at `o`; the offset behind it. */
export function writeAscii(text: string, out: Uint8Array, o: number): number {
  const { length } = text;
  for (let i = 0; i < length; i++) out[o + i] = text.charCodeAt(i);
  return o + length;
}
