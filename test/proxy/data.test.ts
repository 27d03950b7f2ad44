import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  AF,
  decode,
  type DecodeOptions,
  encode,
  type HeaderInput,
  KeyError,
  PP2_CLIENT,
  PROTO,
  type ProxyData,
  ProxyError,
  V2_CMD,
  ValueError,
} from '../../src/proxy/index.ts';
import { tables } from '../../generated/tables.ts';
import { hexOf } from './outcome.ts';

const ENDS = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };
const LINE = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';

function read(octets: Uint8Array | string, options?: DecodeOptions): ProxyData {
  const result = decode(typeof octets === 'string' ? Buffer.from(octets, 'latin1') : octets, options);
  if (result.status === 'incomplete') throw new Error(`incomplete: ${result.needed}`);
  return result.data;
}

const written = (header: HeaderInput): ProxyData => read(encode(header));

describe("the attributes that aiosmtpd's ProxyData documents", () => {
  test('of a line', () => {
    const data = read(`${LINE}EHLO client\r\n`);
    expect(data).toMatchObject({
      version: 1,
      command: null,
      family: AF.INET,
      protocol: PROTO.STREAM,
      ...ENDS,
      tlv: null,
      tlvStart: null,
      valid: true,
      error: null,
      errorCode: null,
      proxied: true,
      length: LINE.length,
    });
    expect(hexOf(data.rest)).toBe('');
    expect(Buffer.from(data.wholeRaw).toString()).toBe(LINE);
  });

  test('UNKNOWN is valid and names nobody; rest is what follows the word', () => {
    const data = read('PROXY UNKNOWN 1.2.3.4 whatever\r\n');
    expect(data).toMatchObject({
      version: 1,
      command: null,
      family: AF.UNSPEC,
      protocol: PROTO.UNSPEC,
      srcAddr: null,
      srcPort: null,
      dstAddr: null,
      dstPort: null,
      valid: true,
      proxied: false,
    });
    expect(Buffer.from(data.rest).toString()).toBe(' 1.2.3.4 whatever');
    expect(hexOf(read('PROXY UNKNOWN\r\n').rest)).toBe('');
  });

  test('of version 2 with TLVs', () => {
    const octets = encode({ ...ENDS, tlvs: { AUTHORITY: 'mx' } });
    const data = read(Buffer.concat([octets, Buffer.from('EHLO')]));
    expect(data).toMatchObject({
      version: 2,
      command: V2_CMD.PROXY,
      family: AF.INET,
      protocol: PROTO.STREAM,
      ...ENDS,
      tlvStart: 28,
      valid: true,
      proxied: true,
    });
    expect(hexOf(data.rest)).toBe('0200026d78');
    expect(hexOf(data.wholeRaw)).toBe(hexOf(octets));
    expect(data.tlv?.AUTHORITY).toBe('mx');
  });

  test('the checksum can be verified from them as its documentation shows', () => {
    const data = written({ ...ENDS, tlvs: { AUTHORITY: 'mx' }, checksum: true });
    const at = data.tlvStart! + data.tlv!.tlvLoc['CRC32C']! + 3;
    const stated = Buffer.from(data.wholeRaw).readUInt32BE(at);
    expect(stated).toBe(data.tlv?.CRC32C);
  });

  test('LOCAL names nobody, whatever the block holds, and whatever its family', () => {
    const block = encode(ENDS);
    block[12] = 0x20;
    for (const octet of [0x11, 0x21, 0x31, 0x4f, 0xff]) {
      block[13] = octet;
      expect(read(block)).toMatchObject({
        version: 2,
        command: V2_CMD.LOCAL,
        family: AF.UNSPEC,
        protocol: PROTO.UNSPEC,
        srcAddr: null,
        srcPort: null,
        dstAddr: null,
        dstPort: null,
        valid: true,
        proxied: false,
      });
    }
  });

  test('a malformed header has no version, and says why', () => {
    const data = read('PROXY TCP4 203.0.113.7 198.51.100.256 4321 25\r\n');
    expect(data).toMatchObject({
      version: null,
      command: null,
      family: null,
      protocol: null,
      srcAddr: null,
      srcPort: null,
      dstAddr: null,
      dstPort: null,
      tlv: null,
      tlvStart: null,
      valid: false,
      proxied: false,
      errorCode: 'v1-bad-ipv4',
      error:
        "v1-bad-ipv4 at octet 36: expected an IPv4 address: four decimal numbers 0..255 without leading zeros, dots between, found 0x36 '6' (PROXY protocol, section 2.1)",
    });
    expect(hexOf(data.rest)).toBe('');
    expect(Buffer.from(data.wholeRaw).toString()).toBe('PROXY TCP4 203.0.113.7 198.51.100.256');
  });

  test('withError marks a header, and returns it', () => {
    const data = read(LINE);
    expect(data.withError('not from here')).toBe(data);
    expect(data).toMatchObject({ version: 1, valid: false, error: 'not from here', errorCode: null });
  });

  test('sameAttribs compares, and says what differs', () => {
    const data = written({ ...ENDS, tlvs: { UNIQUE_ID: Buffer.from('id') } });
    const rest = Buffer.from('0500026964', 'hex');
    expect(data.sameAttribs({ version: 2, srcAddr: ENDS.srcAddr, rest })).toBe(true);
    expect(data.sameAttribs({})).toBe(true);
    expect(data.sameAttribs({ version: 1 })).toBe(false);
    expect(data.sameAttribs({ rest: Buffer.from('0500026965', 'hex') })).toBe(false);
    expect(data.sameAttribs({ strange: undefined })).toBe(false);
    expect(data.sameAttribs({ srcAddr: null })).toBe(false);
    expect(() => data.sameAttribs({ version: 1 }, { raises: true })).toThrow(ValueError);
    expect(() => data.sameAttribs({ strange: null }, { raises: true })).toThrow(KeyError);
    expect(data.sameAttribs({ version: 2 }, { raises: true })).toBe(true);
  });

  test('AF answers to IP4 and IP6, PROTO to UNKNOWN', () => {
    expect([AF.UNSPEC, AF.IP4, AF.IP6, AF.UNIX]).toEqual([0, 1, 2, 3]);
    expect([AF.INET, AF.INET6]).toEqual([AF.IP4, AF.IP6]);
    expect([PROTO.UNSPEC, PROTO.UNKNOWN, PROTO.STREAM, PROTO.DGRAM]).toEqual([0, 0, 1, 2]);
    expect([V2_CMD.LOCAL, V2_CMD.PROXY]).toEqual([0, 1]);
  });
});

