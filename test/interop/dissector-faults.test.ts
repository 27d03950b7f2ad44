import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { AF, decode, encode, type ProxyData } from '../../src/proxy/index.ts';
import { spec } from '../../spec/index.ts';
import { describeWith } from './parts/installed.ts';
import type { Segment } from './parts/pcap.ts';
import { Stage } from './parts/stage.ts';
import { slowCrc32c } from './parts/slow-crc32c.ts';
import { files, octetsOf } from '../vectors/load.ts';
import { alone, dissect, local, octets, type Shown } from './parts/dissect.ts';

const SIGNATURE = octets(spec.preamble.signature);
const { size, length, familyTransport } = spec.preamble;

/** Whether the first octets tell that a header begins. */
function isHeader(payload: Uint8Array): boolean {
  const text = Buffer.from(payload).toString('latin1');
  return text.startsWith('PROXY') || text.startsWith(SIGNATURE.toString('latin1'));
}

/** With octets behind it that no verdict on a fault can depend on, so that the header is whole. */
function completed(payload: Uint8Array): Buffer {
  const given = Buffer.from(payload);
  if (given[0] !== SIGNATURE[0])
    return given.includes(10) ? given : Buffer.concat([given, Buffer.from('\r\n')]);
  const head = Buffer.concat([given, Buffer.alloc(size)]);
  const missing = Math.max(0, size + head.readUInt16BE(length) - given.length);
  return Buffer.concat([given, Buffer.alloc(missing)]);
}

const MOST = 60_000;

/** The octets of a payload in segments that end at these offsets. */
function cut(payload: Uint8Array, ends: readonly number[], client = 0, base = 1): Segment[] {
  return [...ends, payload.length].map((end, i) => {
    const from = ends[i - 1] ?? 0;
    return { payload: payload.subarray(from, end), client, sequence: (base + from) % 2 ** 32 };
  });
}

/** IPv6 addresses in one spelling: tshark writes the last four octets of some as a dotted quad. */
function canonical(shown: Shown): Shown {
  const spelt = Object.entries(shown).map(([name, value]) => [
    name,
    name.endsWith('.ipv6') ? new URL(`http://[${value}]`).hostname : value,
  ]);
  return Object.fromEntries(spelt) as Shown;
}

const codes = (name: string): string => String(spec.commands.find((row) => row.name === name)?.code);

/** What the dissector should show of a header that the codec has read. */
function expectedOf(data: ProxyData): Shown {
  const shown: Shown = { version: String(data.version) };
  if (data.version === 2) shown['command'] = codes(String(data.toJSON()['command']));
  if (data.srcAddr === null) return shown;
  const family = data.family === AF.INET ? 'ipv4' : 'ipv6';
  if (data.family !== AF.INET && data.family !== AF.INET6) return shown;
  return {
    ...shown,
    [`src_addr.${family}`]: String(data.srcAddr),
    [`dst_addr.${family}`]: String(data.dstAddr),
    src_port: String(data.srcPort),
    dst_port: String(data.dstPort),
  };
}

