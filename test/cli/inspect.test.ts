import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { encode } from '../../src/proxy/index.ts';
import { ethernet, pcap, pcapng, tcpOverIpv6, tcpPacket } from './captures.ts';
import type { Endpoint } from './captures.ts';
import { truepeer } from './support.ts';

const V1 = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
const V2 = '0d0a0d0a000d0a515549540a2111000ccb007107c633641910e10019';

const V1_TABLE = `  offset  octets                                  field    meaning                   section
       0  50 52 4f 58 59 20                       PROXY    PROXY protocol version 1  2.1
       6  54 43 50 34 20                          TCP4     TCP over IPv4.            2.1
      11  32 30 33 2e 30 2e 31 31 33 2e 37        srcAddr  203.0.113.7               2.1
      23  31 39 38 2e 35 31 2e 31 30 30 2e 32 35  dstAddr  198.51.100.25             2.1
      37  34 33 32 31                             srcPort  4321                      2.1
      42  32 35                                   dstPort  25                        2.1
      44  0d 0a                                   CRLF     end of the line           2.1
`;
const V2_TABLE = `  offset  octets                               field              meaning                       section
       0  0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a  signature          PROXY protocol version 2      2.2
      12  21                                   version, command   version 2, PROXY              2.2
      13  11                                   family, transport  INET, STREAM: TCP over IPv4.  2.2
      14  00 0c                                length             12 octets follow              2.2
      16  cb 00 71 07                          srcAddr            203.0.113.7                   2.2
      20  c6 33 64 19                          dstAddr            198.51.100.25                 2.2
      24  10 e1                                srcPort            4321                          2.2
      26  00 19                                dstPort            25                            2.2
`;
const V2_SHOWN = { code: 0, out: `${V2_TABLE}\nValid: a version 2 header of 28 octets.\n`, err: '' };

/** The same, sent on a connection of a capture. */
const sent = (via: string) =>
  `10.0.0.1:40000 -> 10.0.0.2:25${via}\n${V2_TABLE}\nValid: a version 2 header of 28 octets. Nothing follows it.\n`;

const FROM: Endpoint = [10, 0, 0, 1, 40000];
const TO: Endpoint = [10, 0, 0, 2, 25];

/** A pcap file of IP packets. */
const raw = (packets: readonly Buffer[]) => pcap(packets, { linkType: 101 });

