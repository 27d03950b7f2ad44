import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate } from '../../codegen/index.ts';
import { extendSpec, type Meaning, spec, type Spec, type Tlv } from '../../codegen/spec-entry.ts';
import type { Codec } from '../../src/proxy/index.ts';
import { onBase } from './base-tables.ts';
import { ROOT } from './child.ts';

/** Codecs made of the tables of scenarios do what these tables say. The examples in the tables are the measure. */
const SCENARIOS = [
  'a-row-of-your-own',
  'a-sub-type-in-a-row-that-is-not-yours',
  'every-kind-of-value',
  'groups-inside-groups',
  'more-rows-than-bits-of-a-number',
  'names-and-docs-that-code-must-be-kept-safe-from',
  'tables-without-a-checksum-and-without-vendors',
];

type AnyCodec = Codec<Record<string, unknown>>;
type TlvsOf = NonNullable<Parameters<AnyCodec['encode']>[0]['tlvs']>;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'truepeer-codecs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function codecOf(tables: Spec, name: string): Promise<AnyCodec> {
  const out = join(folder, name);
  mkdirSync(out);
  const options = { emit: ['index'], extension: '.ts', wire: `${ROOT}src/wire/index.ts` } as const;
  const files = await generate(tables, { ...options, proxy: `${ROOT}src/proxy/index.ts` });
  for (const file of files) writeFileSync(join(out, file.name), file.text);
  const made = (await import(/* @vite-ignore */ join(out, 'index.ts'))) as { codec: AnyCodec };
  return made.codec;
}

const ENDPOINTS = { srcAddr: '203.0.113.7', dstAddr: '198.51.100.25', srcPort: 4321, dstPort: 25 };
const BLOCK = 'cb007107c633641910e10019';

/** A header of these endpoints, with one TLV. */
function headerWith(code: number, value: string): Buffer {
  const octets = Buffer.from(value.replaceAll(' ', ''), 'hex');
  const tlv = Buffer.concat([Buffer.of(code, octets.length >> 8, octets.length & 0xff), octets]);
  const length = Buffer.of(0, BLOCK.length / 2 + tlv.length);
  return Buffer.concat([
    Buffer.from('0d0a0d0a000d0a515549540a2111', 'hex'),
    length,
    Buffer.from(BLOCK, 'hex'),
    tlv,
  ]);
}

/** A value as the tables write it down. */
function meaningOf(value: unknown): Meaning {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'bigint' ? String(value) : (value as Meaning);
}

function partsOf(row: Tlv, means: Meaning): Record<string, string | number> {
  return typeof means === 'object' ? { ...means } : { [row.name]: means };
}

describe.each(SCENARIOS)('%s', (name) => {
  let tables: Spec;
  let codec: AnyCodec;

  beforeAll(async () => {
    const file = (await import(`./scenarios/${name}/spec.ts`)) as { default: unknown };
    tables = onBase(file.default) as Spec;
    codec = await codecOf(tables, name);
  });

  test('reads every example as the table says, and writes it again', () => {
    const rows = tables.tlvs.filter((row) => row.parent === undefined && row.role === undefined);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      for (const { wire, means } of row.examples) {
        const header = headerWith(row.code, wire);
        const result = codec.decode(header);
        const { tlv } = result.status === 'ok' ? result.data : { tlv: null };
        const parts = partsOf(row, means);
        const values = Object.keys(parts).map((part) => [part, tlv?.[part]] as const);
        expect(Object.fromEntries(values.map(([part, value]) => [part, meaningOf(value)])), row.name).toEqual(
          parts,
        );
        const written = codec.encode({ ...ENDPOINTS, tlvs: Object.fromEntries(values) as TlvsOf });
        expect(Buffer.from(written).toString('hex'), row.name).toBe(header.toString('hex'));
      }
    }
  });

  test('reads every sub-type as the table says', () => {
    for (const row of tables.tlvs.filter((candidate) => candidate.parent === 'SSL')) {
      const [{ wire, means } = { wire: '', means: '' }] = row.examples;
      const octets = Buffer.from(wire.replaceAll(' ', ''), 'hex');
      const head = Buffer.of(row.code, octets.length >> 8, octets.length & 0xff);
      const result = codec.decode(
        headerWith(0x20, `0100000000${head.toString('hex')}${octets.toString('hex')}`),
      );
      expect(result.status === 'ok' && meaningOf(result.data.tlv?.[row.name])).toEqual(means);
    }
  });
});

describe('limits', () => {
  test('a default of your own holds, and only where it was changed', async () => {
    const [limit] = spec.limits.filter((row) => row.name === 'maxAuthority');
    const codec = await codecOf(extendSpec(spec, { limits: [{ ...limit!, default: 3 }] }), 'limits');
    const [fits, over] = ['616263', '61626364'].map((value) => codec.decode(headerWith(0x02, value)));
    expect(fits?.status).toBe('ok');
    expect(over?.status === 'invalid' && over.error.code).toBe('tlv-bad-length');
    expect(codec.decode(headerWith(0x02, '61626364'), { maxAuthority: 4 }).status).toBe('ok');
  });

  test('bounds of a row hold when it is read and when it is written', async () => {
    const row: Tlv = {
      name: 'TOKEN',
      code: 0x40,
      value: { kind: 'bytes', min: 2, max: 4 },
      doc: 'A token.',
      ref: { source: 'PROXY' },
      examples: [{ wire: '01 02', means: '0102' }],
    };
    const codec = await codecOf(extendSpec(spec, { tlvs: [row] }), 'bounds');
    const codes = ['01', '0102', '01020304', '0102030405'].map((value) => {
      const result = codec.decode(headerWith(0x40, value));
      return result.status === 'invalid' ? `${result.error.code} at ${result.error.offset}` : result.status;
    });
    expect(codes).toEqual(['tlv-bad-length at 28', 'ok', 'ok', 'tlv-bad-length at 28']);
    const write = (length: number) => () =>
      codec.encode({ ...ENDPOINTS, tlvs: { TOKEN: new Uint8Array(length) } });
    expect(write(1)).toThrow(expect.objectContaining({ code: 'encode-bad-tlv' }));
    expect(write(2)).not.toThrow();
    expect(write(5)).toThrow(expect.objectContaining({ code: 'encode-bad-tlv' }));
  });
});