describeWith(['tshark'], 'the post-dissector and the codec', () => {
  const stage = new Stage();

  async function agree(payloads: readonly Uint8Array[]): Promise<Set<string>> {
    // A packet has room for less than a header may have octets.
    const segments = payloads.map((payload, client) =>
      payload.length < MOST ? [{ payload, client }] : cut(payload, [MOST], client),
    );
    const packets = await dissect(stage, segments.flat());
    const shown = segments.map((_, i) => {
      const behind = segments.slice(0, i + 1).reduce((sum, each) => sum + each.length, 0);
      const own = packets.slice(behind - segments[i]!.length, behind);
      // What is wrong may show in the first of several.
      return canonical(
        own.find((packet) => packet['error'] !== undefined && packet['part'] === undefined) ?? own.at(-1)!,
      );
    });
    const seen = new Set<string>();
    payloads.forEach((payload, i) => {
      const result = decode(payload);
      const hex = Buffer.from(payload).toString('hex');
      const [first] = shown[i]!['error']?.split('|') ?? [];
      const code = result.status === 'invalid' ? result.error.code : undefined;
      expect(first, hex).toBe(code);
      if (result.status === 'ok') expect(shown[i], hex).toMatchObject(canonical(expectedOf(result.data)));
      if (result.status === 'incomplete') expect(shown[i], hex).toHaveProperty(['part']);
      seen.add(result.status === 'invalid' ? result.error.code : result.status);
    });
    return seen;
  }

  test('agree on every vector and every example of an error', async () => {
    const vectors = [...files.values()].flat();
    const plain = vectors.filter(({ options, datagram }) => options === undefined && datagram !== true);
    const examples = spec.errors.filter(({ side }) => side === 'decode').flatMap((row) => row.examples);
    const payloads = [
      ...plain.map(({ hex, expected }) =>
        expected.status === 'invalid' ? completed(octetsOf(hex)) : octetsOf(hex),
      ),
      ...examples.map(({ wire }) => completed(octets(wire))),
    ].filter(isHeader);
    const seen = await agree(payloads);
    const possible = spec.errors
      .filter((row) => row.side === 'decode')
      .map(({ name }) => name.toLowerCase().replaceAll('_', '-'));
    const never = ['bad-signature', 'version-not-accepted', 'incomplete-header', 'tlv-unknown-type'];
    expect([...seen].toSorted()).toEqual(
      [...possible.filter((code) => !never.includes(code)), 'incomplete', 'ok'].toSorted(),
    );
  });

  test('agree on headers in which octets were changed', async () => {
    const valid = [...files.values()]
      .flat()
      .filter(
        ({ options, expected, hex }) =>
          options === undefined && expected.status === 'ok' && hex.length < 1000,
      );
    const changed = fc
      .tuple(
        fc.constantFrom(...valid),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 }),
      )
      .map(([{ hex }, changes]) => {
        const payload = Buffer.from(octetsOf(hex));
        for (const [at, octet] of changes) payload[at % payload.length] = octet;
        return completed(payload);
      })
      .filter((payload) => isHeader(payload));
    await agree(fc.sample(changed, { seed: 20_261_130, numRuns: 600 }));
  });
});

describeWith(['tshark'], 'a header that is not in one segment', () => {
  const stage = new Stage();
  const CONTENT = Buffer.from('EHLO client\r\n');
  const v2 = Buffer.from(
    encode({
      srcAddr: '203.0.113.7',
      srcPort: 4321,
      dstAddr: '198.51.100.25',
      dstPort: 25,
      tlvs: { AUTHORITY: 'mx.example.net', SSL: true, SSL_CLIENT: 1, SSL_VERIFY: 0, SSL_VERSION: 'TLSv1.3' },
      checksum: true,
    }),
  );
  const v1 = Buffer.from('PROXY TCP6 2001:db8::7 2001:db8::25 4321 25\r\n');
  let whole: readonly Shown[];

  beforeAll(async () => {
    whole = await dissect(stage, alone([v2, v1]));
    expect(whole[0]).toMatchObject({
      'src_addr.ipv4': '203.0.113.7',
      'tlv.ssl_version': 'TLSv1.3',
      'checksum.status': '1',
    });
    expect(whole[1]).toMatchObject({ 'src_addr.ipv6': '2001:db8::7', src_port: '4321' });
  });

  test('is put together wherever it is cut', async () => {
    for (const [n, header] of [v2, v1].entries()) {
      const segments = Array.from({ length: header.length - 1 }, (_, i) =>
        cut(Buffer.concat([header, CONTENT]), [i + 1], i),
      );
      const shown = await dissect(stage, segments.flat());
      for (let i = 0; i < segments.length; i++) {
        const [first, second] = [shown[2 * i]!, shown[2 * i + 1]!];
        expect(first['part']).toBe(header.subarray(0, i + 1).toString('hex'));
        expect(first['message']).toContain('The header goes on in a later segment');
        expect(second).toEqual({ ...whole[n], segment: `${2 * i + 1}|${2 * i + 2}` });
      }
    }
  });

  test('comes octet by octet, out of order, twice, with sequence numbers that start again', async () => {
    const every = Array.from({ length: v2.length - 1 }, (_, i) => i + 1);
    const octet = cut(v2, every);
    expect((await dissect(stage, octet)).at(-1)).toMatchObject(whole[0]!);

    const base = 2 ** 32 - 20;
    const syn: Segment = { payload: Buffer.alloc(0), sequence: base - 1, flags: ['SYN'] };
    const [first, second, third] = cut(v2, [16, 40], 0, base) as [Segment, Segment, Segment];
    const overlap = cut(v2, [10, 45], 0, base)[1]!;
    const shown = await dissect(stage, [syn, third, first, first, overlap, second]);
    expect(shown.map((each) => each['version'])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      '2',
      undefined,
    ]);
    expect(shown[4]).toMatchObject({ ...whole[0], segment: '3|5|2' });
  });

  test('is named in its first segment once it is known where it ends', async () => {
    const [first, second] = await dissect(stage, cut(v2, [30]), { options: ['-2', '-R', 'tcp'] });
    expect(first).toMatchObject({ reassembled_in: '2' });
    expect(second).toEqual({ ...whole[0], segment: '1|2' });
    // Without a filter the first of two passes shows no fields.
    expect(await dissect(stage, cut(v2, [30]), { options: ['-2'] })).toMatchObject([
      { part: v2.subarray(0, 30).toString('hex') },
      second!,
    ]);
  });

  test('ends with the connection or the datagram, and begins nowhere but at the start', async () => {
    const fin: Segment = { payload: Buffer.alloc(0), sequence: 21, flags: ['FIN'] };
    expect(await dissect(stage, [cut(v2, [20])[0]!, fin])).toMatchObject([
      {},
      { error: 'incomplete-header' },
    ]);
    const [all, part] = await dissect(stage, [
      { payload: v2, udp: true },
      { payload: v2.subarray(0, 30), udp: true },
    ]);
    expect(all).toEqual(whole[0]);
    expect(part).toMatchObject({ error: 'incomplete-header' });
    expect(await dissect(stage, cut(Buffer.concat([CONTENT, v2]), [CONTENT.length]))).toEqual([{}, {}]);
  });
});

