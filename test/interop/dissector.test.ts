import { expect, test } from 'vitest';
import { generate } from '../../codegen/generate.ts';
import { spec } from '../../spec/index.ts';
import type { Spec, Tlv } from '../../spec/types.ts';
import { describeWith } from './parts/installed.ts';
import { Stage } from './parts/stage.ts';
import { alone, dissect, local, octets, type Shown } from './parts/dissect.ts';

const MISFIT = 'The octets do not fit the row of this number, which others may use, too';
const LOCAL = { version: '2', command: '0', family: '0', transport: '0' };

/** A whole vector around a value, within those that hold it. */
function vector(row: Tlv, value: Uint8Array, tables: Spec): Buffer {
  const parent = tables.tlvs.find((each) => each.name === row.parent);
  if (parent?.value.kind === 'variant') {
    return vector(parent, Buffer.concat([Uint8Array.of(row.code), value]), tables);
  }
  const own = Buffer.concat([Uint8Array.of(row.code, value.length >> 8, value.length & 0xff), value]);
  return parent === undefined ? own : vector(parent, Buffer.concat([new Uint8Array(5), own]), tables);
}

/** What an example must show under the name of its row, and of all that its meaning names. */
function expectedOf(row: Tlv, example: Tlv['examples'][number]): Shown {
  const { means } = example;
  const named = typeof means === 'object' ? means : { [row.name]: means };
  const shown = Object.entries(named).map(([name, value]) => [`tlv.${name.toLowerCase()}`, String(value)]);
  return Object.fromEntries(shown.filter(([, value]) => value !== '')) as Shown;
}

