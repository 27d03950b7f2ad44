/** Where a header that was read carries its octets. */
export const AS_READ: unique symbol = Symbol('as it was read');

/**
 * The octets of a header whose fields cannot say all that a receiver has to accept: pairs that the standard does not
 * name, reserved types, paths that are no text, ignored octets. They are written again as long as the fields are as they
 * were; a header that somebody changed is written from its fields.
 */
export class OctetsRead {
  readonly #octets: Uint8Array;
  readonly #fields: unknown;

  /** @param octets are not copied. */
  constructor(fields: object, octets: Uint8Array) {
    this.#octets = octets;
    this.#fields = copyOf(fields);
  }

  /** A copy of the octets, or undefined where they no longer are what the fields say. */
  octetsFor(header: object): Uint8Array | undefined {
    return sameValue(this.#fields, header) ? this.#octets.slice() : undefined;
  }
}

/** Whether two values hold the same: octets one by one, lists and objects member by member, null like nothing. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array || b instanceof Uint8Array)
    return (
      a instanceof Uint8Array &&
      b instanceof Uint8Array &&
      a.length === b.length &&
      a.every((octet, i) => octet === b[i])
    );
  if (!isObject(a) || !isObject(b)) return Object.is(a ?? null, b ?? null);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => sameValue(a[name], b[name]));
}

function copyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
