import { describe, expect, it } from 'vitest';
import { encode } from '../../src/proxy/index.ts';
import type { HeaderInput } from '../../src/proxy/index.ts';
import { pcap, tcpPacket, udpPacket } from './captures.ts';
import { truepeer } from './support.ts';

const ADDRESSES = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };

/** A version 2 header with TLVs in hex. */
const withTlvs = (hex: string) => {
  const tlvs = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const header = Buffer.concat([Buffer.from(encode(ADDRESSES)), tlvs]);
  header.writeUInt16BE(12 + tlvs.length, 14);
  return header;
};
const header = (more: Partial<HeaderInput>) => encode({ ...ADDRESSES, ...more } as HeaderInput);

async function notesOf(octets: Uint8Array): Promise<{ code: string; text: string }[]> {
  const { code, out } = await truepeer(['inspect', '--json', '-'], Buffer.from(octets));
  expect(code).toBe(0);
  const json = JSON.parse(out) as { notes: [] } | [{ notes: [] }];
  return Array.isArray(json) ? json[0].notes : json.notes;
}

const CERTIFICATE = 'the client showed a certificate';
describe('truepeer inspect, notes on a valid header', () => {
  it.each([
    { code: 'port-zero', octets: header({ dstPort: 0 }), says: 'stands for the destination port' },
    { code: 'port-zero', octets: header({ srcPort: 0 }), says: 'stands for the source port' },
    { code: 'port-zero', octets: header({ srcPort: 0, dstPort: 0 }), says: 'stands for both ports' },
    {
      code: 'unspecified-destination',
      octets: header({ dstAddr: '0.0.0.0' }),
      says: 'Caddy always writes it',
    },
    {
      code: 'unspecified-source',
      octets: header({ srcAddr: '::', dstAddr: '2001:db8::1' }),
      says: ':: is no address of a source.',
    },
    {
      code: 'source-is-destination',
      octets: header({ dstAddr: '203.0.113.7', version: 1 }),
      says: 'curl --haproxy-clientip',
    },
    {
      code: 'mapped-address',
      octets: header({ srcAddr: '::ffff:203.0.113.7', dstAddr: '2001:db8::1' }),
      says: 'read 203.0.113.7',
    },
    {
      code: 'datagram-on-tcp',
      octets: header({ protocol: 'DGRAM' }),
      says: 'DGRAM names a client of UDP; over TCP HAProxy',
    },
    {
      code: 'unix-socket',
      octets: encode({ srcAddr: '/run/a', dstAddr: '/run/b', family: 'UNIX' }),
      says: 'has no IP address',
    },
    {
      code: 'alpn-without-tls',
      octets: header({ tlvs: { ALPN: Buffer.from('smtp') } }),
      says: 'nothing says that the client used TLS',
    },
    { code: 'tlv-empty', octets: withTlvs('05 0000'), says: 'UNIQUE_ID is empty; HAProxy' },
    { code: 'tlv-empty', octets: withTlvs('e4 0000'), says: 'xE4 is empty; HAProxy' },
    {
      code: 'tlv-misfit',
      octets: withTlvs('e0 0002 0102'),
      says: 'GCP_PSC_CONNECTION_ID does not fit its row (length 2, where GCP_PSC_CONNECTION_ID has 8): another vendor',
    },
    {
      code: 'tlv-misfit',
      octets: withTlvs('ee 0003 013300'),
      says: 'AZURE_PRIVATEENDPOINT_LINKID does not fit its row (length 2, where',
    },
    {
      code: 'ssl-verify',
      octets: withTlvs('20 0005 01 00000000'),
      says: 'X509_V_OK: it proves nothing, because the client showed no certificate',
    },
    {
      code: 'ssl-verify',
      octets: withTlvs('20 0005 01 00000001'),
      says: 'X509_V_ERR_UNSPECIFIED: the client showed no certificate.',
    },
    {
      code: 'ssl-verify',
      octets: withTlvs('20 0005 07 00000000'),
      says: `X509_V_OK: ${CERTIFICATE}, and the proxy verified it.`,
    },
    {
      code: 'ssl-verify',
      octets: withTlvs('20 0005 05 0000000a'),
      says: `X509_V_ERR_CERT_HAS_EXPIRED: ${CERTIFICATE} that the proxy could not verify.`,
    },
    {
      code: 'ssl-verify',
      octets: withTlvs('20 0005 03 00010000'),
      says: `65536, which OpenSSL does not use: ${CERTIFICATE} that`,
    },
    { code: 'no-tls', octets: withTlvs('20 0005 00 00000000'), says: 'did not use TLS' },
  ])('$code: $says', async ({ code, octets, says }) => {
    const notes = await notesOf(octets);
    expect(notes.filter((note) => note.code === code)).toEqual([
      { code, text: expect.stringContaining(says) },
    ]);
    const { out } = await truepeer(['inspect', '-'], Buffer.from(octets));
    const printed = [...out.matchAll(/^Note: (.*)$/gmu)].map(([, text]) => text);
    expect(printed).toEqual(notes.map(({ text }) => text));
  });

  it.each([
    ['version 2', header({})],
    ['version 1', header({ version: 1 })],
    ['padding', withTlvs('04 0000')],
    ['an unknown vendor', withTlvs('e4 0001 00')],
  ])('an ordinary header has none: %s', async (_name, octets) => {
    expect(await notesOf(octets)).toEqual([]);
  });

  it('a connection that carries it says more', async () => {
    const own = { from: [203, 0, 113, 7, 4321], to: [198, 51, 100, 25, 25], sequence: 1 } as const;
    const line = Buffer.from(header({ version: 1 }));
    expect(
      (await notesOf(pcap([tcpPacket({ ...own, payload: line })], { linkType: 101 }))).map(
        ({ code }) => code,
      ),
    ).toEqual(['source-is-peer']);
    const datagram = Buffer.from(header({ protocol: 'DGRAM' }));
    expect(await notesOf(pcap([udpPacket(25, datagram)], { linkType: 101 }))).toEqual([]);
    expect(
      (await notesOf(pcap([udpPacket(25, Buffer.from(header({})))], { linkType: 101 }))).map(
        ({ code }) => code,
      ),
    ).toEqual(['stream-on-udp']);
  });
});

