import type { Field, Value } from '../../../../spec/types.ts';
import { escapeText } from '../../../wire/messages/escape.ts';
import {
  hex,
  ipv4Text,
  ipv6Text,
  latin1,
  u16be,
  u16le,
  u32be,
  u32le,
  u64be,
  u64le,
  unixPathText,
} from '../../../wire/index.ts';

/** Octets of a value of fixed size; `undefined` where the layout leaves it open. */
export function fixedSize(field: Field, blockSize: number, fieldCount: number): number {
  const size = SIZES[field.value.kind];
  // UNIX paths share their block evenly; every other field of a layout has a size of its own.
  return size ?? blockSize / fieldCount;
}

const SIZES: Partial<Record<Value['kind'], number>> = {
  u8: 1,
  u16be: 2,
  u16le: 2,
  u32be: 4,
  u32le: 4,
  u64be: 8,
  u64le: 8,
  flags: 1,
  ipv4: 4,
  ipv6: 16,
};

/** What the octets of a leaf value mean, in printable ASCII; octets that do not fit the value's layout say so. */
export function valueMeaning(value: Value, octets: Uint8Array): string {
  const size = SIZES[value.kind];
  if (size !== undefined && octets.length !== size) {
    return `${octets.length} octets where ${size} are expected`;
  }
  switch (value.kind) {
    case 'u8':
      return String(octets[0]);
    case 'u16be':
      return String(u16be(octets, 0));
    case 'u16le':
      return String(u16le(octets, 0));
    case 'u32be':
      return number32(u32be(octets, 0));
    case 'u32le':
      return number32(u32le(octets, 0));
    case 'u64be':
      return String(u64be(octets, 0));
    case 'u64le':
      return String(u64le(octets, 0));
    case 'flags':
      return flagNames(octets[0] ?? 0, value.bits);
    case 'ipv4':
      return ipv4Text(octets, 0);
    case 'ipv6':
      return ipv6Text(octets, 0);
    case 'unixPath':
      return `"${escapeText(unixPathText(octets, 0, octets.length))}"`;
    case 'ascii':
    case 'utf8':
      return textMeaning(octets);
    default:
      return opaqueMeaning(octets);
  }
}

function number32(number: number): string {
  return `${number} (0x${number.toString(16).padStart(8, '0')})`;
}

function flagNames(flags: number, bits: readonly { name: string; code: number }[]): string {
  const names = bits.filter(({ code }) => (flags & code) !== 0).map(({ name }) => name);
  const known = bits.reduce((sum, { code }) => sum | code, 0);
  if ((flags & ~known) !== 0) names.push(`0x${(flags & ~known).toString(16)} (undefined)`);
  return names.length === 0 ? 'none' : names.join(' + ');
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textMeaning(octets: Uint8Array): string {
  try {
    return `"${escapeText(decoder.decode(octets))}"`;
  } catch {
    return `no valid text: ${hex(octets)}`;
  }
}

/** Opaque octets as hex, and as text where they are all printable. */
function opaqueMeaning(octets: Uint8Array): string {
  if (octets.length === 0) return 'empty';
  const text = latin1(octets, 0, octets.length);
  return /^[\x20-\x7e]+$/u.test(text) ? `${hex(octets)} ("${text}")` : hex(octets);
}
