import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/cli/inspect/capture/capture-file.ts';
import { ethernet, ipv4, pcap, pcapng, tcpOverIpv6, tcpPacket, udpPacket } from './captures.ts';
import type { Endpoint } from './captures.ts';
import { truepeer } from './support.ts';

const V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007107c633641910e10019', 'hex');
const FROM: Endpoint = [10, 0, 0, 1, 40000];
const TO: Endpoint = [10, 0, 0, 2, 25];
const packet = tcpPacket({ from: FROM, to: TO, sequence: 1, payload: V2 });

interface Told {
  verdict: string;
  from: string;
  via?: string;
  transport: string;
  octets: number;
  followedBy?: { name: string; text: string };
  hole?: { from: number; to: number | null };
}

/** What `--json` says of each connection of a capture, and what it says of the capture. */
async function told(capture: Buffer): Promise<{ code: number; list: Told[]; err: string }> {
  const { code, out, err } = await truepeer(['inspect', '--json', '-'], capture);
  return { code, list: out === '' ? [] : (JSON.parse(out) as Told[]), err };
}

const raw = (packets: readonly Buffer[]) => pcap(packets, { linkType: 101 });

/** A header of a tunnel in hex, and what it wraps. */
const wrap = (hex: string, inside: Buffer) => Buffer.concat([Buffer.from(hex, 'hex'), inside]);

describe('truepeer inspect, tunnels', () => {
  const inner = ethernet('0800', packet);
  it.each([
    { via: 'MPLS 16 17', frame: ethernet('8847', wrap('0001004000011140', packet)) },
    { via: 'MPLS 16', frame: ethernet('8847', wrap('0001014000000000', inner)) },
    { via: 'PPPoE', frame: ethernet('8864', wrap('1100000100000021', packet)) },
    { via: 'IPv4 in IP', frame: ethernet('0800', ipv4(4, packet)) },
    { via: 'GRE', frame: ethernet('0800', ipv4(47, wrap('00000800', packet))) },
    {
      via: 'GRE 7, VLAN 3',
      frame: ethernet('0800', ipv4(47, wrap('2000655800000007', ethernet('810000030800', packet)))),
    },
    {
      via: 'ERSPAN',
      frame: ethernet('0800', ipv4(47, wrap('100088be000000011000000100000000', inner))),
    },
    { via: 'VXLAN 66', frame: ethernet('0800', udpPacket(4789, wrap('0800000000004200', inner))) },
    {
      via: 'Geneve 66',
      frame: ethernet('0800', udpPacket(6081, wrap('010065580000420000000000', inner))),
    },
    { via: 'GTP 5', frame: ethernet('0800', udpPacket(2152, wrap('30ff004400000005', packet))) },
    {
      via: 'VXLAN 1, VXLAN 2',
      frame: ethernet(
        '0800',
        udpPacket(
          4789,
          wrap('0800000000000100', ethernet('0800', udpPacket(4789, wrap('0800000000000200', inner)))),
        ),
      ),
    },
    {
      via: undefined,
      frame: wrap('', Buffer.concat([Buffer.alloc(12), Buffer.from('0050aaaa030000000800', 'hex'), packet])),
    },
  ])('names what a connection came in: $via', async ({ via, frame }) => {
    const { code, list } = await told(pcap([frame]));
    expect({ code, ...list[0] }).toMatchObject({ code: 0, verdict: 'ok', from: '10.0.0.1:40000' });
    expect(list[0]?.via).toBe(via);
    const { out } = await truepeer(['inspect', '-'], pcap([frame]));
    expect(out.split('\n')[0]).toBe(`10.0.0.1:40000 -> 10.0.0.2:25${via === undefined ? '' : `, in ${via}`}`);
  });

  it('ends with a name where tunnels are in one another without end', async () => {
    let frame = packet;
    for (let count = 0; count < 40; count++) frame = ipv4(4, frame);
    const { err } = await told(raw([frame]));
    expect(err).toContain('1 packets: 1 tunnels inside one another.');
  });

  it('cut anywhere, no packet is taken for another', async () => {
    const frame = ethernet('0800', udpPacket(4789, wrap('0800000000000100', inner)));
    for (let length = 1; length < frame.length; length++) {
      const { code } = await truepeer(['inspect', '-'], pcap([frame.subarray(0, length)]));
      expect([1, 2]).toContain(code);
    }
  });
});

