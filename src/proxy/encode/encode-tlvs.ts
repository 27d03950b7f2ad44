import {
  type Limits,
  type NamedTlvs,
  type Report,
  type Tables,
  type TlvNode,
  TlvRules,
} from '../../wire/index.ts';

/** A vector to write. */
interface Vector {
  readonly node: TlvNode;
  readonly octets: Uint8Array;
}

/** TLVs as octets, and where among them the value of the checksum is (-1: there is none). */
export interface EncodedTlvs {
  readonly octets: Uint8Array;
  readonly checksum: number;
}

/** Writes TLVs in the order given; a `Report` that throws is told what is wrong with them. */
export class TlvEncoder {
  readonly #tables: Tables;
  readonly #limits: Limits;
  readonly #rules: TlvRules;
  readonly #report: Report;
  /** Row of the checksum, or -1. */
  readonly #checksum: number;
  /** Fixed fields of each row that has some. */
  readonly #fields = new Map<number, number[]>();

  constructor(tables: Tables, limits: Limits, report: Report) {
    this.#tables = tables;
    this.#limits = limits;
    this.#rules = new TlvRules(tables);
    this.#report = report;
    this.#checksum = tables.tlvs.findIndex((entry) => entry.role === 'checksum' && entry.parent < 0);
    tables.tlvs.forEach(({ field, parent }, row) => {
      if (field) this.#fields.set(parent, [...(this.#fields.get(parent) ?? []), row]);
    });
  }

  /** With `checksum` there is one at the end, unless it is among the TLVs. */
  encode(list: readonly NamedTlvs[], checksum: boolean): EncodedTlvs {
    const vectors = list.flatMap((values) => this.#vectorsOf(values));
    const row = this.#tables.tlvs[this.#checksum];
    if (checksum && row !== undefined && this.#checksumIn(vectors) < 0)
      vectors.push(...this.#vectorsOf(new Map([[row.name, new Uint8Array(row.max)]])));
    this.#rules.checkOnce(
      vectors.map(({ node }) => node),
      (node, expected) => this.#report('encode-duplicate-tlv', node.name, node.value, expected),
    );
    return { octets: this.#join(vectors), checksum: this.#checksumIn(vectors) };
  }

  /** Where among the octets of vectors the value of the checksum is, or -1. */
  #checksumIn(vectors: readonly Vector[]): number {
    let p = 0;
    for (const { node, octets } of vectors) {
      p += this.#tables.tlvHeadSize;
      if (node.row === this.#checksum) return p;
      p += octets.length;
    }
    return -1;
  }

  #vectorsOf(values: NamedTlvs): Vector[] {
    return this.#rules
      .treeOf(values, this.#report)
      .map((node) => ({ node, octets: this.#octetsOf(node, values) }));
  }

  /** The octets of a vector's value: given as they are, made of a value, or of what stands in it. */
  #octetsOf({ name, row, value, inside }: TlvNode, values: NamedTlvs): Uint8Array {
    const entry = this.#tables.tlvs[row];
    if (entry === undefined) return value as Uint8Array;
    const { kind, role } = entry;
    const group = kind === 'struct' || kind === 'variant';
    if (!group || (value !== undefined && value !== true)) {
      const octets = this.#single(name, row, value);
      // The value of a checksum is computed once everything else stands.
      return role === 'checksum' ? new Uint8Array(octets.length) : octets;
    }
    const parts = inside.map((node) => ({ node, octets: this.#octetsOf(node, values) }));
    const octets =
      kind === 'variant'
        ? Uint8Array.of(parts[0]!.node.type, ...parts[0]!.octets)
        : concat(this.#fixed(row, values), this.#join(parts));
    return this.#sized(name, row, value, octets);
  }

  /** The fixed fields of a row; zeros where nothing is said. */
  #fixed(row: number, values: NamedTlvs): Uint8Array {
    const { tlvs } = this.#tables;
    const octets = new Uint8Array(tlvs[row]!.min);
    for (const field of this.#fields.get(row) ?? []) {
      const { name, code } = tlvs[field]!;
      const value = values.get(name);
      if (value !== undefined) octets.set(this.#single(name, field, value), code);
    }
    return octets;
  }

  #single(name: string, row: number, value: unknown): Uint8Array {
    return this.#sized(name, row, value, this.#tables.writeTlv(row, value));
  }

  #sized(name: string, row: number, value: unknown, octets: Uint8Array | undefined): Uint8Array {
    const fault = this.#rules.valueFault(row, octets, this.#limits, false);
    if (fault !== undefined) this.#report('encode-bad-tlv', name, value ?? octets, fault);
    return octets!;
  }

  #join(vectors: readonly Vector[]): Uint8Array {
    const { tlvHeadSize, writeTlvHead } = this.#tables;
    const out = new Uint8Array(vectors.reduce((sum, { octets }) => sum + tlvHeadSize + octets.length, 0));
    let p = 0;
    for (const { node, octets } of vectors) {
      writeTlvHead(out, p, node.type, octets.length);
      out.set(octets, p + tlvHeadSize);
      p += tlvHeadSize + octets.length;
    }
    return out;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const octets = new Uint8Array(a.length + b.length);
  octets.set(a);
  octets.set(b, a.length);
  return octets;
}
