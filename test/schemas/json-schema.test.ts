import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generate } from '../../codegen/generate.ts';
import { extendSpec } from '../../codegen/extend.ts';
import schema from '../../generated/schema.json' with { type: 'json' };
import { decodedSchema, headerSchema } from '../../generated/schemas.ts';
import { spec } from '../../spec/index.ts';
import { decode, decodeDatagram, encode } from '../../src/proxy/index.ts';
import { encodeVectors, files, octetsOf, revive } from '../vectors/load.ts';
import { headerInput } from './header-inputs.ts';
import { inJson } from './in-json.ts';

const ajv = new Ajv2020({ strict: true });
const isHeader = ajv.compile(schema);
const isDecoded = ajv.compile({ $ref: `${schema.$id}#/$defs/decoded` });

/** What JSON Schema has no words for, and the description of the schema says so. */
const UNSAID = [
  /^expected text without control characters, \d+\.\.\d+ octets$/u,
  /^expected true beside its parts by their own names, or its octets, \d+\.\.\d+ octets$/u,
  /^expected exactly one sub-type of \w+, found \d+; a list of TLVs takes several$/u,
];

/** Nor for the length of a header; hex of this many characters does not fit in any. */
const LONGEST = 2 * 65_535;

/** Messages of zod on what the JSON Schema accepts, except those of `UNSAID`. */
function contradictions(header: unknown): string[] {
  if (JSON.stringify(header).length > LONGEST) return [];
  const messages = headerSchema.safeParse(header).error?.issues.map(({ message }) => message) ?? [];
  return messages.filter((message) => !UNSAID.some((known) => known.test(message)));
}

function told(validate: ValidateFunction, value: unknown): string[] {
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('Ajv in strict mode compiles', () => {
  test.each(Object.keys(schema.$defs))('%s by itself', (name) => {
    expect(ajv.compile({ $ref: `${schema.$id}#/$defs/${name}` })).toBeTypeOf('function');
  });

  test('the schema of other tables, with groups of every kind in a list', async () => {
    const about = { doc: 'A row.', ref: { source: 'PROXY', section: '2.2.8' } };
    const tables = extendSpec(spec, {
      tlvs: [
        {
          ...about,
          name: 'OUTER',
          code: 0x40,
          value: { kind: 'variant' },
          examples: [{ wire: '01 05', means: { INNER: 5 } }],
        },
        {
          ...about,
          name: 'INNER',
          parent: 'OUTER',
          code: 1,
          value: { kind: 'u8' },
          examples: [{ wire: '05', means: 5 }],
        },
        {
          ...about,
          name: 'HOLDER',
          code: 0x41,
          value: {
            kind: 'struct',
            fields: [{ name: 'COUNT', value: { kind: 'u16be' }, doc: 'A count.' }],
            holds: 'tlvs',
          },
          examples: [{ wire: '00 01', means: { COUNT: 1 } }],
        },
        {
          ...about,
          name: 'HELD',
          parent: 'HOLDER',
          code: 1,
          value: { kind: 'utf8' },
          examples: [{ wire: '61', means: 'a' }],
        },
      ],
    });
    const [file] = await generate(tables, { emit: ['schema'] });
    const validate = new Ajv2020({ strict: true }).compile(JSON.parse(file!.text) as object);
    const tcp = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };
    expect(validate({ ...tcp, tlvs: [{ INNER: 5 }, { HOLDER: true, COUNT: 1, HELD: 'a' }] })).toBe(true);
    expect(validate({ ...tcp, tlvs: [{ INNER: 5 }, { OUTER: '0105' }] })).toBe(false);
  });
});

