/** xtext: printable ASCII, with `+HH` (upper case) for the rest (RFC 3461 section 4). */

const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})+$/;

/**
 * Decodes xtext. What comes out is printable ASCII, or, where `utf8`, printable text; anything else, above all CR and
 * LF, could be smuggled into a header or a reply.
 *
 * @returns undefined when the text is no xtext or decodes to something else.
 */
export function decodeXtext(text: string, utf8 = false): string | undefined {
  if (!XTEXT.test(text)) return undefined;
  const octets = Buffer.from(
    text.replace(/\+(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  const decoded = octets.toString('utf8');
  if (!utf8) return /^[\x20-\x7e]*$/.test(decoded) ? decoded : undefined;
  return /[\p{Cc}\ufffd]/u.test(decoded) ? undefined : decoded;
}

/** utf-8-addr-unitext and utf-8-addr-xtext of RFC 6533 section 3: `\x{HEX}` stands for a character. */
export function decodeUnitext(text: string): string | undefined {
  if (/[\p{Cc} =+]/u.test(text) || /\\(?!x\{[0-9A-F]{2,6}\})/.test(text)) return undefined;
  const points = [...text.matchAll(/\\x\{([0-9A-F]+)\}/g)].map((match) => Number.parseInt(match[1]!, 16));
  if (points.some((point) => point > 0x10ffff)) return undefined;
  const decoded = text.replace(/\\x\{([0-9A-F]+)\}/g, (_, hex) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return /\p{Cc}/u.test(decoded) ? undefined : decoded;
}
