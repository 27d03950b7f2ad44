import type { ProblemCode, Report, Values } from '../problem.ts';
import type { Limits } from '../scan.ts';
import type { Tables, TlvEntry } from '../tables.ts';

/** TLVs of one object, by name; what is absent is not in it. */
export type NamedTlvs = ReadonlyMap<string, unknown>;

/** A vector to be. */
export interface TlvNode {
  readonly name: string;
  /** Its row, or -1. */
  readonly row: number;
  /** Its type, or sub-type. */
  readonly type: number;
  /** The names that ask for it: its own, and those of its parts. */
  readonly asked: readonly string[];
  readonly value: unknown;
  readonly inside: readonly TlvNode[];
}

interface Member {
  readonly name: string;
  /** Names of the vectors that the name leads through, the outermost first. */
  readonly chain: readonly string[];
}

/** A number without a row, perhaps inside another. */
const STRANGER = /^(?:(\w+)_)?x([0-9a-fA-F]{2})$/;

/** Most octets behind the preamble of a header. */
export const MOST = 0xffff;

/** The TLVs of an object or a map that are there. */
export function namedTlvs(values: Values | NamedTlvs): NamedTlvs {
  const entries = values instanceof Map ? [...(values as NamedTlvs)] : Object.entries(values);
  return new Map(entries.filter(([, value]) => value !== undefined && value !== null));
}

/** Whether a value holds others by name: an object of no special kind, or a map. */
export function isNamed(value: unknown): value is Values | NamedTlvs {
  return ['[object Object]', '[object Map]'].includes(Object.prototype.toString.call(value));
}

