/** Comparing the attributes of a header or of its TLVs with expected ones, as aiosmtpd's `same_attribs` does. */

/** An attribute has another value than expected. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** There is no attribute of that name. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** Whether two values are the same, octets compared one by one. */
function same(a: unknown, b: unknown): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return Object.is(a, b);
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

/** Compares attributes by name; `of` gives whether there is one, and its value. */
export function sameAttribs(
  expected: Readonly<Record<string, unknown>>,
  raises: boolean,
  of: (name: string) => { present: boolean; value: unknown },
): boolean {
  for (const [name, value] of Object.entries(expected)) {
    const found = of(name);
    if (!found.present) {
      if (raises) throw new KeyError(`there is no ${JSON.stringify(name)}`);
      return false;
    }
    if (!same(found.value, value)) {
      if (raises) throw new ValueError(`${JSON.stringify(name)} is not what was expected`);
      return false;
    }
  }
  return true;
}
