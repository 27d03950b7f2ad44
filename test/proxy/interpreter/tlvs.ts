import type { Bound, Spec, Tlv, Value } from '../../../spec/types.ts';
import { hexOf, type Plain, type Vector } from '../outcome.ts';
import { Fault, Need, type Reading } from './verdict.ts';

const HEAD = 3;

/** One TLV, by offsets in the header. */
interface Found {
  readonly row: Tlv | undefined;
  readonly type: number;
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** Checks TLVs in `start..end`, of which those octets are there that are in `octets`, in the order of the wire. */
export class TlvChecker {
  /** Offset of the value of the first checksum. */
  checksum: number | undefined;
  readonly #spec: Spec;
  readonly #octets: Uint8Array;
  readonly #reading: Reading;
  readonly #headerEnd: number;
  #count = 0;

  constructor(spec: Spec, octets: Uint8Array, reading: Reading, headerEnd: number) {
    this.#spec = spec;
    this.#octets = octets;
    this.#reading = reading;
    this.#headerEnd = headerEnd;
  }

  check(start: number, end: number, parent?: string): void {
    const seen = new Set<number>();
    for (let at = start; at < end;) {
      if (end - at < HEAD) throw new Fault(this.#spec, 'TLV_STRAY_OCTETS', at);
      if (this.#octets.length < at + HEAD) throw new Need(this.#headerEnd);
      const found = tlvAt(this.#spec, this.#octets, at, parent);
      if (found.end > end) throw new Fault(this.#spec, 'TLV_OVERRUN', at);
      if (++this.#count > this.#reading.maxTLVs) throw new Fault(this.#spec, 'TLV_TOO_MANY', at);
      const { row } = found;
      if (row !== undefined && !this.#mayBeGuess(row)) {
        const { min, max } = this.#lengths(row.value);
        const length = found.end - found.value;
        if (length < min || length > max) throw new Fault(this.#spec, 'TLV_BAD_LENGTH', at);
        const repeats = row.repeats === true || this.#reading.duplicates === 'first';
        if (seen.has(found.type) && !repeats) throw new Fault(this.#spec, 'TLV_DUPLICATE', at);
        seen.add(found.type);
        if (row.role === 'checksum') this.checksum ??= found.value;
        if (holdsTlvs(row)) this.check(found.value + min, found.end, row.name);
      }
      at = found.end;
    }
  }

  /** Whether the number is one that anybody uses, so that the row only holds where it fits. */
  #mayBeGuess(row: Tlv): boolean {
    return (
      row.parent === undefined &&
      this.#spec.ranges.some(({ from, to, shared }) => shared && from <= row.code && row.code <= to)
    );
  }

  #lengths(value: Value): { min: number; max: number } {
    const bound = (max: Bound | undefined): number => {
      if (max === undefined) return 0xffff;
      return typeof max === 'number' ? max : (this.#reading as unknown as Record<string, number>)[max.limit]!;
    };
    if (value.kind === 'bytes' || value.kind === 'ascii' || value.kind === 'utf8') {
      return { min: value.min ?? 0, max: bound(value.max) };
    }
    if (value.kind === 'struct') {
      const size = value.fields.reduce((sum, field) => sum + sizeOf(field.value), 0);
      return { min: size, max: value.holds === 'tlvs' ? 0xffff : size };
    }
    return { min: sizeOf(value), max: sizeOf(value) };
  }
}

/** Every vector in checked TLVs, and the values by name. */
export function listTlvs(
  spec: Spec,
  octets: Uint8Array,
  start: number,
  end: number,
): { tlvs: Vector[]; values: Record<string, Plain> } {
  const tlvs: Vector[] = [];
  const values: Record<string, Plain> = {};

  const byNumber = new Map<string, string[]>();
  const untold = new Set<string>();

  function note(name: string, value: Plain | undefined, number?: string): void {
    if (number !== undefined && (value === undefined || Object.hasOwn(values, name))) untold.add(number);
    if (!Object.hasOwn(values, name)) values[name] = value ?? null;
  }

  function add(found: Found, parent: string | undefined): void {
    const { row, type } = found;
    const number = `${parent === undefined ? '' : `${parent}_`}x${hexOf(Uint8Array.of(type)).toUpperCase()}`;
    const name = row?.name ?? number;
    const content = octets.subarray(found.value, found.end);
    const value = row === undefined ? hexOf(content) : valueOf(spec, row, content);
    tlvs.push({
      name,
      type,
      parent: parent ?? null,
      offset: found.start - start,
      octets: hexOf(content),
      ...(value === undefined ? {} : { value }),
    });
    byNumber.set(number, [...(byNumber.get(number) ?? []), hexOf(content)]);
    note(name, value, number);
    if (row?.value.kind === 'variant') {
      const child = spec.tlvs.find((each) => each.parent === name && each.code === content[0]);
      if (child !== undefined) {
        add(
          { row: child, type: child.code, start: found.value, value: found.value + 1, end: found.end },
          name,
        );
      }
    }
    if (row?.value.kind === 'struct') {
      let at = 0;
      for (const field of row.value.fields) {
        const size = sizeOf(field.value);
        note(field.name, valueOf(spec, field, content.subarray(at, at + size)));
        at += size;
      }
      if (holdsTlvs(row)) all(found.value + at, found.end, name);
    }
  }

  function all(from: number, to: number, parent?: string): void {
    for (let at = from; at < to;) {
      const found = tlvAt(spec, octets, at, parent);
      add(found, parent);
      at = found.end;
    }
  }

  all(start, end);
  for (const number of untold) {
    const list = byNumber.get(number)!;
    values[number] = list.length > 1 ? list : list[0]!;
  }
  return { tlvs, values };
}

/** Offset and length of the value of each TLV from `start` on, as far as their heads reach. */
export function headsOf(octets: Uint8Array, start: number): [offset: number, length: number][] {
  const heads: [number, number][] = [];
  for (let at = start; at + HEAD <= octets.length; at += HEAD + heads.at(-1)![1])
    heads.push([at, octets[at + 1]! * 256 + octets[at + 2]!]);
  return heads;
}

/** Whether the octets from `start` on are TLVs, none of type 0, that end where the octets do. */
export function isTlvs(octets: Uint8Array, start: number): boolean {
  const heads = headsOf(octets, start);
  const sizes = heads.reduce((sum, [, length]) => sum + HEAD + length, 0);
  return start + sizes === octets.length && heads.every(([offset]) => octets[offset] !== 0);
}

function tlvAt(spec: Spec, octets: Uint8Array, at: number, parent: string | undefined): Found {
  const type = octets[at]!;
  const row = spec.tlvs.find((each) => each.parent === parent && each.code === type);
  const value = at + HEAD;
  return { row, type, start: at, value, end: value + octets[at + 1]! * 256 + octets[at + 2]! };
}

function holdsTlvs(row: Tlv): boolean {
  return row.value.kind === 'struct' && row.value.holds === 'tlvs';
}

function sizeOf({ kind }: Value): number {
  const sizes: Partial<Record<Value['kind'], number>> = {
    u8: 1,
    flags: 1,
    u16be: 2,
    u16le: 2,
    u32be: 4,
    u32le: 4,
    u64be: 8,
    u64le: 8,
  };
  const size = sizes[kind];
  if (size === undefined) throw new Error(`a ${kind} has no fixed size`);
  return size;
}

/** The value of octets by a row, or undefined where they do not fit it. */
function valueOf(spec: Spec, row: { name: string; value: Value }, octets: Uint8Array): Plain | undefined {
  const { value } = row;
  switch (value.kind) {
    case 'bytes':
      return hexOf(octets);
    case 'ascii': {
      const text = String.fromCharCode(...octets);
      return /^[ -~]*$/.test(text) ? text : undefined;
    }
    case 'utf8': {
      const text = Buffer.from(octets).toString('utf8');
      const wellFormed = Buffer.from(text, 'utf8').equals(octets);
      return wellFormed && !/[\p{Cc}\u2028\u2029]/u.test(text) ? text : undefined;
    }
    case 'struct':
      return true;
    case 'variant': {
      const child = spec.tlvs.find((each) => each.parent === row.name && each.code === octets[0]);
      return child !== undefined && valueOf(spec, child, octets.subarray(1)) !== undefined ? true : undefined;
    }
    case 'u64be':
      return octets.length === 8 ? String(BigInt(`0x${hexOf(octets)}`)) : undefined;
    case 'u64le':
      return octets.length === 8 ? String(BigInt(`0x${hexOf(octets.toReversed())}`)) : undefined;
    case 'u16le':
      return octets.length === 2 ? Number.parseInt(hexOf(octets.toReversed()), 16) : undefined;
    case 'u32le':
      return octets.length === 4 ? Number.parseInt(hexOf(octets.toReversed()), 16) : undefined;
    default:
      return octets.length === sizeOf(value) ? Number.parseInt(hexOf(octets), 16) : undefined;
  }
}
