import { spec } from '../../spec/index.ts';
import type { Value } from '../../spec/types.ts';
import { octetsOf } from './load.ts';

export const octetsIn = (wire: string): Uint8Array => octetsOf(wire.replaceAll(' ', ''));

/** The examples in the rows of TLVs, each as the TLV that holds it: inside that of its parent, where it has one. */
export const tlvExamples = spec.tlvs.flatMap(({ name, code, parent, examples }) =>
  examples.map(({ wire, means }) => ({ name, wire, means, tlv: tlvOf(code, parent, octetsIn(wire)) })),
);

/** A version 2 header with no addresses and one TLV. */
export function headerWith(tlv: Uint8Array): Uint8Array {
  return Uint8Array.of(...octetsIn(spec.preamble.signature), 0x21, 0x00, tlv.length >> 8, tlv.length & 255, ...tlv);
}

function tlvOf(code: number, parent: string | undefined, value: Uint8Array): Uint8Array {
  const outer = spec.tlvs.find((row) => row.name === parent);
  if (outer === undefined) return head(code, value);
  if (outer.value.kind === 'variant') return head(outer.code, Uint8Array.of(code, ...value));
  return head(outer.code, Uint8Array.of(...new Uint8Array(fixedSize(outer.value)), ...head(code, value)));
}

function head(type: number, value: Uint8Array): Uint8Array {
  return Uint8Array.of(type, value.length >> 8, value.length & 255, ...value);
}

/** Octets before the sub-types of a group, by what its row says. */
function fixedSize(value: Value): number {
  const sizes: Record<string, number> = { flags: 1, u8: 1, u16be: 2, u32be: 4, u32le: 4, u64be: 8 };
  return value.kind === 'struct' ? value.fields.reduce((sum, field) => sum + sizes[field.value.kind]!, 0) : 0;
}
