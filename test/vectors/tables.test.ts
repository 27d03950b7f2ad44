import { describe, expect, test } from 'vitest';
import { spec } from '../../spec/index.ts';
import { decode, ProxyTLV } from '../../src/proxy/index.ts';
import { interpret } from '../proxy/interpreter.ts';
import { outcomeOf, plainOf } from '../proxy/outcome.ts';
import { octetsOf } from './load.ts';

const octetsIn = (wire: string): Uint8Array => octetsOf(wire.replaceAll(' ', ''));

describe('the examples in the tables are what the codec reads', () => {
  const faults = spec.errors
    .filter(({ side }) => side === 'decode')
    .flatMap(({ name, examples }) => examples.map((example) => ({ name, ...example })));
  test.each(faults)('$name at $means', ({ name, wire, means }) => {
    const fault = { status: 'invalid', code: name.toLowerCase().replaceAll('_', '-'), offset: means };
    expect(outcomeOf(decode(octetsIn(wire)))).toEqual(fault);
    expect(interpret(octetsIn(wire))).toEqual(fault);
  });

  const headers = [...spec.pairs, ...spec.v1].flatMap(({ family, transport, examples }) =>
    examples.map((example) => ({ family, transport, ...example })),
  );
  test.each(headers)('$family $transport $wire', ({ family, transport, wire, means }) => {
    const outcome = outcomeOf(decode(octetsIn(wire)));
    expect(outcome).toMatchObject({ status: 'ok', family, protocol: transport, ...(means as object) });
    expect(outcome).toEqual(interpret(octetsIn(wire)));
  });

  const values = spec.tlvs.flatMap(({ name, code, parent, examples }) =>
    examples.map((example) => ({ name, code, parent, ...example })),
  );
  test.each(values)('$name $wire', ({ name, code, parent, wire, means }) => {
    const value = octetsIn(wire);
    const outer = spec.tlvs.find((row) => row.name === parent);
    const inner =
      outer === undefined
        ? head(code, value)
        : outer.value.kind === 'variant'
          ? head(outer.code, Uint8Array.of(code, ...value))
          : head(outer.code, Uint8Array.of(...new Uint8Array(fixedSize(outer.name)), ...head(code, value)));
    const tlv = ProxyTLV.fromRaw(inner);
    const parts = typeof means === 'object' ? means : { [name]: means };
    const read = Object.fromEntries(Object.keys(parts).map((part) => [part, plainOf(tlv?.get(part))]));
    expect(read).toEqual(parts);
    const typed = tlv as unknown as Record<string, unknown>;
    for (const part of Object.keys(parts)) expect(plainOf(typed[part])).toEqual(parts[part]);
  });
});

function head(type: number, value: Uint8Array): Uint8Array {
  return Uint8Array.of(type, value.length >> 8, value.length & 255, ...value);
}

/** Octets before the sub-types of a group, by what its row says. */
function fixedSize(name: string): number {
  const value = spec.tlvs.find((row) => row.name === name)!.value;
  const sizes: Record<string, number> = { flags: 1, u8: 1, u16be: 2, u32be: 4, u32le: 4, u64be: 8 };
  return value.kind === 'struct' ? value.fields.reduce((sum, field) => sum + sizes[field.value.kind]!, 0) : 0;
}