describe('truepeer inspect, checksums', () => {
  const value = async (octets: Uint8Array) => {
    const { out } = await truepeer(['inspect', '-'], Buffer.from(octets));
    return (
      /\b\d+ \(0x[0-9a-f]{8}\)[^.]*?(?= {2,}2\.2\.3)/u.exec(out.replace(/\s*\n {20,}/gu, ' '))?.[0] ?? out
    );
  };
  const right = Buffer.from(header({ checksum: true }));
  const crc = right.readUInt32BE(right.length - 4);
  const shown = (number: number) => `0x${number.toString(16).padStart(8, '0')}`;

  it('a right one says so; a wrong one says what is due', async () => {
    expect(await value(right)).toBe(`${crc} (${shown(crc)}), right`);
    const wrong = Buffer.from(right);
    wrong.writeUInt32BE(7, right.length - 4);
    expect(await value(wrong)).toBe(`7 (0x00000007), wrong: ${shown(crc)} is due`);
  });

  it('one in little endian is recognised, and one of a header that is not whole is left alone', async () => {
    const swapped = Buffer.from(right);
    swapped.writeUInt32LE(crc, right.length - 4);
    expect(await truepeer(['inspect', '-'], swapped)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/is due; its [^]*octets stand in reverse order/u),
    });
    const longer = Buffer.from(right);
    longer.writeUInt16BE(100, 14);
    expect((await truepeer(['inspect', '-'], longer)).out).toMatch(/not\s+checked: the header is not whole/u);
  });
});

