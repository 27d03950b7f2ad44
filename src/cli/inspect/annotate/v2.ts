import type { Ref, Row, Spec, Tlv } from '../../../../spec/types.ts';
import { V2_CMD } from '../../../../generated/constants.ts';
import { hex, makeCrc32, u16be, u32be, u32le, unhex } from '../../../wire/index.ts';
import { fixedSize, valueMeaning } from './value.ts';
import { showRef } from './annotation.ts';
import type { Annotation } from './annotation.ts';

/**
 * Annotates a version 2 header by the tables, as far as its octets are there and make sense.
 *
 * @param octets the header, or its beginning
 */
export function annotateV2(octets: Uint8Array, spec: Spec): Annotation[] {
  const walk = new Walk(octets, spec);
  walk.preamble();
  return walk.found;
}

/** Octets of a checksum. */
const CHECKSUM_SIZE = 4;

class Walk {
  readonly found: Annotation[] = [];
  readonly #octets: Uint8Array;
  readonly #spec: Spec;

  constructor(octets: Uint8Array, spec: Spec) {
    this.#octets = octets;
    this.#spec = spec;
  }

  preamble(): void {
    const { preamble, commands, families, transports, pairs } = this.#spec;
    const octets = this.#octets;
    const note = (from: number, to: number, field: string, meaning: () => string) => {
      if (octets.length >= to) this.#note(from, to, field, meaning(), preamble.ref, 0);
    };
    const wanted = unhex(preamble.signature) ?? new Uint8Array();
    const signatureEnd = Math.min(wanted.length, octets.length);
    const matches = hex(octets, 0, signatureEnd) === hex(wanted, 0, signatureEnd);
    note(0, signatureEnd, 'signature', () => (matches ? 'PROXY protocol version 2' : 'not the signature'));
    if (!matches || octets.length < wanted.length) return;

    const [versionCommand, familyTransport] = [
      octets[preamble.versionCommand] ?? 0,
      octets[preamble.familyTransport] ?? 0,
    ];
    const command = named(commands, versionCommand & 0xf);
    const pair = pairs.find(({ code }) => code === familyTransport);
    note(preamble.versionCommand, preamble.familyTransport, 'version, command', () => {
      return `version ${versionCommand >> 4}, ${command}`;
    });
    note(preamble.familyTransport, preamble.length, 'family, transport', () => {
      const names = `${named(families, familyTransport >> 4)}, ${named(transports, familyTransport & 0xf)}`;
      return pair === undefined ? names : `${names}: ${pair.doc}`;
    });
    note(preamble.length, preamble.size, 'length', () => `${u16be(octets, preamble.length)} octets follow`);
    if (octets.length < preamble.size) return;

    const end = Math.min(octets.length, preamble.size + u16be(octets, preamble.length));
    if ((versionCommand & 0xf) === V2_CMD.LOCAL || pair === undefined)
      this.#opaque(familyTransport >> 4, end);
    else this.#addresses(pair.family, end);
  }

  /** The payload of a header that names no client. It may hold anything, so octets that are no TLVs are shown as they are. */
  #opaque(family: number, end: number): void {
    const { preamble, families, layouts } = this.#spec;
    const name = families.find(({ code }) => code === family)?.name;
    const size = name === undefined ? end : (layouts.find((layout) => layout.family === name)?.size ?? 0);
    const from = preamble.size;
    const to = Math.min(end, from + size);
    if (to > from)
      this.#note(from, to, 'payload', 'skipped: it says nothing about a client', preamble.ref, 0);
    const before = this.found.length;
    if (this.#tlvs(to, end, undefined, 0)) return;
    this.found.length = before;
    this.#note(to, end, 'payload', 'opaque', preamble.ref, 0);
  }

