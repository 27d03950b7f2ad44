/** How text of a peer is made harmless for a terminal, a log, a reply and a header field. */

/** Text for a reply, a log line or a header: other characters become `\xHH` or `\u{...}`. */
export function escapeText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.replace(/[^\x20-\x7e]/gu, (char) => {
    const point = char.codePointAt(0)!;
    return point < 0x100 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`;
  });
}

/** A value with all text in it escaped by `escapeText`, in lists and plain objects, too; names of members as well. */
export function escapeAll<T>(value: T): T;
export function escapeAll(value: unknown): unknown {
  if (typeof value === 'string') return escapeText(value);
  if (Array.isArray(value)) return value.map((item: unknown) => escapeAll(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [escapeText(name), escapeAll(item)]));
}

/** Text for a header field that may hold UTF-8: control and format characters and line separators become `?`. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

/** JSON in printable ASCII: other characters become escapes that JSON itself knows. */
export function asciiJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? String(value);
  return text.replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const LONGEST = 60;

/** A value for an error message: on one line, at most 60 characters. */
export function show(value: unknown): string {
  const text = plainly(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

function plainly(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (value instanceof Uint8Array) return `${value.length} octets`;
  try {
    return asciiJson(value);
  } catch {
    // It holds itself, or something else that JSON does not have.
    return escapeText(Object.prototype.toString.call(value));
  }
}