/** The rules about TLVs to send: their names, their values, and how they stand inside each other. */
export class TlvRules {
  readonly #tables: Tables;
  readonly #rows: ReadonlyMap<string, number>;
  /** Names of the vectors that each row stands in, its own last; a field has none of its own. */
  readonly #chains: readonly (readonly string[])[];

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#rows = new Map(tables.tlvs.map(({ name }, row) => [name, row]));
    const chains: string[][] = [];
    for (const { name, parent, field } of tables.tlvs)
      chains.push([...(chains[parent] ?? []), ...(field ? [] : [name])]);
    this.#chains = chains;
  }

  /** The row of a name, or -1. */
  #rowOf(name: string | undefined): number {
    return name === undefined ? -1 : (this.#rows.get(name) ?? -1);
  }

  /**
   * The vectors that one object makes, in the order in which they are first named. Their names are checked, and how they
   * stand inside each other; not their values.
   */
  treeOf(values: NamedTlvs, report: Report): TlvNode[] {
    let known = true;
    for (const [name, value] of values) {
      const fault = this.#rows.has(name) ? undefined : this.#strangerFault(name, value);
      if (fault === undefined) continue;
      known = false;
      report(fault[0], name, value, fault[1]);
    }
    if (!known) return [];
    const members = [...values.keys()].map((name) => ({ name, chain: this.#chainOf(name) }));
    const nodes = this.#inside(0, members, values);
    for (const node of nodes) this.#checkNode(node, values, report);
    return nodes;
  }

  /** Checks that what may stand once among the vectors of a header does. */
  checkOnce(nodes: readonly TlvNode[], report: (node: TlvNode, expected: string) => void): void {
    const seen = new Set<string>();
    for (const node of nodes) {
      if (this.#tables.tlvs[node.row]?.singleton === true && seen.has(node.name))
        report(node, `one ${node.name}, found a second`);
      seen.add(node.name);
    }
  }

  /**
   * What a row takes, where it does not take these octets; else undefined.
   *
   * @param octets what `writeTlv` made of a value; undefined where it could not.
   * @param json whether text may stand for what JSON does not have.
   */
  valueFault(row: number, octets: Uint8Array | undefined, limits: Limits, json: boolean): string | undefined {
    const { kind, min, max, limit } = this.#tables.tlvs[row]!;
    const most = limit === undefined ? max : limits[limit];
    if (octets !== undefined && octets.length >= min && octets.length <= most) return undefined;
    const [native, inJson = native] = TAKES[kind];
    const bounded = min !== most && (min > 0 || most < MOST);
    return `${json ? inJson : native}${bounded ? `, ${min}..${most} octets` : ''}`;
  }

  /** Octets of a vector, its head included. */
  sizeOf(node: TlvNode): number {
    return this.#tables.tlvHeadSize + this.#bodyOf(node);
  }

  #bodyOf({ row, value, inside }: TlvNode): number {
    if (value instanceof Uint8Array) return value.length;
    const entry = this.#tables.tlvs[row];
    if (entry === undefined) return 0;
    if (entry.role === 'checksum') return entry.max;
    if (entry.kind === 'variant') return inside.reduce((sum, each) => sum + this.#bodyOf(each), entry.min);
    if (entry.kind === 'struct') return inside.reduce((sum, each) => sum + this.sizeOf(each), entry.min);
    return this.#tables.writeTlv(row, value)?.length ?? 0;
  }

  #checkNode(node: TlvNode, values: NamedTlvs, report: Report): void {
    if (node.value instanceof Uint8Array) {
      for (const name of node.asked)
        if (name !== node.name)
          report('encode-bad-tlv', name, values.get(name), `none, as ${node.name} is given as octets`);
      return;
    }
    if (this.#tables.tlvs[node.row]?.kind === 'variant' && node.inside.length !== 1) {
      const expected = `exactly one sub-type of ${node.name}, found ${node.inside.length}; a list of TLVs takes several`;
      report('encode-bad-tlv', node.asked[0]!, node.value, expected);
      return;
    }
    for (const each of node.inside) this.#checkNode(each, values, report);
  }

  /** What was expected in place of a name without a row, or of its value. */
  #strangerFault(name: string, value: unknown): readonly [ProblemCode, string] | undefined {
    const [, parent, digits] = STRANGER.exec(name) ?? [];
    const { tlvs, ranges } = this.#tables;
    const row = this.#rowOf(parent);
    if (digits === undefined || (parent !== undefined && !holdsParts(tlvs[row])))
      return ['encode-unknown-tlv', 'the name of a row, or xNN for a number without one'];
    const code = Number.parseInt(digits, 16);
    const range = ranges.find(
      ({ from, to, usable }) => parent === undefined && !usable && from <= code && code <= to,
    );
    if (range !== undefined)
      return ['encode-unknown-tlv', `a number that may be sent; this one is reserved (${range.name})`];
    const named = tlvs.find((entry) => entry.parent === row && entry.code === code && !entry.field);
    // Where any vendor may use the number, a row of one does not bind the others.
    if (named !== undefined && (named.singleton || named.role !== undefined))
      return ['encode-unknown-tlv', `the name ${named.name}`];
    return value instanceof Uint8Array ? undefined : ['encode-bad-tlv', TAKES.bytes[1]!];
  }

  /** The vectors that stand side by side at a depth. */
  #inside(depth: number, members: readonly Member[], values: NamedTlvs): TlvNode[] {
    const groups = new Map<string, Member[]>();
    for (const member of members) {
      const step = member.chain[depth];
      if (step === undefined) continue;
      const group = groups.get(step);
      if (group === undefined) groups.set(step, [member]);
      else group.push(member);
    }
    return [...groups].map(([name, group]) => {
      const row = this.#rowOf(name);
      return {
        name,
        row,
        type: row < 0 ? Number.parseInt(name.slice(-2), 16) : this.#tables.tlvs[row]!.code,
        asked: group.map((member) => member.name),
        value: values.get(name),
        inside: group.length > 1 || group[0]!.name !== name ? this.#inside(depth + 1, group, values) : [],
      };
    });
  }

  #chainOf(name: string): readonly string[] {
    const row = this.#rowOf(name);
    if (row >= 0) return this.#chains[row]!;
    const around = this.#rowOf(STRANGER.exec(name)?.[1]);
    return around < 0 ? [name] : [...this.#chains[around]!, name];
  }
}

/** Whether vectors may stand in a row. */
function holdsParts(entry: TlvEntry | undefined): boolean {
  return entry?.kind === 'variant' || (entry?.kind === 'struct' && entry.max > entry.min);
}

/** What a row of each kind takes, and what it takes where text stands for what JSON does not have. */
const TAKES: Readonly<Record<TlvEntry['kind'], readonly [native: string, json?: string]>> = {
  bytes: ['octets in a Uint8Array', 'octets in a Uint8Array or as hex text'],
  ascii: ['printable US-ASCII'],
  utf8: ['text without control characters'],
  u8: ['a whole number 0..255'],
  flags: ['a whole number 0..255'],
  u16be: ['a whole number 0..65535'],
  u16le: ['a whole number 0..65535'],
  u32be: ['a whole number 0..4294967295'],
  u32le: ['a whole number 0..4294967295'],
  u64be: ['a bigint 0..18446744073709551615', 'a bigint, or decimal text, 0..18446744073709551615'],
  u64le: ['a bigint 0..18446744073709551615', 'a bigint, or decimal text, 0..18446744073709551615'],
  struct: ['true beside its parts by their own names, or its octets'],
  variant: ['true beside a sub-type by its own name, or its octets'],
};