  #addresses(family: string, end: number): void {
    const layout = this.#spec.layouts.find((candidate) => candidate.family === family);
    let at = this.#spec.preamble.size;
    for (const field of layout?.fields ?? []) {
      const size = fixedSize(field, layout?.size ?? 0, layout?.fields.length ?? 1);
      if (at + size > end) {
        this.#missing(at, end, field.name, at + size - end, this.#spec.preamble.ref, 0);
        return;
      }
      this.#note(
        at,
        at + size,
        field.name,
        valueMeaning(field.value, this.#octets.subarray(at, at + size)),
        this.#spec.preamble.ref,
        0,
      );
      at += size;
    }
    this.#tlvs(at, end, undefined, 0);
  }

  /** Vectors up to `end`; false when their lengths do not end there. */
  #tlvs(from: number, end: number, parent: string | undefined, depth: number): boolean {
    const head = this.#spec.tlvHead.size;
    let at = from;
    while (at < end) {
      if (at + head > end)
        return this.#missing(at, end, 'TLV', at + head - end, this.#spec.preamble.ref, depth);
      const type = this.#octets[at] ?? 0;
      const row = this.#row(type, parent);
      const ref = row?.ref ?? this.#rangeOf(type)?.ref ?? this.#spec.preamble.ref;
      const length = u16be(this.#octets, at + 1);
      const name = row?.name ?? `x${hex(this.#octets, at, at + 1).toUpperCase()}`;
      this.#note(at, at + head, name, this.#about(type, row, length), ref, depth);
      at += head;
      if (at + length > end) return this.#missing(at, end, 'value', at + length - end, ref, depth + 1);
      this.#value(row, at, at + length, ref, depth + 1);
      at += length;
    }
    return true;
  }

  #value(row: Tlv | undefined, from: number, to: number, ref: Ref, depth: number): void {
    const value = row?.value ?? { kind: 'bytes' as const };
    if (value.kind === 'struct') return this.#struct(row as Tlv, from, to, depth);
    if (value.kind === 'variant' && to > from) {
      const subType = this.#octets[from] ?? 0;
      const child = this.#row(subType, row?.name);
      this.#note(
        from,
        from + 1,
        child?.name ?? 'sub-type',
        child?.doc ?? `0x${subType.toString(16)}: unknown`,
        child?.ref ?? ref,
        depth,
      );
      return this.#value(child, from + 1, to, child?.ref ?? ref, depth + 1);
    }
    if (to === from) return;
    const meaning = valueMeaning(value, this.#octets.subarray(from, to));
    const check = row?.role === 'checksum' && to - from === CHECKSUM_SIZE ? this.#checked(from) : '';
    this.#note(from, to, 'value', meaning + check, ref, depth);
  }

  /** Whether the checksum at an offset is right: that of the whole header, its own octets taken as zero. */
  #checked(from: number): string {
    const end = this.#spec.preamble.size + u16be(this.#octets, this.#spec.preamble.length);
    if (end > this.#octets.length) return ', not checked: the header is not whole';
    const due = makeCrc32(this.#spec.checksum.polynomial)(this.#octets, end, from);
    if (due === u32be(this.#octets, from)) return ', right';
    const swapped = due === u32le(this.#octets, from) ? '; its octets stand in reverse order' : '';
    return `, wrong: 0x${due.toString(16).padStart(8, '0')} is due${swapped}`;
  }

  #struct(row: Tlv, from: number, to: number, depth: number): void {
    if (row.value.kind !== 'struct') return;
    let at = from;
    for (const field of row.value.fields) {
      const fieldEnd = at + fixedSize(field, 0, 1);
      if (fieldEnd > to) {
        this.#missing(at, to, field.name, fieldEnd - to, row.ref, depth);
        return;
      }
      this.#note(
        at,
        fieldEnd,
        field.name,
        valueMeaning(field.value, this.#octets.subarray(at, fieldEnd)),
        row.ref,
        depth,
      );
      at = fieldEnd;
    }
    if (row.value.holds === 'tlvs') this.#tlvs(at, to, row.name, depth);
  }

  #row(code: number, parent: string | undefined): Tlv | undefined {
    return this.#spec.tlvs.find((row) => row.code === code && row.parent === parent);
  }

  #rangeOf(type: number): Spec['ranges'][number] | undefined {
    return this.#spec.ranges.find(({ from, to }) => type >= from && type <= to);
  }

  #about(type: number, row: Tlv | undefined, length: number): string {
    const what = row?.doc ?? this.#rangeOf(type)?.doc ?? 'Not registered.';
    return `type 0x${type.toString(16).padStart(2, '0')}, ${length} octets: ${what}`;
  }

  #missing(from: number, end: number, field: string, count: number, ref: Ref, depth: number): false {
    this.#note(
      from,
      end,
      field,
      `${count} more ${count === 1 ? 'octet' : 'octets'} expected here`,
      ref,
      depth,
    );
    return false;
  }

  #note(from: number, to: number, field: string, meaning: string, ref: Ref, depth: number): void {
    const octets = this.#octets.subarray(from, to);
    this.found.push({ offset: from, octets, field, meaning, section: showRef(ref), depth });
  }
}

function named(rows: readonly Row[], code: number): string {
  return rows.find((row) => row.code === code)?.name ?? `0x${code.toString(16)} (undefined)`;
}
