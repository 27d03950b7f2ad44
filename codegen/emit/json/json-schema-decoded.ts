import type { Layout, Spec } from '../../../spec/types.ts';
import type { JsonValue } from '../../json.ts';
import type { Entry, Model } from '../../model.ts';
import { kebab } from '../../names.ts';
import { NONE, PORT, type Schema } from './json-schema-parts.ts';
import { readValue } from './json-schema-values.ts';
import { hexDigits, IPV4, ipv6 } from './patterns.ts';

const ADDRESSES = ['srcAddr', 'srcPort', 'dstAddr', 'dstPort'];

/** A header that was read, as `ProxyData.toJSON` gives it. */
export function decodedSchema({ entries, spec }: Model): Schema {
  const names = (rows: readonly { name: string }[]): Schema => ({
    enum: [...rows.map((row) => row.name), null],
  });
  const codes = spec.errors.filter((row) => row.side === 'decode').map((row) => kebab(row.name));
  const text: Schema = { type: ['string', 'null'] };
  return {
    description: 'A header that was read: names for numbers, null for what is absent.',
    type: 'object',
    properties: {
      version: { enum: [1, 2, null] },
      command: { description: 'Of version 2 only.', ...names(spec.commands) },
      family: names(spec.families),
      protocol: names(spec.transports),
      srcAddr: text,
      srcPort: PORT,
      dstAddr: text,
      dstPort: PORT,
      tlv: { anyOf: [NONE, tlvs(entries)] },
      valid: { type: 'boolean' },
      error: { description: 'Why it is not valid.', type: 'string' },
      errorCode: { description: 'Null where somebody else gave the reason.', enum: [...codes, null] },
    },
    required: ['version', 'command', 'family', 'protocol', ...ADDRESSES, 'tlv', 'valid'],
    additionalProperties: false,
    allOf: [
      {
        if: { properties: { valid: { const: true } } },
        // oxlint-disable-next-line unicorn/no-thenable
        then: { properties: { error: false, errorCode: false } },
        else: { required: ['error', 'errorCode'] },
      },
      { anyOf: [malformed(), line(spec), ...binary(spec)] },
    ],
  };
}

function nulls(names: readonly string[]): { [name: string]: JsonValue } {
  return Object.fromEntries(names.map((name) => [name, NONE]));
}

function malformed(): Schema {
  const absent = nulls(['version', 'command', 'family', 'protocol', ...ADDRESSES, 'tlv']);
  return { properties: { ...absent, valid: { const: false } } };
}

/** Nobody but `withError` can say what is wrong with a header that is well-formed. */
const WELL_FORMED: { readonly [name: string]: JsonValue } = { errorCode: NONE };

function line(spec: Spec): Schema {
  const rules = spec.v1.filter((rule) => rule.family !== undefined);
  // With the option `mixedFamilies` a line may name addresses of both families.
  const either: Schema = { type: 'string', pattern: `${IPV4}|${ipv6('0-9a-f')}` };
  const port: Schema = { type: 'integer' };
  const choices = rules.map(({ family, transport }) => {
    const proxied = spec.layouts.some((layout) => layout.family === family);
    const ends = proxied
      ? { srcAddr: either, srcPort: port, dstAddr: either, dstPort: port }
      : nulls(ADDRESSES);
    return { properties: { family: { const: family! }, protocol: { const: transport! }, ...ends } };
  });
  return {
    properties: { version: { const: 1 }, command: NONE, tlv: NONE, ...WELL_FORMED },
    anyOf: choices,
  };
}

function binary(spec: Spec): Schema[] {
  const known = (rows: readonly { name: string }[]): Schema => ({ enum: rows.map((row) => row.name) });
  const two: { readonly [name: string]: JsonValue } = {
    version: { const: 2 },
    command: known(spec.commands),
    family: known(spec.families),
    protocol: known(spec.transports),
    ...WELL_FORMED,
  };
  const named = spec.pairs.filter((pair) => spec.layouts.some((layout) => layout.family === pair.family));
  const proxied = named.map((pair) => ({
    properties: {
      ...two,
      command: { not: { const: 'LOCAL' }, ...known(spec.commands) },
      family: { const: pair.family },
      protocol: { const: pair.transport },
      ...endpoints(spec.layouts.find((layout) => layout.family === pair.family)!),
    },
  }));
  const pairs = named.map((pair) => ({
    properties: { family: { const: pair.family }, protocol: { const: pair.transport } },
  }));
  const local: Schema = {
    anyOf: [
      { properties: { command: { not: { const: 'LOCAL' } } } },
      { properties: { family: { const: 'UNSPEC' }, protocol: { const: 'UNSPEC' } } },
    ],
  };
  return [
    ...proxied,
    { properties: { ...two, ...nulls(ADDRESSES) }, allOf: [local, { not: { anyOf: pairs } }] },
  ];
}

function endpoints(layout: Layout): { [name: string]: JsonValue } {
  const kinds: Readonly<Record<string, Schema>> = {
    ipv4: { $ref: '#/$defs/ipv4' },
    ipv6: { type: 'string', pattern: ipv6('0-9a-f') },
    unixPath: { type: 'string' },
    u16be: { type: 'integer' },
  };
  return {
    ...nulls(ADDRESSES),
    ...Object.fromEntries(layout.fields.map((field) => [field.name, kinds[field.value.kind]!])),
  };
}

function tlvs(entries: readonly Entry[]): Schema {
  const octets: Schema = { type: 'string', pattern: hexDigits(0) };
  return {
    description: 'TLVs by name: octets in hex, integers of eight octets in decimal.',
    type: 'object',
    properties: Object.fromEntries(entries.map((entry) => [entry.name, readValue(entry)])),
    patternProperties: {
      '^(?:\\w+_)?x[0-9a-fA-F]{2}$': { anyOf: [octets, { type: 'array', items: octets, minItems: 2 }] },
    },
    additionalProperties: false,
  };
}
