import type { Bound, Spec } from '../../../spec/types.ts';
import { type Entry, LONGEST_TLV, widthOf } from '../../model.ts';
import type { Schema } from './json-schema-parts.ts';
import { ASCII, decimal, hexDigits, hexText, TEXT } from './patterns.ts';

/** A value to send: null counts as absent, hex and decimals as people write them, lengths within the default limits. */
export function sentValue(entry: Entry, { limits }: Spec): Schema {
  return valueSchema(entry, (max) => limits.find((limit) => limit.name === max.limit)!.default, {
    type: (name) => [name, 'null'],
    hex: hexText,
    canonical: false,
    group: (pattern) => ({ anyOf: [{ enum: [true, null] }, { type: 'string', pattern }] }),
  });
}

/** A value that was read: in one spelling, and a receiver may have set its limits as high as they go. */
export function readValue(entry: Entry): Schema {
  return valueSchema(entry, () => LONGEST_TLV, {
    type: (name) => name,
    hex: hexDigits,
    canonical: true,
    group: () => ({ const: true }),
  });
}

interface Form {
  readonly type: (name: string) => string | string[];
  /** The pattern of octets in hex. */
  readonly hex: (min: number, max?: number) => string;
  /** Whether decimals have no leading zeros. */
  readonly canonical: boolean;
  /** A row that holds others; `pattern` is that of its octets. */
  readonly group: (pattern: string) => Schema;
}

function valueSchema(
  { min, max: bound, value }: Entry,
  limitOf: (bound: Exclude<Bound, number>) => number,
  { type, hex, canonical, group }: Form,
): Schema {
  const most = typeof bound === 'number' ? bound : limitOf(bound);
  const max = most < LONGEST_TLV ? most : undefined;
  const longest = max === undefined ? {} : { maxLength: max };
  switch (value.kind) {
    case 'bytes':
      return { type: type('string'), pattern: hex(min, max) };
    case 'ascii':
      return { type: type('string'), pattern: ASCII, ...(min > 0 ? { minLength: min } : {}), ...longest };
    case 'utf8':
      return { type: type('string'), pattern: TEXT, ...longest };
    case 'u64be':
    case 'u64le':
      return { type: type('string'), pattern: decimal(2n ** 64n - 1n, canonical) };
    case 'struct':
    case 'variant':
      return group(hex(min, max));
    default:
      return { type: type('integer'), minimum: 0, maximum: 2 ** (8 * (widthOf(value) ?? 0)) - 1 };
  }
}
