import { FAULT, Scan, type Tables } from '../wire/index.ts';
import { faultOf, ProxyError } from './error.ts';
import { type ProxyTLVOf, TlvMap } from './tlv.ts';

/** What a class of TLVs offers beside its instances. */
export interface TlvClass<V> {
  readonly prototype: ProxyTLVOf<V>;
  /** Names by type. */
  readonly PP2_TYPENAME: Readonly<Record<number, string>>;
  /** Parses TLVs as a whole: null when there are none, or when one is malformed. */
  fromRaw(raw: Uint8Array): ProxyTLVOf<V> | null;
  /**
   * Parses TLVs. A malformed one ends it: what stood before it is returned, or, with `partialOk: false`, a
   * `ProxyError` is thrown. With `strict: true` a type that has no row counts as malformed.
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
      return raw.length === 0 || fault(raw) !== undefined ? null : ProxyTLV.of(raw, 0, raw.length);
    }

    static parse(chunk: Uint8Array, options: { partialOk?: boolean; strict?: boolean } = {}): ProxyTLVOf<V> {
      const scan = fault(chunk);
      let end = scan === undefined ? chunk.length : wholeBefore(chunk, scan.offset);
      if (scan !== undefined && options.partialOk === false) throw faultOf(tables.errors, chunk, scan);
      if (options.strict === true) {
        const unknown = ProxyTLV.of(chunk, 0, end).vectors.find((vector) => !known.has(vector.name));
        if (unknown !== undefined && options.partialOk === false) {
          throw new ProxyError(unknownType, unknown.offset, unknown.name);
        }
        if (unknown !== undefined) end = wholeBefore(chunk, unknown.offset);
      }
      return ProxyTLV.of(chunk, 0, end);
    }

    static nameToNum(name: string): number | null {
      return tables.tlvs.find((entry) => entry.name === name && !entry.field)?.code ?? null;
    }
  }

  const known = new Set(tables.tlvs.map((entry) => entry.name));
  const unknownType = tables.errors.find((entry) => entry.code === 'tlv-unknown-type')!;
  tables.tlvs.forEach(({ name }, row) => {
    Object.defineProperty(ProxyTLV.prototype, name, {
      configurable: true,
      get(this: TlvMap) {
        return this.read(row);
      },
    });
  });

  /** What is wrong with TLVs, or undefined. */
  function fault(raw: Uint8Array): Scan | undefined {
    const scan = new Scan();
    const end = tables.scanTlvs(raw, 0, raw.length, raw.length, tables.limits, scan);
    return end === FAULT ? scan : undefined;
  }

  return ProxyTLV as unknown as TlvClass<V>;
}

/** End of the last vector that is over before `offset`. */
function wholeBefore(b: Uint8Array, offset: number): number {
  let p = 0;
  while (p + 3 <= offset) {
    const next = p + 3 + ((b[p + 1]! << 8) | b[p + 2]!);
    if (next > offset) break;
    p = next;
  }
  return p;
}