describe('a header to send', () => {
  test('zod and the JSON Schema accept and refuse the same, and encode writes what they accept', () => {
    const counts = { accepted: 0, refused: 0, unsaid: 0 };
    fc.assert(
      fc.property(headerInput, (input) => {
        const json = inJson(input);
        const problems = told(isHeader, json);
        const parsed = headerSchema.safeParse(json);
        if (parsed.success) {
          counts.accepted++;
          expect(problems).toEqual([]);
          expect(encode(parsed.data)).toBeInstanceOf(Uint8Array);
        } else if (problems.length > 0) {
          counts.refused++;
        } else {
          counts.unsaid++;
          expect(contradictions(json)).toEqual([]);
        }
      }),
      { seed: 20_261_126, numRuns: 1500 },
    );
    expect(counts.accepted).toBeGreaterThan(250);
    expect(counts.refused).toBeGreaterThan(250);
    expect(counts.unsaid).toBeLessThan(15);
  });

  const TCP = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };
  test.each([
    ['octets of text', { AUTHORITY: 'ß'.repeat(128) }],
    ['the length of all', { NOOP: '00'.repeat(65_530) }],
    ['what is inside a group of octets', { SSL: '0100000000ff' }],
    ['sub-types without a row', { AWS_x02: '', AWS_x07: '' }],
  ])('it does not say all: %s', (_, tlvs) => {
    expect(told(isHeader, { ...TCP, tlvs })).toEqual([]);
    expect(headerSchema.safeParse({ ...TCP, tlvs }).success).toBe(false);
    expect(contradictions({ ...TCP, tlvs })).toEqual([]);
  });

  test.each(encodeVectors.map((vector) => [vector.name, vector] as const))('%s', (_, { header, error }) => {
    const json = inJson(revive(header));
    const problems = told(isHeader, json);
    if (problems.length === 0) expect(contradictions(json)).toEqual([]);
    else expect(headerSchema.safeParse(json).success).toBe(false);
    if (error === undefined) expect(problems).toEqual([]);
  });
});

describe('a header that was read', () => {
  const vectors = [...files].flatMap(([file, list]) => list.map((vector) => ({ file, ...vector })));
  const read = vectors.flatMap(({ file, name, hex, options, datagram }) => {
    const result = (datagram === true ? decodeDatagram : decode)(octetsOf(hex), options);
    return result.status === 'incomplete' ? [] : [[`${file}: ${name}`, result.data] as const];
  });

  test.each(read)('%s', (_, data) => {
    expect(told(isDecoded, inJson(data))).toEqual([]);
  });

  test('with a field of another header it is refused where zod refuses it', () => {
    const documents = read.map(([, data]) => inJson(data) as Record<string, unknown>);
    const fields = [...new Set(documents.flatMap((document) => Object.keys(document)))];
    const any = fc.constantFrom(...documents);
    let refused = 0;
    fc.assert(
      fc.property(any, any, fc.subarray(fields, { minLength: 1, maxLength: 2 }), (one, other, names) => {
        const mixed = { ...one, ...Object.fromEntries(names.map((name) => [name, other[name]])) };
        const json = inJson(mixed);
        const parsed = decodedSchema.safeParse(json);
        if (!parsed.success) refused++;
        expect(told(isDecoded, json).length === 0, JSON.stringify(json)).toBe(parsed.success);
      }),
      { seed: 20_261_126, numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(300);
    expect(refused).toBeLessThan(1200);
  });

  test.each<Record<string, unknown>>([
    { tlv: { NOOP: '0G' } },
    { tlv: { GCP_PSC_CONNECTION_ID: '18446744073709551616' } },
    { tlv: { XF5: '00' } },
    { tlv: { SSL: false } },
    { srcAddr: '203.0.113.07' },
    { srcPort: 65_536 },
    { errorCode: 'no-such-code' },
    { extra: 1 },
  ])('%j is no part of one', (change) => {
    const [, data] = read.find(([name]) => name.startsWith('tlv-valid: '))!;
    const json = { ...(inJson(data) as object), ...change };
    expect(decodedSchema.safeParse(json).success).toBe(false);
    expect(told(isDecoded, json)).not.toEqual([]);
  });
});