describe('truepeer inspect, forms of input', () => {
  it.each(['\n', '\r', '\r\n', '\t', ' '])(
    'a megabyte of %j is read, and in a time that grows with it no faster than it does',
    async (blank) => {
      // Where it grew with the square, the test would never end.
      expect((await truepeer(['inspect', '-'], blank.repeat(1_000_000 / blank.length))).code).toBe(2);
    },
  );

  const octets = Buffer.from(V2, 'hex');
  const xxd = `00000000: 0d0a 0d0a 000d 0a51 5549 540a 2111 000c  .......QUIT.!...
00000010: cb00 7107 c633 6419 10e1 0019            ..q..3d.....
`;
  const hexdump = `00000000  0d 0a 0d 0a 00 0d 0a 51  55 49 54 0a 21 11 00 0c  |.......QUIT.!...|
00000010  cb 00 71 07 c6 33 64 19  10 e1 00 19              |..q..3d.....|
0000001c
`;

  it.each([
    { form: 'hex', text: V2 },
    { form: 'hex in pairs, upper case', text: V2.toUpperCase().replace(/../gu, '$& ') },
    { form: 'hex with colons', text: V2.replace(/..(?=.)/gu, '$&:') },
    { form: 'octets as in C', text: V2.replace(/../gu, '0x$&, ') },
    { form: 'octets as in a string of C', text: V2.replace(/../gu, '\\x$&') },
    { form: 'a string of C', text: `"${V2.replace(/../gu, '\\x$&')}"` },
    { form: 'base64', text: octets.toString('base64') },
    { form: 'base64 in lines', text: octets.toString('base64').replace(/.{10}/gu, '$&\n') },
    { form: 'xxd', text: xxd },
    { form: 'hexdump -C', text: hexdump },
    {
      form: 'od -A x -t x1z',
      text: hexdump
        .replace(/^00(?=0)/gmu, '')
        .replace(/ {2}(?=[\dc|])/gu, ' ')
        .replaceAll('|', '>'),
    },
    { form: 'Wireshark', text: hexdump.replaceAll('  |', '   ').replaceAll('|', '').replace(/^0000/gmu, '') },
  ])('$form, as argument and on standard input', async ({ text }) => {
    expect(await truepeer(['inspect', text])).toEqual(V2_SHOWN);
    expect(await truepeer(['inspect', '-'], text)).toEqual(V2_SHOWN);
  });

  it('a dump that leaves out lines like the one before', async () => {
    const padded = Buffer.from(encode({ family: 'UNSPEC', command: 0, tlvs: { NOOP: new Uint8Array(61) } }));
    expect(padded).toHaveLength(80);
    const dump = `00000000  0d 0a 0d 0a 00 0d 0a 51  55 49 54 0a 20 00 00 40  |.......QUIT. ..@|
00000010  04 00 3d 00 00 00 00 00  00 00 00 00 00 00 00 00  |..=.............|
00000020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
00000050
`;
    const { code, out } = await truepeer(['inspect', '--json', '-'], dump);
    expect({ code, length: (JSON.parse(out) as { length: number }).length }).toEqual({ code: 0, length: 80 });
  });

  it('octets themselves, on standard input', async () => {
    expect(await truepeer(['inspect', '-'], octets)).toEqual(V2_SHOWN);
  });

  it('a version 1 line, typed with \\r\\n in letters or piped', async () => {
    const shown = { code: 0, out: `${V1_TABLE}\nValid: a version 1 header of 46 octets.\n`, err: '' };
    expect(await truepeer(['inspect', V1.replace('\r\n', '\\r\\n')])).toEqual(shown);
    expect(await truepeer(['inspect', '-'], V1)).toEqual(shown);
  });

  it('tcpdump -X, its IP and TCP headers taken off', async () => {
    const packet = tcpPacket({
      from: [10, 0, 0, 1, 40000],
      to: [10, 0, 0, 2, 25],
      sequence: 7,
      payload: octets,
    });
    const lines = Array.from({ length: Math.ceil(packet.length / 16) }, (_, line) => {
      const part = packet.subarray(line * 16, line * 16 + 16);
      const hex = part.toString('hex').replace(/.{4}(?=.)/gu, '$& ');
      const text = part.toString('latin1').replace(/[^ -~]/gu, '.');
      return `\t0x${(line * 16).toString(16).padStart(4, '0')}:  ${hex.padEnd(39)}  ${text}`;
    });
    const text = `12:00:00.000000 IP 10.0.0.1.40000 > 10.0.0.2.25: Flags [P.]\n${lines.join('\n')}\n`;
    expect(await truepeer(['inspect', '-'], text)).toEqual({ ...V2_SHOWN, out: sent('') });
  });

  it.each([
    ['pcap', raw],
    ['pcapng', pcapng],
  ] as const)(
    'a %s file: the first octets of each connection, put together from its segments',
    async (_name, file) => {
      const [from, to] = [FROM, TO];
      const capture = file([
        tcpPacket({ from, to, sequence: 99, syn: true, payload: Buffer.alloc(0) }),
        tcpPacket({ from: to, to: from, sequence: 500, syn: true, answers: 100, payload: Buffer.alloc(0) }),
        tcpPacket({ from, to, sequence: 110, payload: octets.subarray(10) }),
        tcpPacket({ from, to, sequence: 100, payload: octets.subarray(0, 10) }),
        tcpPacket({ from, to, sequence: 100, payload: octets.subarray(0, 10) }),
        tcpPacket({ from: to, to: from, sequence: 501, payload: Buffer.from('220 hello\r\n') }),
        tcpPacket({
          from: [10, 0, 0, 9, 1],
          to,
          sequence: 0xffff_fff0,
          payload: Buffer.from(V1.slice(0, 20)),
        }),
        tcpPacket({ from: [10, 0, 0, 9, 1], to, sequence: 4, payload: Buffer.from(V1.slice(20)) }),
      ]);
      expect(await truepeer(['inspect', '-'], capture)).toEqual({
        code: 0,
        out:
          `10.0.0.1:40000 -> 10.0.0.2:25\n${V2_TABLE}\nValid: a version 2 header of 28 octets. Nothing follows it.\n\n` +
          `10.0.0.9:1 -> 10.0.0.2:25\n${V1_TABLE}\nValid: a version 1 header of 46 octets. Nothing follows it.\n\n` +
          '2 connections: 2 valid, 0 invalid, 0 incomplete.\n',
        err: '',
      });
    },
  );

  const packet = tcpPacket({ from: FROM, to: TO, sequence: 1, payload: octets });

  it.each([
    { link: 'loopback', linkType: 0, frame: Buffer.concat([Buffer.from('02000000', 'hex'), packet]) },
    {
      link: 'Ethernet, two VLAN tags',
      linkType: 1,
      frame: ethernet('88a80001810000020800', packet),
      via: ', in VLAN 1, VLAN 2',
    },
    {
      link: 'Ethernet, PPPoE',
      linkType: 1,
      frame: ethernet('88641100000100000021', packet),
      via: ', in PPPoE',
    },
    { link: 'raw IP', linkType: 101, frame: packet },
    {
      link: 'any of Linux',
      linkType: 113,
      frame: Buffer.concat([Buffer.alloc(14), Buffer.from('0800', 'hex'), packet]),
    },
    {
      link: 'any of Linux, version 2',
      linkType: 276,
      frame: Buffer.concat([Buffer.from('0800', 'hex'), Buffer.alloc(18), packet]),
    },
  ])(
    'a pcap of link type $link, in either byte order, with micro- and nanoseconds',
    async ({ linkType, frame, via = '' }) => {
      for (const little of [true, false]) {
        for (const magic of [0xa1b2c3d4, 0xa1b23c4d]) {
          const file = pcap([frame], { linkType, little, magic });
          expect(await truepeer(['inspect', '-'], file)).toEqual({ ...V2_SHOWN, out: sent(via) });
        }
      }
    },
  );

  it.each([
    { headers: 'none', chain: [] },
    {
      headers: 'hop-by-hop, routing, destination',
      chain: [
        [0, 1],
        [43, 0],
        [60, 2],
      ],
    },
    {
      headers: 'first fragment, authentication',
      chain: [
        [44, 0],
        [51, 4],
      ],
    },
  ] as const)('IPv6 with extension headers: $headers', async ({ chain }) => {
    const file = pcap([tcpOverIpv6(octets, chain)], { linkType: 229 });
    const { code, out } = await truepeer(['inspect', '-'], file);
    expect({ code, first: out.split('\n')[0] }).toEqual({
      code: 0,
      first: '[2001:db8::1]:40000 -> [2001:db8::2]:25',
    });
  });

  it('ports that come again are another connection; one whose SYN was missed begins where the answer says', async () => {
    const syn = (sequence: number) =>
      tcpPacket({ from: FROM, to: TO, sequence, syn: true, payload: Buffer.alloc(0) });
    const file = raw([
      syn(99),
      tcpPacket({ from: FROM, to: TO, sequence: 100, payload: octets }),
      syn(7000),
      tcpPacket({ from: FROM, to: TO, sequence: 7001, payload: Buffer.from(V1) }),
      tcpPacket({
        from: TO,
        to: [10, 0, 0, 3, 9],
        sequence: 5,
        syn: true,
        answers: 500,
        payload: Buffer.alloc(0),
      }),
      tcpPacket({ from: [10, 0, 0, 3, 9], to: TO, sequence: 510, payload: octets.subarray(10) }),
      tcpPacket({ from: [10, 0, 0, 3, 9], to: TO, sequence: 500, payload: octets.subarray(0, 10) }),
    ]);
    const { out } = await truepeer(['inspect', '--json', '-'], file);
    expect(
      (JSON.parse(out) as { from: string; verdict: string; octets: number }[]).map(
        ({ from, verdict, octets: count }) => [from, verdict, count],
      ),
    ).toEqual([
      ['10.0.0.1:40000', 'ok', 28],
      ['10.0.0.1:40000', 'ok', 46],
      ['10.0.0.3:9', 'ok', 28],
    ]);
  });

  it('a capture that cuts packets off, or is cut off itself, shows what is there', async () => {
    const short = packet.subarray(0, packet.length - 5);
    const file = raw([short, packet]);
    expect(await truepeer(['inspect', '-'], raw([short]))).toMatchObject({
      code: 1,
      out: expect.stringContaining('Incomplete: 23 octets'),
    });
    expect(await truepeer(['inspect', '-'], file.subarray(0, file.length - 1))).toMatchObject({ code: 1 });
    for (let length = 12; length < file.length; length++) {
      const { code, err } = await truepeer(['inspect', '-'], file.subarray(0, length));
      expect(code === 1 || (code === 2 && err.startsWith('error: Expected a TCP connection'))).toBe(true);
    }
  });

  it.each([
    { file: pcap([]), it: '0 packets' },
    {
      file: pcap([Buffer.alloc(60)], { linkType: 105 }),
      it: '1 packets: 1 frames of link layer 105, IEEE 802.11, which is not read',
    },
  ])('a capture without payload is wrong usage: $it', async ({ file, it: what }) => {
    expect(await truepeer(['inspect', '-'], file)).toEqual({
      code: 2,
      out: '',
      err: `error: Expected a TCP connection with payload in the capture; it has ${what}.\n`,
    });
  });

  it.each(['', ' ', '0d0', 'xyz!', 'SGVsbG8', 'PROX'])('%j is none of them: exit 2', async (text) => {
    const { code, out } = await truepeer(['inspect', text]);
    expect({ code, out }).toEqual({ code: text === 'PROX' ? 1 : 2, out: code === 2 ? '' : out });
  });
});

