import { hex, type Tables } from '../../wire/index.ts';
import type { AS_READ } from './as-read.ts';
import type { Header } from './header.ts';
import type { TlvVector } from '../tlv.ts';

type Values = Record<string, unknown>;

/** A decoded header, as far as writing it again needs it. */
type DecodedHeader = Required<Omit<Header<never>, 'tlvs' | 'checksum' | typeof AS_READ>> & {
  readonly tlv: { readonly vectors: readonly TlvVector[]; get(name: string): unknown } | null;
};

/** The parts of a decoded header, such that encoding them gives the same header again. */
export function headerOf(data: DecodedHeader, tables: Tables): Header<Values> {
  const { version, command, family, protocol, srcAddr, srcPort, dstAddr, dstPort } = data;
  const tlvs = data.tlv === null ? [] : groups(data.tlv.vectors, (name) => data.tlv!.get(name), tables);
  const fields = { version, command, family, protocol, srcAddr, srcPort, dstAddr, dstPort };
  return tlvs.length === 0 ? fields : { ...fields, tlvs };
}

/** One object for each top-level vector. What its names could not tell again is given as octets. */
function groups(vectors: readonly TlvVector[], get: (name: string) => unknown, tables: Tables): Values[] {
  const list: Values[] = [];
  for (let i = 0; i < vectors.length;) {
    const outer = vectors[i++]!;
    const from = i;
    while (i < vectors.length && vectors[i]!.parent !== null) i++;
    const inner = vectors.slice(from, i);
    const row = tables.tlvs.findIndex((entry) => entry.name === outer.name);
    const entry = tables.tlvs[row];
    const plain = inner.every((each) => each.parent === outer.name && each.value !== true);
    const once = new Set(inner.map((each) => each.name)).size === inner.length;
    if (entry?.kind === 'struct' && entry.singleton && plain && once) {
      const fields = tables.tlvs.filter((field) => field.field && field.parent === row);
      list.push(
        Object.fromEntries([...fields.map(({ name }) => [name, get(name)]), ...inner.map(named)]) as Values,
      );
    } else if (entry?.singleton === false && entry.role === undefined && outer.value === undefined) {
      // The row of one vendor, and octets that do not fit it: they are of another.
      list.push({ [`x${hex(Uint8Array.of(outer.type))}`]: outer.octets });
    } else if (entry?.kind === 'variant' && inner.length === 1 && plain) {
      list.push(Object.fromEntries(inner.map(named)));
    } else {
      list.push({ [outer.name]: outer.value === true ? outer.octets : named(outer)[1] });
    }
  }
  return list;
}

function named(vector: TlvVector): [string, unknown] {
  return [vector.name, vector.value ?? vector.octets];
}
