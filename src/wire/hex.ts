const pairs = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** Two lower-case hex digits for each octet in `from..to`. */
export function hex(b: Uint8Array, from = 0, to = b.length): string {
  let text = '';
  for (let p = from; p < to; p++) text += pairs[b[p]!]!;
  return text;
}

/** The octets of hex digits, white space ignored; undefined when anything else is in it, or half an octet. */
export function unhex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return octets;
}