test('a mapped address is shown as what it is, and its IPv4 beside it', () => {
  const data = read('PROXY TCP6 ::FFFF:203.0.113.7 2001:DB8::0025 1 2\r\n');
  expect(data).toMatchObject({
    family: AF.INET6,
    srcAddr: '::ffff:203.0.113.7',
    srcAddrMapped: '203.0.113.7',
    dstAddr: '2001:db8::25',
    dstAddrMapped: null,
  });
  const two = written({ ...ENDS, srcAddr: '::ffff:cb00:7107', dstAddr: '::cb00:7107' });
  expect(two).toMatchObject({ srcAddr: '::ffff:203.0.113.7', srcAddrMapped: '203.0.113.7' });
  expect(two).toMatchObject({ dstAddr: '::cb00:7107', dstAddrMapped: null });
  expect(read(LINE)).toMatchObject({ srcAddrMapped: null, dstAddrMapped: null });
});

test('vouches for a client only with a certificate and verify 0', () => {
  const { SSL, CERT_CONN, CERT_SESS } = PP2_CLIENT;
  const verified = (client: number, verify: number): boolean =>
    written({ ...ENDS, tlvs: { SSL_CLIENT: client, SSL_VERIFY: verify } }).clientVerified;
  expect(verified(SSL, 0)).toBe(false);
  expect(verified(0, 0)).toBe(false);
  expect(verified(0xf8, 0)).toBe(false);
  expect(verified(SSL | CERT_CONN, 1)).toBe(false);
  expect(verified(SSL | CERT_CONN, 0)).toBe(true);
  expect(verified(SSL | CERT_SESS, 0)).toBe(true);
  expect(verified(SSL | CERT_CONN | CERT_SESS, 0)).toBe(true);
  expect(written(ENDS).clientVerified).toBe(false);
  const tlvs = { SSL_CLIENT: SSL | CERT_CONN, SSL_VERIFY: 0 };
  expect(written({ command: 'LOCAL', tlvs }).clientVerified).toBe(false);
});