describeWith(['tshark'], 'TLVs behind LOCAL, whatever its family', () => {
  const stage = new Stage();
  const header = (pair: string, block: string): Buffer =>
    local(octets(block)).fill(octets(pair), familyTransport, length);
  /** The checksum of a header in the four octets of zero behind `03 0004`. */
  const summed = (whole: Buffer): Buffer => {
    const at = whole.indexOf('03000400000000', 0, 'hex') + 3;
    whole.writeUInt32BE(slowCrc32c(whole, at), at);
    return whole;
  };
  const ZEROS = '00'.repeat(12);

  test.each([
    [
      'right behind the preamble, as a health check of AWS sends them',
      header('11', `03 0004 bce5951f 04 004a ${'00'.repeat(74)}`),
      { 'tlv.type': '0x03|0x04', 'checksum.status': '1' },
    ],
    [
      'with a checksum that is wrong',
      header('11', '03 0004 00000001'),
      { error: 'bad-checksum', 'checksum.status': '0' },
    ],
    [
      'behind zeros in place of addresses',
      summed(header('11', `${ZEROS} 03 0004 00000000`)),
      { opaque: ZEROS, 'tlv.type': '0x03', 'checksum.status': '1' },
    ],
    [
      'in either place, where a checksum decides',
      summed(header('11', '04 0010 000000000000000000 03 0004 00000000')),
      { 'tlv.type': '0x03', 'checksum.status': '1' },
    ],
    ['nowhere', header('11', ZEROS), { opaque: ZEROS }],
  ])('%s', async (_, payload, expected) => {
    const [shown] = await dissect(stage, alone([payload]));
    expect(shown).toMatchObject(expected);
    expect(shown!['error']).toBe((expected as Shown)['error']);
    expect(shown).not.toHaveProperty(['src_port']);
  });
});

describeWith(['tshark'], 'what the post-dissector remarks', () => {
  const stage = new Stage();
  const proxied = (tlvs: string): Buffer =>
    octets(
      `${spec.preamble.signature} 21 11 ${(12 + octets(tlvs).length).toString(16).padStart(4, '0')} cb007107c633641910e10019 ${tlvs}`,
    );

  test.each([
    [
      'a pair that the standard does not name',
      octets(`${spec.preamble.signature} 21 20 0000`),
      'does not name this pair',
    ],
    ['a reserved type', proxied('ff0000'), 'Nobody may send this type'],
    [
      'text that is none',
      proxied('02000161 200009 01 00000000 210001 0a'),
      'octets that its type does not allow',
    ],
    ['text that is no UTF-8', proxied('020002c328'), 'octets that its type does not allow'],
    [
      'a second header',
      Buffer.concat([proxied(''), Buffer.from('PROXY UNKNOWN\r\n')]),
      'Another header follows',
    ],
    [
      'a TLV that is ignored',
      local(octets('050081'.concat('00'.repeat(129)))),
      'shorter or longer than its type allows',
    ],
  ])('%s', async (_, payload, message) => {
    const [shown] = await dissect(stage, alone([payload]));
    expect(shown!['message']).toContain(message);
    expect(shown).not.toHaveProperty(['error']);
  });
});
