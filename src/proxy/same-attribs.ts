import { show } from '../wire/messages/escape.ts';
import { hex, utf8Octets } from '../wire/index.ts';
import { sameValue } from './encode/as-read.ts';

/** Comparing the attributes of a header or of its TLVs with expected ones, as aiosmtpd's `same_attribs` does. */

/** An attribute has another value than expected. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** There is no attribute of that name. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** What there is of a name; `octets` are those it was read from. */
export interface Attrib {
  readonly value: unknown;
  readonly octets?: Uint8Array | undefined;
}

/** Compares attributes by name; where octets are expected, they are compared with those that a value was read from. */
export function sameAttribs(
  expected: Readonly<Record<string, unknown>>,
  raises: boolean,
  of: (name: string) => Attrib | undefined,
): boolean {
  for (const [name, value] of Object.entries(expected)) {
    const found = of(name);
    if (found === undefined) {
      if (raises) throw new KeyError(`there is no ${JSON.stringify(name)}`);
      return false;
    }
    const actual = value instanceof Uint8Array ? octetsOf(found) : found.value;
    if (value === undefined || value === null ? actual !== value : !sameValue(actual, value)) {
      if (raises) throw new ValueError(`${JSON.stringify(name)} is ${told(actual)}, expected ${told(value)}`);
      return false;
    }
  }
  return true;
}

function octetsOf({ value, octets }: Attrib): unknown {
  return octets ?? (typeof value === 'string' ? (utf8Octets(value) ?? value) : value);
}

/** A value in a message; of octets there may be many. */
function told(value: unknown): string {
  if (!(value instanceof Uint8Array)) return show(value);
  const shown = hex(value.subarray(0, SHOWN));
  return `octets ${shown}${value.length > SHOWN ? `... (${value.length} in all)` : ''}`;
}

const SHOWN = 24;
