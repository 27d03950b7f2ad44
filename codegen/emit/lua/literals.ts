/** Values as Lua writes them. */

/** Fields with names, on one line. */
export function record(fields: Readonly<Record<string, string>>): string {
  return `{ ${Object.entries(fields)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')} }`;
}

/** Parts one a line. */
export function list(parts: readonly string[]): string {
  if (parts.length === 0) return '{}';
  return `{\n${parts.map((part) => `  ${part.replaceAll('\n', '\n  ')},`).join('\n')}\n}`;
}

/** Values by key, one a line; keys that are numbers stand in brackets. */
export function table(entries: readonly (readonly [key: string, value: string])[], numbers = true): string {
  return list(entries.map(([key, value]) => `${numbers ? `[${key}]` : key} = ${value}`));
}

/** An octet inside a string literal. */
export function codeText(octet: number): string {
  return `\\x${octet.toString(16).padStart(2, '0')}`;
}

/** A string literal, every octet outside printable ASCII escaped. */
export function text(value: string): string {
  const octets = new TextEncoder().encode(value);
  const body = Array.from(octets, (octet) => {
    const character = String.fromCharCode(octet);
    if (character === '"' || character === '\\') return `\\${character}`;
    return octet >= 0x20 && octet < 0x7f ? character : codeText(octet);
  });
  return `"${body.join('')}"`;
}