describe('truepeer inspect, verdicts', () => {
  it('marks where an invalid header went wrong, and says what was expected: exit 1', async () => {
    expect(await truepeer(['inspect', 'PROXY TCP4 203.0.113.7 198.51.100.256 4321 25\\r\\n'])).toEqual({
      code: 1,
      out: `   offset  octets                                     field    meaning                   section
        0  50 52 4f 58 59 20                          PROXY    PROXY protocol version 1  2.1
        6  54 43 50 34 20                             TCP4     TCP over IPv4.            2.1
       11  32 30 33 2e 30 2e 31 31 33 2e 37           srcAddr  203.0.113.7               2.1
>      23  31 39 38 2e 35 31 2e 31 30 30 2e 32 35 36  dstAddr  198.51.100.256            2.1
       38  34 33 32 31                                srcPort  4321                      2.1
       43  32 35                                      dstPort  25                        2.1
       45  0d 0a                                      CRLF     end of the line           2.1

Invalid: v1-bad-ipv4 at octet 36: expected an IPv4 address: four decimal numbers 0..255 without leading zeros, dots between, found 0x36 '6' (PROXY protocol, section 2.1).
`,
      err: '',
    });
  });

  it('says how much is missing: exit 1', async () => {
    expect(await truepeer(['inspect', V2.slice(0, 40)])).toEqual({
      code: 1,
      out: `  offset  octets                               field              meaning                       section
       0  0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a  signature          PROXY protocol version 2      2.2
      12  21                                   version, command   version 2, PROXY              2.2
      13  11                                   family, transport  INET, STREAM: TCP over IPv4.  2.2
      14  00 0c                                length             12 octets follow              2.2
      16  cb 00 71 07                          srcAddr            203.0.113.7                   2.2
      20                                       dstAddr            4 more octets expected here   2.2

Incomplete: 20 octets are there, at least 28 are needed; expected the next one at octet 20.
`,
      err: '',
    });
  });

  it('shows every TLV, nested ones inside theirs, with nothing a terminal would obey', async () => {
    const header = encode({
      srcAddr: '2001:db8::7',
      srcPort: 4321,
      dstAddr: '2001:db8::25',
      dstPort: 25,
      tlvs: [
        { SSL_CLIENT: 5, SSL_VERIFY: 1, SSL_VERSION: 'TLSv1.3' },
        { UNIQUE_ID: Buffer.from('\u001b[31m') },
        { AWS_VPCE_ID: 'vpce-1', xF5: Buffer.from([1, 2]) },
        { NOOP: new Uint8Array(20) },
      ],
    });
    expect(await truepeer(['inspect', Buffer.from(header).toString('hex')])).toEqual({
      code: 0,
      out: `  offset  octets                                               field              meaning                                                     section
       0  0d 0a 0d 0a 00 0d 0a 51 55 49 54 0a                  signature          PROXY protocol version 2                                    2.2
      12  21                                                   version, command   version 2, PROXY                                            2.2
      13  21                                                   family, transport  INET6, STREAM: TCP over IPv6.                               2.2
      14  00 64                                                length             100 octets follow                                           2.2
      16  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 07      srcAddr            2001:db8::7                                                 2.2
      32  20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 25      dstAddr            2001:db8::25                                                2.2
      48  10 e1                                                srcPort            4321                                                        2.2
      50  00 19                                                dstPort            25                                                          2.2
      52  20 00 0f                                             SSL                type 0x20, 15 octets: TLS between client and proxy.         2.2.6
      55  05                                                     SSL_CLIENT       SSL + CERT_SESS                                             2.2.6
      56  00 00 00 01                                            SSL_VERIFY       1 (0x00000001)                                              2.2.6
      60  21 00 07                                               SSL_VERSION      type 0x21, 7 octets: TLS version of the connection.         2.2.6
      63  54 4c 53 76 31 2e 33                                     value          "TLSv1.3"                                                   2.2.6
      70  05 00 05                                             UNIQUE_ID          type 0x05, 5 octets: Opaque identifier that the proxy gave  2.2.5
                                                                                  to the connection.
      73  1b 5b 33 31 6d                                         value            1b5b33316d                                                  2.2.5
      78  ea 00 07                                             AWS                type 0xea, 7 octets: AWS Network Load Balancer.             AWS
      81  01                                                     AWS_VPCE_ID      Id of the VPC endpoint the client came through.             AWS
      82  76 70 63 65 2d 31                                        value          "vpce-1"                                                    AWS
      88  f5 00 02                                             xF5                type 0xf5, 2 octets: Temporary experiments, not for         2.2.8
                                                                                  production.
      91  01 02                                                  value            0102                                                        2.2.8
      93  04 00 14                                             NOOP               type 0x04, 20 octets: Padding; its octets mean nothing.     2.2.4
      96  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ...    value            0000000000000000000000000000000000000000                    2.2.4

Valid: a version 2 header of 116 octets.
Note: SSL_VERIFY is X509_V_ERR_UNSPECIFIED: the client showed a certificate that the proxy could not verify.
`,
      err: '',
    });
  });

  it('shows LOCAL with what is skipped, and what follows the header', async () => {
    const { code, out } = await truepeer([
      'inspect',
      `0d0a0d0a000d0a515549540a2011000ccb007107c633641910e10019${'41'.repeat(4)}`,
    ]);
    expect(code).toBe(0);
    expect(out.split('\n').slice(2)).toEqual([
      '      12  20                                   version, command   version 2, LOCAL                         2.2',
      '      13  11                                   family, transport  INET, STREAM: TCP over IPv4.             2.2',
      '      14  00 0c                                length             12 octets follow                         2.2',
      '      16  cb 00 71 07 c6 33 64 19 10 e1 00 19  payload            skipped: it says nothing about a client  2.2',
      '',
      'Valid: a version 2 header of 28 octets. 4 octets follow it: text: AAAA.',
      '',
    ]);
  });

  it('fits a terminal, in colours that say nothing alone; without NO_COLOR only', async () => {
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('TERM', 'xterm');
    const hostile = `${V2.replace('000c', '0014')}f500051b5b33316d`;
    const shown = await truepeer(['inspect', hostile], '', { columns: 80, isTTY: true });
    const plain = await truepeer(['inspect', hostile], '', { columns: 80 });
    expect(shown.out).toContain('\u001b[32mValid\u001b[39m: a version 2 header of 36 octets.');
    expect(stripVTControlCharacters(shown.out)).toBe(plain.out);
    expect(plain.out).toBe(`  offset  octets       field              meaning                     section
       0  0d 0a 0d 0a  signature          PROXY protocol version 2    2.2
          00 0d 0a 51
          55 49 54 0a
      12  21           version, command   version 2, PROXY            2.2
      13  11           family, transport  INET, STREAM: TCP over      2.2
                                          IPv4.
      14  00 14        length             20 octets follow            2.2
      16  cb 00 71 07  srcAddr            203.0.113.7                 2.2
      20  c6 33 64 19  dstAddr            198.51.100.25               2.2
      24  10 e1        srcPort            4321                        2.2
      26  00 19        dstPort            25                          2.2
      28  f5 00 05     xF5                type 0xf5, 5 octets:        2.2.8
                                          Temporary experiments, not
                                          for production.
      31  1b 5b 33 31    value            1b5b33316d                  2.2.8
          6d

Valid: a version 2 header of 36 octets.
`);
    vi.stubEnv('NO_COLOR', '1');
    const sober = await truepeer(['inspect', hostile], '', { columns: 80, isTTY: true });
    vi.unstubAllEnvs();
    expect(sober).toEqual(plain);
  });

  it('gives JSON', async () => {
    const { code, out } = await truepeer(['inspect', '--json', 'PROXY UNKNOWN\\r\\nEHLO']);
    expect({ code, json: JSON.parse(out) as unknown }).toEqual({
      code: 0,
      json: {
        verdict: 'ok',
        octets: 19,
        length: 15,
        followedBy: { name: 'smtp', text: 'an SMTP command: EHLO' },
        notes: [],
        header: {
          version: 1,
          command: null,
          family: 'UNSPEC',
          protocol: 'UNSPEC',
          srcAddr: null,
          srcPort: null,
          dstAddr: null,
          dstPort: null,
          tlv: null,
          valid: true,
        },
        fields: [
          {
            offset: 0,
            depth: 0,
            field: 'PROXY',
            meaning: 'PROXY protocol version 1',
            section: '2.1',
            octets: '50524f585920',
          },
          {
            offset: 6,
            depth: 0,
            field: 'UNKNOWN',
            meaning: 'Nothing is known of the connection; what follows is ignored.',
            section: '2.1',
            octets: '554e4b4e4f574e',
          },
          { offset: 13, depth: 0, field: 'CRLF', meaning: 'end of the line', section: '2.1', octets: '0d0a' },
        ],
      },
    });
  });

  it('gives JSON of an invalid header, in printable ASCII', async () => {
    const { code, out } = await truepeer(
      ['inspect', '--json', '-'],
      Buffer.from('PROXY \u001b[31m\u009b\r\n'),
    );
    const { verdict, error, header } = JSON.parse(out) as Record<string, unknown>;
    expect({ code, verdict, error, header }).toEqual({
      code: 1,
      verdict: 'invalid',
      error: {
        code: 'v1-bad-keyword',
        offset: 6,
        expected: '"PROXY" and then TCP4, TCP6 or UNKNOWN, in upper case, one space between',
        found: '0x1b',
        section: '2.1',
      },
      header: null,
    });
    expect(out).toMatch(/^[\n\u0020-\u007e]*$/u);
  });

  it('says that a line without its end lacks what cannot be typed', async () => {
    const { code, out } = await truepeer(['inspect', V1.trimEnd()]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^Incomplete: 44 octets .*\. A version 1 line ends with CR LF: on a command line write \\r\\n for it\.$/mu,
    );
  });

  it.each([
    {
      input: 'no-such-file.pcap',
      err: /^error: Expected a PROXY header as .*; no file has that name either\.\n$/u,
    },
    { input: import.meta.dirname, err: /^error: Cannot read .*: it is a directory\.\n$/u },
  ])('$input cannot be read: exit 2', async ({ input, err }) => {
    expect(await truepeer(['inspect', input])).toEqual({ code: 2, out: '', err: expect.stringMatching(err) });
  });

  it('reads a file that is named, whatever else the name might be', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'truepeercli'));
    // The whole path is valid base64 as well.
    const file = join(directory, 'x'.repeat(4 - ((directory.length + 1) % 4)));
    const payload = Buffer.from(V2, 'hex');
    writeFileSync(
      file,
      raw([tcpPacket({ from: [10, 0, 0, 1, 4], to: [10, 0, 0, 2, 25], sequence: 1, payload })]),
    );
    const { code, out } = await truepeer(['inspect', '--json', file]);
    rmSync(directory, { recursive: true });
    expect({ code, verdict: (JSON.parse(out) as { verdict: string }[])[0]?.verdict }).toEqual({
      code: 0,
      verdict: 'ok',
    });
  });
});
