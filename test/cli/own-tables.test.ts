import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pcap, tcpPacket } from './captures.ts';
import { truepeer } from './support.ts';
import type { Outcome } from './support.ts';

const ROWS = [
  {
    name: 'OUR_TENANT',
    code: 0xe4,
    value: { kind: 'utf8' },
    doc: 'Tenant of the client.',
    ref: { source: 'truepeer' },
    examples: [{ wire: '61', means: 'a' }],
  },
  {
    name: 'OUR_WEIGHT',
    code: 0xe5,
    value: { kind: 'u16be' },
    doc: 'Weight of the client.',
    ref: { source: 'truepeer' },
    examples: [{ wire: '0001', means: 1 }],
  },
];
const HEX = '0d0a0d0a000d0a515549540a21110018cb007107c633641910e10019e4000461636d65e500020007';

const LOADER = join(import.meta.dirname, '../../codegen/typescript-loader.mjs');
const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** Runs the program itself: vitest would load a table of TypeScript in its own way. */
async function program(args: readonly string[]): Promise<Outcome> {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', LOADER, MAIN, ...args]);
  return { code: status ?? -1, out: stdout.toString(), err: stderr.toString() };
}

describe('truepeer with tables of your own', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'truepeer-own-'));
    writeFileSync(file('tables.json'), JSON.stringify({ extends: 'truepeer/spec', tlvs: ROWS }));
    const source = (rows: unknown) =>
      `import { extendSpec, spec } from 'truepeer/spec';\nexport default extendSpec(spec, { tlvs: ${JSON.stringify(rows)} });\n`;
    writeFileSync(file('tables.ts'), source(ROWS));
    writeFileSync(file('bad.ts'), source([{ ...ROWS[0], code: 0xea }]));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['tables.ts', program],
    ['tables.json', truepeer],
  ] as const)('%s: encode takes their names, inspect shows them', async (name, run) => {
    const before = readdirSync(tmpdir()).filter((entry) => entry.startsWith('truepeer-tables-'));
    const spec = ['--spec', file(name)];
    const tlvs = ['--tlv', 'OUR_TENANT=acme', '--tlv', 'OUR_WEIGHT=7'];
    expect(await run(['encode', ...spec, ...tlvs])).toEqual({ code: 0, out: `${HEX}\n`, err: '' });
    const { code, out } = await run(['inspect', '--json', ...spec, HEX]);
    expect({ code, json: JSON.parse(out) as unknown }).toMatchObject({
      code: 0,
      json: { header: { tlv: { OUR_TENANT: 'acme', OUR_WEIGHT: 7 } } },
    });
    const { fields } = JSON.parse(out) as { fields: unknown[] };
    expect(fields.slice(-2)).toEqual([
      expect.objectContaining({ field: 'OUR_WEIGHT', meaning: 'type 0xe5, 2 octets: Weight of the client.' }),
      expect.objectContaining({ field: 'value', meaning: '7' }),
    ]);
    expect(readdirSync(tmpdir()).filter((entry) => entry.startsWith('truepeer-tables-'))).toEqual(before);
  });

  it('a capture is read by them', async () => {
    const payload = Buffer.from(HEX, 'hex');
    const packet = tcpPacket({ from: [10, 0, 0, 1, 4], to: [10, 0, 0, 2, 25], sequence: 1, payload });
    const { out } = await truepeer(
      ['inspect', '--spec', file('tables.json'), '-'],
      pcap([packet], { linkType: 101 }),
    );
    expect(out).toContain('OUR_TENANT');
  });

  it('encode checks JSON by them', async () => {
    const json = (tlvs: unknown) =>
      JSON.stringify({ srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25, tlvs });
    const encode = (tlvs: unknown) => truepeer(['encode', '--spec', file('tables.json'), json(tlvs)]);
    expect(await encode({ OUR_TENANT: 'acme', OUR_WEIGHT: 7 })).toMatchObject({ code: 0, out: `${HEX}\n` });
    expect(await encode({ OUR_WEIGHT: 70_000 })).toMatchObject({
      code: 2,
      err: expect.stringContaining('tlvs.OUR_WEIGHT: expected a whole number 0..65535'),
    });
  });

  it('send names what it sends', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const args = [
      'send',
      '--spec',
      file('tables.json'),
      '--tlv',
      'OUR_TENANT=acme',
      '--to',
      `127.0.0.1:${port}`,
    ];
    const { code, out } = await truepeer(args);
    server.close();
    expect(code).toBe(1);
    expect(out).toMatch(/client 203\.0\.113\.7:4321, server 198\.51\.100\.25:25, OUR_TENANT \(35 octets\)/u);
  });

  it('a name that is none of theirs is wrong usage', async () => {
    expect(await truepeer(['encode', '--spec', file('tables.json'), '--tlv', 'OUR_TENNANT=a'])).toEqual({
      code: 2,
      out: '',
      err:
        "error: option '--tlv <name=value>' argument 'OUR_TENNANT=a' is invalid. There is no TLV OUR_TENNANT; did you " +
        'mean OUR_TENANT?\n(add --help to see what is possible)\n',
    });
  });

  it('problems of the tables are told with their place: exit 1', async () => {
    const { code, out, err } = await program(['inspect', '--spec', file('bad.ts'), HEX]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      /bad\.ts:2:\d+ - error duplicate-code: "OUR_TENANT" has code 0xea, which "AWS" has already; /u,
    );
    expect(err).toMatch(/\nerror: the tables of --spec have problems\.\n$/u);
  });

  it('a file that is none is wrong usage: exit 2', async () => {
    expect(await truepeer(['inspect', '--spec', file('none.ts'), HEX])).toEqual({
      code: 2,
      out: '',
      err: `error: ${file('none.ts')} is no file; --spec names the file of the tables.\n`,
    });
  });
});