describe('truepeer inspect, what stands instead of a header, or behind it', () => {
  const HELLO = Buffer.from(
    `1603010049010000450303${'11'.repeat(32)}000002130101000` +
      `01a0000000f000d00000a6d782e6578616d706c650010000300` +
      '',
    'hex',
  );
  it.each([
    { name: 'smtp', octets: 'EHLO mail.example\r\n', text: 'an SMTP command: EHLO mail.example' },
    { name: 'smtp', octets: 'AUTH PLAIN AGFubgBzZWNyZXQ=\r\n', text: 'an SMTP command: AUTH PLAIN ...' },
    {
      name: 'smtp-reply',
      octets: '220 mx.example ESMTP\r\n',
      text: 'a reply of an SMTP server: 220 mx.example ESMTP',
    },
    { name: 'http', octets: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', text: 'an HTTP request: GET / HTTP/1.1' },
    {
      name: 'http',
      octets: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      text: 'an HTTP/2 connection: PRI * HTTP/2.0',
    },
    {
      name: 'http',
      octets: 'HTTP/1.1 400 Bad Request\r\n',
      text: 'an HTTP response: HTTP/1.1 400 Bad Request',
    },
    { name: 'ssh', octets: 'SSH-2.0-OpenSSH_9.2\r\n', text: 'SSH: SSH-2.0-OpenSSH_9.2' },
    {
      name: 'proxy-misspelled',
      octets: 'proxy tcp4 203.0.113.7 198.51.100.25 4321 25\r\n',
      text: 'a version 1 header that is not written in capitals',
    },
    {
      name: 'proxy-padded',
      octets: ' PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n',
      text: 'a PROXY header of version 1 with an octet before it',
    },
    {
      name: 'proxy-padded',
      octets: '\r\nPROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n',
      text: 'a PROXY header of version 1 with 2 octets before it',
    },
    {
      name: 'proxy-padded',
      octets: Buffer.concat([Buffer.from('\r\n'), Buffer.from(header({}))]),
      text: 'a PROXY header of version 2 with 2 octets before it',
    },
    {
      name: 'proxy-padded',
      octets: '\ufeffPROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n',
      text: 'a PROXY header of version 1 with 3 octets before it',
    },
    {
      name: 'proxy-utf-16',
      octets: Buffer.from('PROXY TCP4', 'utf16le'),
      text: 'a version 1 header in UTF-16',
    },
    { name: 'text', octets: 'Hello, world.\r\n', text: 'text: Hello, world.' },
    { name: 'tls-client-hello', octets: HELLO, text: 'a TLS ClientHello for mx.example' },
    { name: 'zeros', octets: Buffer.alloc(40), text: 'octets that are all zero' },
    { name: 'smtp', octets: 'EHLO \u001b[31m\r\n', text: 'an SMTP command: EHLO \\x1b[31m' },
  ])('$name', async ({ name, octets, text }) => {
    const content = Buffer.from(octets as string);
    const { code, out } = await truepeer(['inspect', '--json', '-'], content);
    expect({ code, json: JSON.parse(out) as unknown }).toMatchObject({
      code: 1,
      json: { verdict: 'invalid', instead: { name, text: expect.stringContaining(text) } },
    });
    expect((await truepeer(['inspect', '-'], content)).out).toContain(`Invalid: this is ${text}`);
    const { out: behind } = await truepeer(
      ['inspect', '-'],
      Buffer.concat([Buffer.from(header({})), content]),
    );
    expect(behind).toMatch(/^Valid: a version 2 header of 28 octets\. \d+ octets follow it: /mu);
    expect(behind).toContain(`it: ${text}`);
  });

  it('a second header above all', async () => {
    const one = Buffer.from(header({}));
    expect((await truepeer(['inspect', '-'], Buffer.concat([one, one]))).out).toContain(
      '28 octets follow it: a PROXY header of version 2.\n',
    );
    const line = Buffer.from(header({ version: 1 }));
    expect((await truepeer(['inspect', '-'], Buffer.concat([line, line]))).out).toContain(
      '46 octets follow it: a PROXY header of version 1.\n',
    );
  });
});
