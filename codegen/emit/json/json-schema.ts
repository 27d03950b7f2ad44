import type { Layout, Row, Spec } from '../../../spec/types.ts';
import type { JsonValue } from '../../json.ts';
import type { Model } from '../../model.ts';
import type { Draft } from '../../print.ts';
import { decodedSchema } from './json-schema-decoded.ts';
import { NONE, PORT, type Schema } from './json-schema-parts.ts';
import { onceInList, tlvsSchema } from './json-schema-tlvs.ts';
import { IPV4, ipv6, PATH } from './patterns.ts';
import { addressOctets } from '../../octets.ts';

/** The JSON Schema of a header: at the root of one to send, under `$defs/decoded` of one that was read. */
export function emitJsonSchema(model: Model): Draft {
  const { spec } = model;
  return {
    name: 'schema.json',
    from: 'spec/',
    json: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:truepeer:header',
      title: 'PROXY protocol header',
      description:
        'A header to send, in JSON. A header that was read is in $defs/decoded. Not said here, as JSON Schema has no words for it: text is bounded in octets of UTF-8 and not in characters; all TLVs together fit 65535 octets; octets given for a group of TLVs are whole TLVs; an object names at most one sub-type without a row for each group that holds one.',
      type: 'object',
      properties: {
        version: { description: 'Default 2.', enum: [1, 2, null] },
        command: { description: 'Default PROXY.', enum: codes(spec.commands) },
        family: { description: 'Default: that of the addresses.', enum: codes(spec.families) },
        protocol: {
          description: 'Transport. Default STREAM, and UNSPEC where the family is.',
          enum: codes(spec.transports),
        },
        srcAddr: { description: 'Address of the client.', type: ['string', 'null'] },
        dstAddr: { description: 'Address the client connected to.', type: ['string', 'null'] },
        srcPort: { description: 'Port of the client.', ...PORT },
        dstPort: { description: 'Port the client connected to.', ...PORT },
        tlvs: {
          description: 'TLVs by name; a list of such objects may repeat what may repeat.',
          anyOf: [
            { type: 'null' },
            { $ref: '#/$defs/tlvs' },
            { type: 'array', items: { $ref: '#/$defs/tlvs' }, allOf: onceInList(model) },
          ],
        },
        checksum: { description: 'Add a checksum over the whole header.', type: ['boolean', 'null'] },
      },
      additionalProperties: false,
      allOf: [versions(), families(spec)],
      $defs: {
        ipv4: { type: 'string', pattern: IPV4 },
        ipv6: { type: 'string', pattern: ipv6('0-9a-fA-F') },
        unixPath: { type: 'string', pattern: PATH, maxLength: pathOctets(spec) },
        tlvs: tlvsSchema(model),
        decoded: decodedSchema(model),
      },
    } as unknown as JsonValue,
  };
}

const NOWHERE = { srcAddr: NONE, dstAddr: NONE, srcPort: NONE, dstPort: NONE };

/** Numbers and names of a table, and null. */
function codes(rows: readonly Row[]): JsonValue[] {
  return [...rows.flatMap(({ name, aliases = [], code }) => [name, ...aliases, code]), null];
}

function versions(): Schema {
  return {
    if: { properties: { version: { const: 1 } }, required: ['version'] },
    // oxlint-disable-next-line unicorn/no-thenable
    then: {
      properties: { tlvs: { enum: [null, []] }, checksum: { enum: [false, null] }, command: { not: LOCAL } },
    },
  };
}

const LOCAL: Schema = { enum: ['LOCAL', 0] };

/** What command and family say about addresses, ports and transport. */
function families(spec: Spec): Schema {
  const unspec = spec.families.find((row) => row.name === 'UNSPEC')!;
  const local: Schema = {
    properties: {
      family: { enum: codes([unspec]) },
      protocol: { enum: transports(spec, unspec.name) },
      ...NOWHERE,
    },
  };
  const none: Schema = {
    allOf: [
      { properties: { family: { enum: codes([unspec]).slice(0, -1) }, ...NOWHERE } },
      pairing(spec, unspec.name),
    ],
    required: ['family'],
  };
  const named = spec.layouts.map((layout) => ({
    allOf: [withLayout(layout, familyOf(spec, layout.family)), pairing(spec, layout.family)],
    required: ['family', 'srcAddr', 'dstAddr'],
  }));
  const inferred = spec.layouts.map((layout) => ({
    allOf: [
      withLayout(layout, null),
      pairing(spec, layout.family),
      ...(isPaths(layout) ? [{ anyOf: [startsLikePath('srcAddr'), startsLikePath('dstAddr')] }] : []),
    ],
    required: ['srcAddr', 'dstAddr'],
  }));
  return {
    if: { properties: { command: LOCAL }, required: ['command'] },
    // oxlint-disable-next-line unicorn/no-thenable
    then: local,
    else: { anyOf: [none, ...named, ...inferred] },
  };
}

function familyOf(spec: Spec, name: string): Row {
  return spec.families.find((row) => row.name === name)!;
}

function isPaths(layout: Layout): boolean {
  return layout.fields.some((field) => field.value.kind === 'unixPath');
}

function startsLikePath(field: string): Schema {
  return { properties: { [field]: { type: 'string', pattern: '^[/\\u0000]' } } };
}

/** Addresses and ports of a family that is named, or (null) left out. */
function withLayout(layout: Layout, family: Row | null): Schema {
  const fields = layout.fields.map(({ name, value }): [string, JsonValue] => {
    if (value.kind === 'u16be') return [name, { type: 'integer' }];
    if (value.kind !== 'ipv6') return [name, { $ref: `#/$defs/${value.kind}` }];
    return [name, { anyOf: [{ $ref: '#/$defs/ipv6' }, { $ref: '#/$defs/ipv4' }] }];
  });
  const ports = layout.fields.filter(({ value }) => value.kind === 'u16be').map(({ name }) => name);
  const without = ports.length > 0 ? {} : { srcPort: NONE, dstPort: NONE };
  return {
    properties: {
      family: { enum: family === null ? [null] : codes([family]).slice(0, -1) },
      ...Object.fromEntries(fields),
      ...without,
    },
    required: ports,
  };
}

/** Version 2 names certain pairs only; version 1 says UNKNOWN for the others. */
function pairing(spec: Spec, family: string): Schema {
  return {
    anyOf: [
      { properties: { version: { const: 1 } }, required: ['version'] },
      { properties: { protocol: { enum: transports(spec, family) } } },
    ],
  };
}

function transports(spec: Spec, family: string): JsonValue[] {
  const names = spec.pairs.filter((pair) => pair.family === family).map((pair) => pair.transport);
  return codes(spec.transports.filter((row) => names.includes(row.name)));
}

function pathOctets(spec: Spec): number {
  const sizes = spec.layouts.flatMap((layout) =>
    layout.fields.filter((field) => field.value.kind === 'unixPath').map(addressOctets),
  );
  return Math.max(0, ...sizes);
}
