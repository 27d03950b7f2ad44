/** Regular expressions of words and values, for JSON Schema: ECMAScript with the flag `u`. */

const OCTET = '(?:\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])';
const QUAD = `${OCTET}(?:\\.${OCTET}){3}`;

/** Four decimal numbers without leading zeros. */
export const IPV4 = `^${QUAD}$`;

/** RFC 4291 text; `digits` is the class of hex digits. */
export function ipv6(digits: string): string {
  const group = `[${digits}]{1,4}`;
  const ffff = digits.includes('F') ? '[fF]{4}' : 'ffff';
  const compressed = Array.from({ length: 8 }, (_, before) => {
    const left = before === 0 ? '' : `${group}(?::${group}){${before - 1}}`;
    const right = before === 7 ? '' : `(?:${group}(?::${group}){0,${6 - before}})?`;
    return `${left}::${right}`;
  });
  return `^(?:::${ffff}:${QUAD}|${group}(?::${group}){7}|${compressed.join('|')})$`;
}

const CONTROLS = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\p{Cs}';

/** Text without control characters and lone surrogates. */
export const TEXT = `^[^${CONTROLS}]*$`;

/** The same, perhaps behind a NUL, which does not stand alone. */
export const PATH = `^(?:\\u0000(?!$))?[^${CONTROLS}]*$`;

/** Printable US-ASCII. */
export const ASCII = '^[ -~]*$';

/** Octets in hex with blanks between, at least and at most so many. */
export function hexText(min: number, max = Number.POSITIVE_INFINITY): string {
  const count = max === Number.POSITIVE_INFINITY ? (min === 0 ? '*' : `{${min},}`) : `{${min},${max}}`;
  return `^\\s*(?:[0-9a-fA-F]\\s*[0-9a-fA-F]\\s*)${count}$`;
}

/** Octets as they are printed: two lower-case digits each. */
export function hexDigits(min: number, max = Number.POSITIVE_INFINITY): string {
  const count = max === Number.POSITIVE_INFINITY ? (min === 0 ? '*' : `{${min},}`) : `{${min},${max}}`;
  return `^(?:[0-9a-f]{2})${count}$`;
}

/** Decimal digits up to a number: as people write it, or canonical, without leading zeros. */
export function decimal(most: bigint, canonical: boolean): string {
  const digits = String(most);
  const rest = digits.length - 1;
  const smaller = [...digits].flatMap((digit, i) => {
    const least = canonical && i === 0 ? 1 : 0;
    const top = Number(digit) - 1;
    if (top < least) return [];
    return [`${digits.slice(0, i)}${least === top ? top : `[${least}-${top}]`}\\d{${rest - i}}`];
  });
  const shorter = canonical ? `0|[1-9]\\d{0,${rest - 1}}` : `\\d{1,${rest}}`;
  return `^(?:${[shorter, ...smaller, digits].join('|')})$`;
}

/** Names of numbers without a row, `xNN` behind a prefix; those in `taken` have another name. */
export function unnamedTypes(prefix: string, taken: readonly number[]): string {
  const hex = (code: number): string =>
    [...code.toString(16).padStart(2, '0')]
      .map((digit) => (/[a-f]/.test(digit) ? `[${digit}${digit.toUpperCase()}]` : digit))
      .join('');
  const others = taken.length === 0 ? '' : `(?!(?:${taken.map(hex).join('|')})$)`;
  return `^${prefix}x${others}[0-9a-fA-F]{2}$`;
}