describe('what is shown', () => {
  test('toJSON names numbers', () => {
    const data = written({ ...ENDS, tlvs: { UNIQUE_ID: Uint8Array.of(1, 2), GCP_PSC_CONNECTION_ID: 7n } });
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      version: 2,
      command: 'PROXY',
      family: 'INET',
      protocol: 'STREAM',
      ...ENDS,
      tlv: { UNIQUE_ID: '0102', GCP_PSC_CONNECTION_ID: '7' },
      valid: true,
    });
    expect(JSON.parse(JSON.stringify(read('GET /')))).toMatchObject({
      version: null,
      command: null,
      valid: false,
      errorCode: 'bad-signature',
    });
  });

  test('node shows the same, without the octets', () => {
    const shown = inspect(written({ ...ENDS, tlvs: { AUTHORITY: 'mx' } }));
    expect(shown).toContain("srcAddr: '203.0.113.7'");
    expect(shown).toContain("'AUTHORITY' => 'mx'");
    expect(shown).not.toContain('bytes');
  });

  test('nothing a peer sent stands unescaped in an error', () => {
    for (let octet = 0; octet < 256; octet++) {
      const line = Buffer.concat([Buffer.from('PROXY TCP4 1.2.3.4'), Buffer.of(octet)]);
      const result = decode(line);
      if (result.status !== 'invalid') continue;
      const texts = [
        result.error.message,
        String(result.error),
        JSON.stringify(result.error),
        inspect(result.data),
      ];
      for (const text of texts) expect(text).toMatch(/^[ -~\n]*$/);
    }
  });

  test('an error is an Error, with code, place, what was expected and what was found', () => {
    const result = decode(Buffer.from('PROXY TCP4 1.2.3.4\t'));
    if (result.status !== 'invalid') throw new Error(result.status);
    expect(result.error).toBeInstanceOf(Error);
    expect(result.error).toBeInstanceOf(ProxyError);
    expect(result.error.toJSON()).toEqual({
      code: 'v1-bad-separator',
      offset: 18,
      expected: 'exactly one space',
      found: '0x09',
      section: '2.1',
    });
    expect(String(result.error)).toBe(`ProxyError: ${result.error.message}`);
  });

  test.each([
    ['ce428f8c', '3460468620 (0xce428f8c)'],
    ['00000000', '0 (0x00000000)'],
    ['0000beef', '48879 (0x0000beef)'],
  ])('a checksum of %s: the error says what it should be, and what the header carries', (stated, found) => {
    const octets = encode({ ...ENDS, checksum: true });
    const due = Buffer.from(octets).readUInt32BE(31);
    octets.set(Buffer.from(stated, 'hex'), 31);
    const result = decode(octets);
    if (result.status !== 'invalid') throw new Error(result.status);
    const expected = `the CRC-32C of the header, ${due} (0x${due.toString(16).padStart(8, '0')})`;
    expect(result.error.toJSON()).toEqual({
      code: 'bad-checksum',
      offset: 31,
      expected,
      found,
      section: '2.2.3',
      hint: expect.stringContaining('dnsdist') as string,
    });
    expect(result.error.message).toContain(`expected ${expected}, found ${found}`);
  });
});