describe('truepeer inspect, what a capture holds beside connections', () => {
  it('is named, and counted', async () => {
    const capture = pcap([
      ethernet('0800', packet),
      ethernet('0800', udpPacket(53, Buffer.from('question'))),
      ethernet('0800', udpPacket(53, Buffer.from('question'))),
      ethernet('0800', ipv4(1, Buffer.alloc(8))),
      ethernet('0800', ipv4(50, Buffer.alloc(8))),
      ethernet('0800', ipv4(6, Buffer.alloc(24), 3)),
      ethernet('0806', Buffer.alloc(28)),
      ethernet('1234', Buffer.alloc(28)),
    ]);
    const { code, out } = await truepeer(['inspect', '-'], capture);
    expect(code).toBe(0);
    expect(out.split('\n').slice(-2)).toEqual([
      'Not looked into: 2 UDP datagrams without a PROXY header, 1 ICMP, 1 ESP of IPsec, encrypted, ' +
        '1 IP fragments behind the first one, 1 ARP, 1 Ethernet type 0x1234.',
      '',
    ]);
  });

  it('and said where there is nothing else', async () => {
    const syn = tcpPacket({ from: FROM, to: TO, sequence: 9, syn: true, payload: Buffer.alloc(0) });
    expect(await told(raw([udpPacket(53, Buffer.from('?')), syn]))).toEqual({
      code: 2,
      list: [],
      err:
        'error: Expected a TCP connection with payload in the capture; it has 2 packets: ' +
        '1 UDP datagrams without a PROXY header, 1 TCP connections without payload.\n',
    });
  });

  it('explains a datagram with a header, once for each client', async () => {
    const header = Buffer.from(V2);
    header[13] = 0x12;
    const { list } = await told(raw([udpPacket(53, header), udpPacket(53, header)]));
    expect(list).toEqual([
      expect.objectContaining({ verdict: 'ok', transport: 'UDP', from: '10.1.0.1:5000' }),
    ]);
  });
});

describe('truepeer inspect, holes', () => {
  const part = (from: number, to: number, more = {}) =>
    tcpPacket({ from: FROM, to: TO, sequence: 1 + from, payload: V2.subarray(from, to), ...more });
  const syn = tcpPacket({ from: FROM, to: TO, sequence: 0, syn: true, payload: Buffer.alloc(0) });

  it('names the octets of a segment that the capture lacks', async () => {
    const capture = raw([syn, part(0, 10), part(20, 28)]);
    const { code, list } = await told(capture);
    expect({ code, ...list[0] }).toMatchObject({
      code: 1,
      verdict: 'incomplete',
      octets: 10,
      hole: { from: 10, to: 20 },
    });
    const { out } = await truepeer(['inspect', '-'], capture);
    expect(out).toMatch(/^The capture lacks octets 10 to 19: a segment is missing\.$/mu);
  });

  it('names packets that are cut off', async () => {
    const capture = raw([syn, packet.subarray(0, 60)]);
    expect((await told(capture)).list[0]).toMatchObject({ octets: 20, hole: { from: 20, to: null } });
    const { out } = await truepeer(['inspect', '-'], capture);
    expect(out).toMatch(
      /^The capture holds no octets from 20 on: packets are cut off \(tcpdump -s 0\), or are fragments\.$/mu,
    );
  });

  it('is content when a segment that came again fills the hole', async () => {
    const { list } = await told(raw([syn, packet.subarray(0, 60), part(10, 28)]));
    expect(list[0]).toMatchObject({ verdict: 'ok', octets: 28 });
    expect(list[0]).not.toHaveProperty('hole');
  });
});

describe('truepeer inspect, connections', () => {
  const send = (sequence: number, payload: string | Buffer, more = {}) =>
    tcpPacket({ from: FROM, to: TO, sequence, payload: Buffer.from(payload), ...more });

  it('names what follows a header in a later segment', async () => {
    const { list } = await told(raw([send(1, V2), send(29, 'EHLO client.example\r\n')]));
    expect(list[0]?.followedBy).toEqual({ name: 'smtp', text: 'an SMTP command: EHLO client.example' });
  });

  it.each([{ rst: true }, { fin: true }])('is told when it ends: %j', async (end) => {
    const { list } = await told(
      raw([
        send(1, 'PROXY '),
        send(7, '', end),
        tcpPacket({ from: [10, 0, 0, 3, 4], to: TO, sequence: 1, payload: V2 }),
      ]),
    );
    expect(list.map(({ from, verdict }) => [from, verdict])).toEqual([
      ['10.0.0.1:40000', 'incomplete'],
      ['10.0.0.3:4', 'ok'],
    ]);
  });
});

