import type { Meaning, Tlv, Value } from '../../../spec/types.ts';
import { widthOf } from '../../model.ts';
import { hexCode } from '../../names.ts';
import { TLV_HEAD } from '../../octets.ts';

/** An interpreter of the tables, value by value: examples are compared with what it reads. */

/** What octets mean, or why they are not what the row allows. */
export type Reading = { readonly means: Meaning } | { readonly fault: string };

/** Lower-case hex without blanks. */
function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
}

/** Reads the value of a row; `rows` are all there are, for what may stand inside. */
export function readValue(row: Tlv, octets: Uint8Array, rows: readonly Tlv[], depth = 0): Reading {
  const { value } = row;
  if (depth > rows.length) return { fault: 'the row is inside itself' };
  if (value.kind === 'variant') return variant(row, octets, rows, depth);
  if (value.kind !== 'struct') return scalar(value, octets);
  const means: Record<string, string | number> = {};
  let at = 0;
  for (const field of value.fields) {
    const width = widthOf(field.value) ?? 0;
    const reading = scalar(field.value, octets.subarray(at, at + width));
    if ('fault' in reading) return { fault: `${field.name}: ${reading.fault}` };
    means[field.name] = reading.means as string | number;
    at += width;
  }
  if (value.holds !== 'tlvs')
    return at === octets.length ? { means } : { fault: `left over: ${counted(octets.length - at)}` };
  while (at < octets.length) {
    const [code, high, low] = octets.subarray(at, at + TLV_HEAD);
    if (code === undefined || high === undefined || low === undefined)
      return { fault: `left over: ${counted(octets.length - at)}, where a TLV needs three` };
    const end = at + TLV_HEAD + (high << 8) + low;
    if (end > octets.length) return { fault: `the TLV at octet ${at} ends at ${end}, behind the value` };
    const reading = inside(row, code, octets.subarray(at + TLV_HEAD, end), rows, depth);
    if ('fault' in reading) return reading;
    Object.assign(means, reading.means);
    at = end;
  }
  return { means };
}

function variant(row: Tlv, octets: Uint8Array, rows: readonly Tlv[], depth: number): Reading {
  const [code] = octets;
  if (code === undefined) return { fault: 'the octet that chooses the row is not there' };
  return inside(row, code, octets.subarray(1), rows, depth);
}

/** The value of a row inside another, by its name; a group gives the values of its parts by theirs. */
function inside(parent: Tlv, code: number, octets: Uint8Array, rows: readonly Tlv[], depth: number): Reading {
  const child = rows.find((row) => row.parent === parent.name && row.code === code);
  if (child === undefined) return { fault: `no row inside ${parent.name} has code ${hexCode(code)}` };
  const reading = readValue(child, octets, rows, depth + 1);
  if ('fault' in reading) return { fault: `${child.name}: ${reading.fault}` };
  return { means: typeof reading.means === 'object' ? reading.means : { [child.name]: reading.means } };
}

function scalar(value: Value, octets: Uint8Array): Reading {
  const width = widthOf(value);
  if (width !== undefined) {
    if (octets.length !== width)
      return { fault: `${counted(octets.length)}, where ${value.kind} has ${width}` };
    const number = BigInt(`0x${hexOf(value.kind.endsWith('le') ? octets.toReversed() : octets)}`);
    return { means: width > 6 ? String(number) : Number(number) };
  }
  if (value.kind !== 'bytes' && value.kind !== 'ascii' && value.kind !== 'utf8')
    return { fault: `${value.kind} cannot be read` };
  const { min = 0, max = 0xffff } = value;
  if (octets.length < min) return { fault: `${counted(octets.length)}, where the least is ${min}` };
  if (typeof max === 'number' && octets.length > max)
    return { fault: `${counted(octets.length)}, where the most is ${max}` };
  if (value.kind === 'bytes') return { means: hexOf(octets) };
  const text = decodeText(octets);
  if (text === undefined) return { fault: 'not well-formed UTF-8' };
  const strange = value.kind === 'ascii' ? /[^ -~]/ : /[\p{Cc}\u2028\u2029]/u;
  return strange.test(text) ? { fault: `${value.kind} cannot hold ${hexOf(octets)}` } : { means: text };
}

function counted(octets: number): string {
  return `${octets} octet${octets === 1 ? '' : 's'}`;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(octets: Uint8Array): string | undefined {
  try {
    return decoder.decode(octets);
  } catch {
    return undefined;
  }
}
