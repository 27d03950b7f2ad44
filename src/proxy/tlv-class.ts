import { TLV_HEAD_SIZE } from '../../generated/tlv-table.ts';
import { ascii, FAULT, Scan, type Tables, utf8 } from '../wire/index.ts';
import { faultOf, ProxyError } from './error.ts';
import { type ProxyTLVOf, TlvMap, type ValueReader } from './tlv.ts';

/** What a class of TLVs offers beside its instances. */
export interface TlvClass<V> {
  readonly prototype: ProxyTLVOf<V>;
  /** Names by type. */
  readonly PP2_TYPENAME: Readonly<Record<number, string>>;
  /** Parses TLVs as a whole: null when there are none, or when one is malformed. */
  fromRaw(raw: Uint8Array): ProxyTLVOf<V> | null;
  /**
   * Parses TLVs. A malformed one ends it: what stood before it is returned, or, with `partialOk: false`, a
   * `ProxyError` is thrown. A group whose inside is malformed then has the value false, and the parts before the
   * fault. With `strict: true` a `ProxyError` is thrown for a type that has no row.
   */
  parse(chunk: Uint8Array, options?: { partialOk?: boolean; strict?: boolean }): ProxyTLVOf<V>;
  /** The type or sub-type of a name, or null. */
  nameToNum(name: string): number | null;
  /** Wraps TLVs that were checked. */
  of(b: Uint8Array, start: number, end: number): ProxyTLVOf<V>;
}

/** Makes the class for a set of tables: one property for each of its rows. */
export function makeTlvClass<V>(tables: Tables<V>): TlvClass<V> {
  class ProxyTLV extends TlvMap {
    static readonly PP2_TYPENAME = tables.typeNames;

    static of(b: Uint8Array, start: number, end: number): ProxyTLVOf<V> {
      return new ProxyTLV(tables, b, start, end) as unknown as ProxyTLVOf<V>;
    }

    static fromRaw(raw: Uint8Array): ProxyTLVOf<V> | null {
      return raw.length === 0 || faultIn(tables, raw) !== undefined ? null : ProxyTLV.of(raw, 0, raw.length);
    }

    static parse(chunk: Uint8Array, options: { partialOk?: boolean; strict?: boolean } = {}): ProxyTLVOf<V> {
      const scan = faultIn(tables, chunk);
      if (scan !== undefined && options.partialOk === false) throw faultOf(tables, chunk, scan);
      const parsed =
        scan === undefined
          ? ProxyTLV.of(chunk, 0, chunk.length)
          : before(ProxyTLV, tables, chunk, scan.offset);
      const unknown = parsed.vectors.find((vector) => !known.has(vector.name));
      if (options.strict === true && unknown !== undefined) {
        throw new ProxyError(unknownType, unknown.offset, unknown.name);
      }
      return parsed;
    }

    static nameToNum(name: string): number | null {
      return tables.tlvs.find((entry) => entry.name === name && !entry.field)?.code ?? null;
    }
  }

  const known = new Set(tables.tlvs.map((entry) => entry.name));
  const unknownType = tables.errors.find((entry) => entry.code === 'tlv-unknown-type')!;
  tables.tlvs.forEach(({ name }, row) => {
    Object.defineProperty(ProxyTLV.prototype, name, { configurable: true, get: getterOf(tables, row) });
  });

  return ProxyTLV as unknown as TlvClass<V>;
}

/** The fault in TLVs, or undefined. */
function faultIn(tables: Tables, raw: Uint8Array): Scan | undefined {
  const scan = new Scan();
  const end = tables.scanTlvs(raw, 0, raw.length, raw.length, tables.limits, scan);
  return end === FAULT ? scan : undefined;
}

/** The TLVs that end before a fault at `offset`; of a group that holds the fault, the parts before it. */
function before<V>(
  ProxyTLV: Pick<TlvClass<V>, 'of'>,
  tables: Tables,
  raw: Uint8Array,
  offset: number,
): ProxyTLVOf<V> {
  const end = wholeBefore(raw, offset);
  const group = tables.tlvs.find(
    ({ kind, parent, code }) => kind === 'struct' && parent < 0 && code === raw[end],
  );
  const inside = group === undefined ? -1 : offset - end - TLV_HEAD_SIZE - group.min;
  if (group === undefined || inside < 0) return ProxyTLV.of(raw, 0, end);
  const shortened = Uint8Array.from(raw.subarray(0, offset));
  tables.writeTlvHead(shortened, end, group.code, group.min + inside);
  const parsed = ProxyTLV.of(shortened, 0, faultIn(tables, shortened) === undefined ? offset : end);
  if (parsed.has(group.name)) {
    parsed.set(group.name, false);
    Object.defineProperty(parsed, group.name, { value: false });
  }
  return parsed;
}

/** A getter that goes straight to where a row must stand; through the index where that takes more than one look. */
function getterOf(tables: Tables, row: number): (this: TlvMap) => unknown {
  const { parent, code, field, min } = tables.tlvs[row]!;
  const outer = tables.tlvs[parent];
  const read = readerOf(tables, row);
  if (outer === undefined) {
    return function top() {
      return this.readTop(code, read);
    };
  }
  if (outer.parent >= 0 || outer.kind !== 'struct' || !outer.singleton) {
    return function indexed() {
      return this.read(row);
    };
  }
  if (field) {
    return function fixed() {
      return this.readField(outer.code, code, min, read);
    };
  }
  return function inside() {
    return this.readInside(outer.code, outer.min, code, read);
  };
}

/** How the octets of a row are read; text whose length the scan has checked, without a detour over the table. */
function readerOf(tables: Tables, row: number): ValueReader {
  const { kind, singleton } = tables.tlvs[row]!;
  if (singleton && kind === 'ascii') return ascii;
  if (singleton && kind === 'utf8') return utf8;
  return (b, from, to) => tables.readTlv(row, b, from, to);
}

/** End of the last vector that is over before `offset`. */
function wholeBefore(b: Uint8Array, offset: number): number {
  let p = 0;
  while (p + TLV_HEAD_SIZE <= offset) {
    const next = p + TLV_HEAD_SIZE + ((b[p + 1]! << 8) | b[p + 2]!);
    if (next > offset) break;
    p = next;
  }
  return p;
}