describeWith(['tshark'], 'the post-dissector in tshark', () => {
  const stage = new Stage();

  test('names every row of the tables, each by its examples', async () => {
    const cases = spec.tlvs.flatMap((row) => row.examples.map((example) => ({ row, example })));
    const payloads = cases.map(({ row, example }) => local(vector(row, octets(example.wire), spec)));
    const shown = await dissect(stage, alone(payloads));
    expect(cases.length).toBeGreaterThanOrEqual(spec.tlvs.length);
    cases.forEach(({ row, example }, i) => {
      const expected = expectedOf(row, example);
      expect(shown[i], row.name).toMatchObject({ ...LOCAL, ...flagsInHex(expected) });
      expect(shown[i], row.name).not.toHaveProperty(['tlv.unregistered']);
      expect(shown[i], row.name).not.toHaveProperty(['tlv.misfit']);
      // The example of the checksum stands in a header that is not its own.
      expect(shown[i]!['error'], row.name).toBe(row.role === 'checksum' ? 'bad-checksum' : undefined);
    });
  });

  test('names what a header says, and shows whole what it cannot name', async () => {
    const pair = (code: number): Buffer =>
      octets(spec.pairs.find((each) => each.code === code)!.examples[0]!.wire);
    const line = (name: string): Buffer =>
      octets(spec.v1.find((rule) => rule.name === name)!.examples.at(-1)!.wire);
    const cases: [payload: Uint8Array, shown: Shown][] = [
      [
        line('tcp4'),
        {
          version: '1',
          line: 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25',
          'src_addr.ipv4': '203.0.113.7',
          'dst_addr.ipv4': '198.51.100.25',
          src_port: '4321',
          dst_port: '25',
        },
      ],
      [
        Buffer.concat([line('tcp6'), Buffer.from('EHLO x\r\n')]),
        {
          version: '1',
          line: 'PROXY TCP6 2001:db8::7 ::ffff:198.51.100.25 4321 25',
          'src_addr.ipv6': '2001:db8::7',
          'dst_addr.ipv6': '::ffff:198.51.100.25',
          src_port: '4321',
          dst_port: '25',
        },
      ],
      [line('unknown'), { version: '1', line: 'PROXY UNKNOWN ffff' }],
      [
        pair(0x22),
        {
          version: '2',
          command: '1',
          family: '2',
          transport: '2',
          length: '36',
          'src_addr.ipv6': '2001:db8::7',
          'dst_addr.ipv6': '::ffff:198.51.100.53',
          src_port: '50000',
          dst_port: '53',
        },
      ],
      [
        pair(0x32),
        {
          version: '2',
          command: '1',
          family: '3',
          transport: '2',
          length: '216',
          'src_addr.unixpath': 'a',
          'dst_addr.unixpath': '/run/s.sock',
        },
      ],
      [
        local(octets('20 000e 03 00000001 21 0003 616263 99 0000')),
        {
          ...LOCAL,
          length: '17',
          'tlv.type': '0x20|0x21|0x99',
          'tlv.ssl': '030000000121000361626399'.concat('0000'),
          'tlv.ssl_client': '0x03',
          'tlv.ssl_client.ssl': '1',
          'tlv.ssl_client.cert_conn': '1',
          'tlv.ssl_client.cert_sess': '0',
          'tlv.ssl_verify': '1',
          'tlv.ssl_version': 'abc',
        },
      ],
      [
        local(octets('ee 0004 01 330000 e0 0001 ff ea 0002 09 41 f0 0001 41')),
        {
          ...LOCAL,
          length: '20',
          'tlv.type': '0xee|0xe0|0xea|0xf0',
          'tlv.azure': '01330000',
          'tlv.misfit': '01330000|ff|0941',
          'tlv.unregistered': '41',
          message: [MISFIT, MISFIT, MISFIT].join('|'),
        },
      ],
      // What is no TLV behind a header without a client is ignored.
      [local(octets('04 0009 00')), { ...LOCAL, length: '4', opaque: '04000900' }],
      [local(octets('ea 0001 01')), { ...LOCAL, length: '4', 'tlv.type': '0xea', 'tlv.aws': '01' }],
      [
        local(octets('ee 0001 01')),
        {
          ...LOCAL,
          length: '4',
          'tlv.type': '0xee',
          'tlv.azure': '01',
          'tlv.misfit': '01',
          message: MISFIT,
        },
      ],
      [
        octets(`${spec.preamble.signature} 20 11 0003 040000`),
        { ...LOCAL, family: '1', transport: '1', length: '3', 'tlv.type': '0x04' },
      ],
      [
        octets(`${spec.preamble.signature} 20 11 000f ${'00'.repeat(11)}ff 040000`),
        {
          ...LOCAL,
          family: '1',
          transport: '1',
          length: '15',
          opaque: `${'00'.repeat(11)}ff`,
          'tlv.type': '0x04',
        },
      ],
      [Buffer.from('EHLO client\r\n'), {}],
    ];
    const shown = await dissect(stage, alone(cases.map(([payload]) => payload)));
    expect(shown).toEqual(cases.map(([, expected]) => expected));
  });

  test("names the TLVs of a user's own tables", async () => {
    const ref = { source: 'truepeer' };
    const tables: Spec = {
      ...spec,
      tlvs: [
        ...spec.tlvs,
        {
          name: 'OWN_TENANT',
          code: 0xf5,
          value: { kind: 'utf8' },
          doc: 'Who pays: "us" \\ ü.',
          ref,
          examples: [{ wire: 'c3 bc', means: 'ü' }],
        },
        {
          name: 'AWS_ZONE',
          parent: 'AWS',
          code: 9,
          value: { kind: 'u16be' },
          doc: 'Zone.',
          ref,
          examples: [{ wire: '01 02', means: 258 }],
        },
      ],
    };
    const [script] = await generate(tables, { emit: ['truepeer'] });
    const path = await stage.file('own.lua', script!.text);
    const payload = local(octets('f5 0002 c3bc ea 0003 09 0102'));
    expect(await dissect(stage, alone([payload]), { script: path, tables })).toEqual([
      {
        ...LOCAL,
        length: '11',
        'tlv.type': '0xf5|0xea',
        'tlv.own_tenant': 'ü',
        'tlv.aws': '090102',
        'tlv.aws_zone': '258',
      },
    ]);
  });
});

/** Flags are shown in hex. */
function flagsInHex(shown: Shown): Shown {
  const flags = new Set(
    spec.tlvs
      .flatMap(({ value }) =>
        value.kind === 'struct' ? value.fields.filter((field) => field.value.kind === 'flags') : [],
      )
      .map((field) => `tlv.${field.name.toLowerCase()}`),
  );
  const hex = (value: string): string => `0x${Number(value).toString(16).padStart(2, '0')}`;
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [name, flags.has(name) ? hex(value) : value]),
  );
}