describe('truepeer inspect, files', () => {
  it('reads gzip, also when it is cut off or damaged', async () => {
    const noise = Array.from({ length: 500 }, (_, n) =>
      udpPacket(n, createHash('sha512').update(`${n}`).digest()),
    );
    const capture = raw([packet, ...noise]);
    const packed = gzipSync(capture);
    expect(await told(packed)).toMatchObject({ code: 0, list: [{ verdict: 'ok' }] });
    expect(await told(packed.subarray(0, -40))).toMatchObject({ code: 0, list: [{ verdict: 'ok' }] });
    packed[packed.length - 20_000]! ^= 1;
    const damaged = await told(packed);
    expect(damaged.list).toMatchObject([{ verdict: 'ok' }]);
    expect(damaged.err).toContain('The data of gzip is damaged behind what was read.\n');
    expect(
      await truepeer(['inspect', '-'], Buffer.concat([gzipSync('').subarray(0, 10), Buffer.alloc(9, 0xff)])),
    ).toEqual({
      code: 1,
      out: '',
      err: 'error: The data of gzip is damaged behind what was read.\n',
    });
    expect(await truepeer(['inspect', '--json', '-'], gzipSync(V2))).toMatchObject({ code: 0 });
  });

  it('says where a capture is cut off or damaged', async () => {
    const capture = raw([packet, packet]);
    expect((await told(capture.subarray(0, -1))).err).toBe('The capture ends inside a packet.\n');
    const damaged = Buffer.from(capture);
    damaged.fill(0xff, 24 + 16 + packet.length + 8, 24 + 16 + packet.length + 12);
    expect((await told(damaged)).err).toBe('The capture is damaged: a packet of 4294967295 octets.\n');
  });

  it('pcapng: several sections of either byte order, interfaces, unknown blocks, simple and old packets', () => {
    const block = (little: boolean, type: number, words: readonly number[], rest = Buffer.alloc(0)) => {
      const body = Buffer.concat([octets(little, words), rest, Buffer.alloc(-rest.length & 3)]);
      const length = octets(little, [body.length + 12]);
      return Buffer.concat([octets(little, [type]), length, body, length]);
    };
    const octets = (little: boolean, words: readonly number[]) => {
      const buffer = Buffer.alloc(words.length * 4);
      words.forEach((word, at) =>
        little ? buffer.writeUInt32LE(word, at * 4) : buffer.writeUInt32BE(word, at * 4),
      );
      return buffer;
    };
    const interfaceOf = (little: boolean, link: number, snap: number) =>
      block(little, 1, [little ? link : link * 0x1_0000, snap]);
    const one = Buffer.from([1, 2, 3]);
    const file = Buffer.concat([
      block(true, 0x0a0d0d0a, [0x1a2b3c4d, 1, 0xffff_ffff, 0xffff_ffff]),
      interfaceOf(true, 1, 2),
      interfaceOf(true, 101, 0),
      block(true, 0xbad, [1, 2, 3]),
      block(true, 6, [1, 0, 0, 3, 9], one),
      block(true, 3, [3], one.subarray(0, 2)),
      block(true, 2, [1, 0, 0, 3, 3], one),
      block(false, 0x0a0d0d0a, [0x1a2b3c4d, 0x10000, 0, 0]),
      interfaceOf(false, 113, 0),
      block(false, 5, [0, 0, 0]),
      block(false, 6, [0, 0, 0, 3, 3], one),
      block(false, 6, [7, 0, 0, 3, 3], one),
    ]);
    const expected = [
      { linkType: 101, octets: '010203', length: 9 },
      { linkType: 1, octets: '0102', length: 3 },
      { linkType: 101, octets: '010203', length: 3 },
      { linkType: 113, octets: '010203', length: 3 },
      { linkType: -1, octets: '010203', length: 3 },
    ];
    for (const size of [1, 3, 7, 64, file.length]) {
      const reader = new CaptureReader(file.subarray(0, 12));
      const packets = Array.from({ length: Math.ceil(file.length / size) }, (_, n) =>
        [...reader.push(file.subarray(n * size, (n + 1) * size))].map((each) => ({
          ...each,
          octets: each.octets.toString('hex'),
        })),
      );
      expect(packets.flat()).toEqual(expected);
      expect(reader.end()).toBeUndefined();
    }
  });

  it.each([
    ['pcap', raw([packet, packet])],
    ['pcapng', pcapng([packet, packet])],
  ])('%s: however it is cut into chunks, the packets are the same', (_name, file) => {
    for (let size = 1; size <= file.length; size += 5) {
      const reader = new CaptureReader(file.subarray(0, 12));
      let count = 0;
      for (let at = 0; at < file.length; at += size)
        for (const { octets } of reader.push(file.subarray(at, at + size))) {
          expect(octets.equals(packet)).toBe(true);
          count++;
        }
      expect([count, reader.end()]).toEqual([2, undefined]);
    }
  });
});

describe('truepeer inspect, damaged captures', () => {
  const inner = ethernet('0800', packet);
  const frames = [
    inner,
    ethernet('8847', wrap('00010140', packet)),
    ethernet('8864', wrap('1100000100000021', packet)),
    ethernet('0800', ipv4(47, wrap('2000655800000007', inner))),
    ethernet('0800', udpPacket(4789, wrap('0800000000004200', inner))),
    ethernet('0800', udpPacket(2152, wrap('36ff00440000000500000001', packet))),
    ethernet(
      '86dd',
      tcpOverIpv6(V2, [
        [0, 1],
        [44, 0],
        [51, 4],
      ]),
    ),
  ];
  const files = [pcap(frames), pcapng([packet, packet]), gzipSync(pcap(frames))];

  it('end with a verdict or a sentence, in printable ASCII', async () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { maxLength: 6 }),
        async (file, changes) => {
          const damaged = Buffer.from(file);
          for (const [at, octet] of changes) damaged[at % damaged.length] = octet;
          const { code, out, err } = await truepeer(['inspect', '-'], damaged);
          expect([0, 1, 2]).toContain(code);
          expect(out + err).toMatch(/^[\n\u0020-\u007e]+$/u);
        },
      ),
      { numRuns: 300 },
    );
  });
});
