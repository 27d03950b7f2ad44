/** How names in the tables become names in code. The one place that knows. */

/** `V1_BAD_PORT` to `v1-bad-port`. */
export function kebab(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** `tcp4` to `Tcp4`, `SSL_CLIENT` to `SslClient`. */
export function pascal(name: string): string {
  return name
    .split(/[_-]/)
    .map(
      (word) =>
        word.charAt(0).toUpperCase() + (/[a-z]/.test(word) ? word.slice(1) : word.slice(1).toLowerCase()),
    )
    .join('');
}

/** `0x05`, or with more digits where the number needs them. */
export function hexCode(code: number, digits = 2): string {
  return `0x${code.toString(16).padStart(digits, '0')}`;
}

/** A property name, quoted where it must be. `__proto__` in a literal would set the prototype. */
export function key(name: string): string {
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** Text that may stand in a doc comment: it can not end it, nor turn the direction of what follows. */
export function comment(text: string): string {
  return text
    .replaceAll('*/', '*\\/')
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .trim();
}

/** A TypeScript string literal, every character outside printable ASCII escaped. */
export function literal(text: string): string {
  const body = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${body.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
}
