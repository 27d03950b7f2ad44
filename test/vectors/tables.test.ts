import { describe, expect, test } from 'vitest';
import { spec } from '../../spec/index.ts';
import { decode, ProxyTLV } from '../../src/proxy/index.ts';
import { interpret } from '../proxy/interpreter.ts';
import { outcomeOf, plainOf } from '../proxy/outcome.ts';
import { octetsIn, tlvExamples } from './examples.ts';

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

  test.each(tlvExamples)('$name $wire', ({ name, means, tlv: octets }) => {
    const tlv = ProxyTLV.fromRaw(octets);
    const parts = typeof means === 'object' ? means : { [name]: means };
    const read = Object.fromEntries(Object.keys(parts).map((part) => [part, plainOf(tlv?.get(part))]));
    expect(read).toEqual(parts);
    const typed = tlv as unknown as Record<string, unknown>;
    for (const part of Object.keys(parts)) expect(plainOf(typed[part])).toEqual(parts[part]);
  });
});