describe('the octets it was read from', () => {
  test('are kept, not copied, whatever kind of view they come in', () => {
    const octets = encode({ ...ENDS, tlvs: { UNIQUE_ID: Uint8Array.of(1, 2) } });
    const around = Buffer.alloc(100, 0xee);
    around.set(octets, 33);
    const view = around.subarray(33, 33 + octets.length);
    const data = read(view);
    for (const part of [data.rest, data.tlv!.UNIQUE_ID!]) expect(part.buffer).toBe(around.buffer);
    for (const part of [data.wholeRaw, data.rest, data.tlv!.UNIQUE_ID!])
      expect(Object.getPrototypeOf(part)).toBe(Uint8Array.prototype);
    expect(hexOf(data.wholeRaw)).toBe(hexOf(octets));
    expect(hexOf(data.rest)).toBe('0500020102');
    expect(hexOf(data.tlv!.UNIQUE_ID!)).toBe('0102');
  });

  test('are not what wholeRaw is made of: the recipe for a checksum may zero it there and compare', () => {
    const octets = encode({ ...ENDS, tlvs: { UNIQUE_ID: Uint8Array.of(1, 2) }, checksum: true });
    const data = read(octets);
    const at = data.tlvStart! + data.tlv!.tlvLoc['CRC32C']! + 3;
    const whole = read(octets).wholeRaw;
    data.wholeRaw.fill(0, at, at + 4);
    expect(hexOf(data.wholeRaw)).toBe(hexOf(Uint8Array.from(whole).fill(0, at, at + 4)));
    expect(tables.crc(data.wholeRaw, data.wholeRaw.length, at)).toBe(data.tlv!.CRC32C);
    expect(data.tlv!.get('CRC32C')).toBe(read(octets).tlv!.CRC32C);
  });

  test('an address that was asked for stays', () => {
    const octets = encode(ENDS);
    const data = read(octets);
    expect(data.srcAddr).toBe('203.0.113.7');
    octets.fill(0);
    expect(data.srcAddr).toBe('203.0.113.7');
  });

  test('one decode does not disturb what another one found', () => {
    const first = read(LINE);
    const second = written({ ...ENDS, srcAddr: '192.0.2.1', tlvs: { AUTHORITY: 'mx' } });
    read('PROXY TCP6 ::1 ::2 3 4\r\n');
    read('nonsense');
    expect([first.srcAddr, first.dstPort]).toEqual(['203.0.113.7', 25]);
    expect([second.srcAddr, second.tlv?.AUTHORITY]).toEqual(['192.0.2.1', 'mx']);
  });
});

test('what is no Uint8Array is a mistake of the caller, not of a peer', () => {
  for (const mistake of ['PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n', new ArrayBuffer(20), {}]) {
    expect(() => decode(mistake as Uint8Array)).toThrow(TypeError);
  }
});

describe('options', () => {
  test.each([
    [{ maxLength: -1 }, 'option maxLength: expected a whole number 0..65535, found -1'],
    [{ maxLength: 65536 }, 'option maxLength: expected a whole number 0..65535, found 65536'],
    [{ maxTLVs: 1.5 }, 'option maxTLVs: expected a whole number 0..21845, found 1.5'],
    [{ maxAuthority: '5' }, 'option maxAuthority: expected a whole number 0..65535, found 5'],
    [{ maxUniqueId: null }, 'option maxUniqueId: expected a whole number 0..65535, found null'],
    [{ duplicates: 'last' }, "option duplicates: expected 'reject' or 'first'"],
    [{ tlv: 'loose' }, "option tlv: expected 'strict' or 'lenient'"],
    [{ mixedFamilies: 1 }, 'option mixedFamilies: expected true or false'],
    [{ versions: [] }, 'option versions: expected [1], [2] or [1, 2]'],
    [{ versions: [1, 3] }, 'option versions: expected [1], [2] or [1, 2]'],
  ])('%j is refused: %s', (options, message) => {
    expect(() => decode(Buffer.from(LINE), options as DecodeOptions)).toThrow(message);
  });
});
