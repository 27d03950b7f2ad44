import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { decode, encode, PP2_TYPE, ProxyError, ProxyTLV } from '../../src/proxy/index.ts';
import { hexOf } from './outcome.ts';

const octets = (...hex: string[]): Uint8Array => new Uint8Array(Buffer.from(hex.join(''), 'hex'));
const text = (some: string): string => Buffer.from(some).toString('hex');

/** A checksum, an authority, an id, and SSL with four parts: the shape of aiosmtpd's own test data. */
const RAW = octets(
  '030004', '5afdc6ff',
  '020009', text('AUTHORITI'),
  '050009', text('UNIKUE_ID'),
  '200044', '0100000000',
  '210007', text('TLSv1.3'),
  '250007', text('RSA4096'),
  '24000a', text('RSA-SHA256'),
  '23001b', text('ECDHE-RSA-AES256-CBC-SHA384'),
); // prettier-ignore

describe("what aiosmtpd's ProxyTLV documents", () => {
  const tlv = ProxyTLV.fromRaw(RAW)!;

  test('is a map from name to value', () => {
    expect(tlv).toBeInstanceOf(Map);
    expect([...tlv]).toEqual([
      ['CRC32C', 0x5afdc6ff],
      ['AUTHORITY', 'AUTHORITI'],
      ['UNIQUE_ID', new Uint8Array(Buffer.from('UNIKUE_ID'))],
      ['SSL', true],
      ['SSL_CLIENT', 1],
      ['SSL_VERIFY', 0],
      ['SSL_VERSION', 'TLSv1.3'],
      ['SSL_KEY_ALG', 'RSA4096'],
      ['SSL_SIG_ALG', 'RSA-SHA256'],
      ['SSL_CIPHER', 'ECDHE-RSA-AES256-CBC-SHA384'],
    ]);
    expect(tlv.size).toBe(10);
    expect(tlv.has('SSL_CN')).toBe(false);
    expect(tlv.get('SSL_CN')).toBeUndefined();
    expect([...tlv.keys()].at(-1)).toBe('SSL_CIPHER');
    expect([...tlv.values()].at(-1)).toBe('ECDHE-RSA-AES256-CBC-SHA384');
    const seen: unknown[] = [];
    tlv.forEach((value, name, map) => seen.push([name, value, map === tlv]));
    expect(seen[1]).toEqual(['AUTHORITY', 'AUTHORITI', true]);
  });

  test('each name is a property, null where it is absent', () => {
    expect([tlv.SSL, tlv.SSL_CLIENT, tlv.SSL_VERIFY, tlv.SSL_CIPHER]).toEqual([
      true,
      1,
      0,
      'ECDHE-RSA-AES256-CBC-SHA384',
    ]);
    expect([tlv.ALPN, tlv.NOOP, tlv.SSL_CN, tlv.NETNS, tlv.AWS_VPCE_ID]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test('tlvLoc says where each begins, nested ones too', () => {
    expect(tlv.tlvLoc).toEqual({
      CRC32C: 0,
      AUTHORITY: 7,
      UNIQUE_ID: 19,
      SSL: 31,
      SSL_CLIENT: 34,
      SSL_VERIFY: 35,
      SSL_VERSION: 39,
      SSL_KEY_ALG: 49,
      SSL_SIG_ALG: 59,
      SSL_CIPHER: 72,
    });
    for (const name of ['AUTHORITY', 'SSL_VERSION', 'SSL_CIPHER'] as const) {
      const at = tlv.tlvLoc[name]! + 3;
      const value = tlv[name]!;
      expect(Buffer.from(RAW.subarray(at, at + value.length)).toString()).toBe(value);
    }
  });

  test('sameAttribs compares by name', () => {
    expect(tlv.sameAttribs({ AUTHORITY: 'AUTHORITI', SSL: true, UNIQUE_ID: Buffer.from('UNIKUE_ID') })).toBe(
      true,
    );
    expect(tlv.sameAttribs({ SSL: false })).toBe(false);
    expect(tlv.sameAttribs({ false_attrib: null })).toBe(false);
    expect(tlv.sameAttribs({ SSL_CN: undefined })).toBe(false);
    expect(() => tlv.sameAttribs({ SSL: false }, { raises: true })).toThrow('"SSL"');
    expect(() => tlv.sameAttribs({ false_attrib: null }, { raises: true })).toThrow('"false_attrib"');
  });

  test('sameAttribs compares octets with text and numbers, and names both values', () => {
    expect(tlv.sameAttribs({ AUTHORITY: Buffer.from('AUTHORITI'), CRC32C: octets('5afdc6ff') })).toBe(true);
    expect(tlv.sameAttribs({ AUTHORITY: Buffer.from('AUTHORITY') })).toBe(false);
    const differs = (expected: Record<string, unknown>): unknown => {
      try {
        return tlv.sameAttribs(expected, { raises: true });
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(differs({ SSL: false })).toBe('"SSL" is true, expected false');
    expect(differs({ AUTHORITY: 'x\n' })).toBe('"AUTHORITY" is "AUTHORITI", expected "x\\n"');
    expect(differs({ UNIQUE_ID: octets('01') })).toBe(
      '"UNIQUE_ID" is octets 554e494b55455f4944, expected octets 01',
    );
  });

  test('every type is there by number, too, and going through it drops nothing', () => {
    expect(tlv.get('x02')).toEqual(octets(text('AUTHORITI')));
    expect(tlv.get('SSL_x21')).toEqual(octets(text('TLSv1.3')));
    expect([tlv.has('x05'), tlv.has('xEA'), tlv.get('xEA'), tlv.has('SSL_x22')]).toEqual([
      true,
      false,
      undefined,
      false,
    ]);
    const other = ProxyTLV.fromRaw(
      octets('ea0003', 'ff0102', 'e50001', '61', 'e50001', '62', '040000', '040001', '00'),
    )!;
    expect([other.AWS, other.get('xEA'), other.get('xea')]).toEqual([
      undefined,
      octets('ff0102'),
      octets('ff0102'),
    ]);
    expect([...other]).toEqual([
      ['AWS', undefined],
      ['xE5', [octets('61'), octets('62')]],
      ['NOOP', octets('')],
      ['xEA', octets('ff0102')],
      ['x04', [octets(''), octets('00')]],
    ]);
    expect(JSON.parse(JSON.stringify(other))).toEqual({
      xE5: ['61', '62'],
      NOOP: '',
      xEA: 'ff0102',
      x04: ['', '00'],
    });
  });

  test('PP2_TYPENAME and nameToNum go from number to name and back', () => {
    const names = [
      [0x01, 'ALPN'],
      [0x02, 'AUTHORITY'],
      [0x03, 'CRC32C'],
      [0x04, 'NOOP'],
      [0x05, 'UNIQUE_ID'],
      [0x20, 'SSL'],
      [0x21, 'SSL_VERSION'],
      [0x22, 'SSL_CN'],
      [0x23, 'SSL_CIPHER'],
      [0x24, 'SSL_SIG_ALG'],
      [0x25, 'SSL_KEY_ALG'],
      [0x30, 'NETNS'],
    ] as const;
    for (const [number, name] of names) {
      expect(ProxyTLV.PP2_TYPENAME[number]).toBe(name);
      expect(ProxyTLV.nameToNum(name)).toBe(number);
    }
    for (const none of ['wrongname', '', 'constructor', 'SSL_CLIENT', 'xE4']) {
      expect(ProxyTLV.nameToNum(none)).toBeNull();
    }
    expect(PP2_TYPE.SSL).toBe(0x20);
  });

  test('fromRaw gives nothing of TLVs that are not whole, or not there', () => {
    expect(ProxyTLV.fromRaw(new Uint8Array())).toBeNull();
    expect(ProxyTLV.fromRaw(RAW.subarray(0, -1))).toBeNull();
    expect(ProxyTLV.fromRaw(Buffer.from('fake_tlv'))).toBeNull();
  });
});

describe('parse', () => {
  const truncated = RAW.subarray(0, 30);

  test('gives what stands before a fault', () => {
    expect([...ProxyTLV.parse(truncated)]).toEqual([
      ['CRC32C', 0x5afdc6ff],
      ['AUTHORITY', 'AUTHORITI'],
    ]);
    expect(ProxyTLV.parse(octets('02')).size).toBe(0);
    expect(ProxyTLV.parse(new Uint8Array()).size).toBe(0);
    expect(() => ProxyTLV.parse(truncated, { partialOk: false })).toThrow(ProxyError);
  });

  const brokenSsl = octets(
    '040000',
    '200017',
    '0102030405',
    '210007',
    text('version'),
    '220009',
    text('trunc'),
  );

  test('of SSL that is broken inside gives the parts before the fault, and SSL is false', () => {
    const tlv = ProxyTLV.parse(brokenSsl);
    expect([...tlv]).toEqual([
      ['NOOP', new Uint8Array()],
      ['SSL', false],
      ['SSL_CLIENT', 1],
      ['SSL_VERIFY', 0x02030405],
      ['SSL_VERSION', 'version'],
    ]);
    expect([tlv.SSL, tlv.SSL_VERSION, tlv.SSL_CN]).toEqual([false, 'version', null]);
    expect(tlv.tlvLoc).toEqual({ NOOP: 0, SSL: 3, SSL_CLIENT: 6, SSL_VERIFY: 7, SSL_VERSION: 11 });
    expect(() => ProxyTLV.parse(brokenSsl, { partialOk: false })).toThrow('tlv-overrun at octet 21');
    expect(hexOf(brokenSsl).slice(6, 12)).toBe('200017');
  });

  test('of SSL that is too short gives what stands before it', () => {
    expect([...ProxyTLV.parse(octets('020001', text('a'), '200001', '01')).keys()]).toEqual(['AUTHORITY']);
    expect([...ProxyTLV.parse(octets('200000')).keys()]).toEqual([]);
  });

  test('strict refuses a type without a row; otherwise it is named by its number', () => {
    const unknown = octets('ff0004', text('yeah'));
    expect([...ProxyTLV.parse(unknown)]).toEqual([['xFF', new Uint8Array(Buffer.from('yeah'))]]);
    expect(() => ProxyTLV.parse(unknown, { strict: true })).toThrow('tlv-unknown-type at octet 0');
    expect(() => ProxyTLV.parse(octets('2000080000000000', '400000'), { strict: true })).toThrow('SSL_x40');
    expect(ProxyTLV.parse(RAW, { strict: true, partialOk: false }).size).toBe(10);
  });
});

describe('faults of aiosmtpd that are not here', () => {
  test('SSL of no octets does not break the reader', () => {
    expect(decode(withTlvs('200000')).status).toBe('invalid');
    const lenient = decode(withTlvs('200000'), { tlv: 'lenient' });
    expect(lenient).toMatchObject({ status: 'ok', data: { tlv: null, valid: true, srcAddr: '203.0.113.7' } });
  });

  test('an AUTHORITY inside SSL does not replace the real one, before it or behind it', () => {
    const inside = `20000f0100000000${`020007${text('evil.me')}`}`;
    const real = `02000a${text('mx.example')}`;
    for (const hex of [inside + real, real + inside]) {
      const result = decode(withTlvs(hex));
      if (result.status !== 'ok') throw new Error(result.status);
      expect(result.data.tlv?.AUTHORITY).toBe('mx.example');
      expect(result.data.tlv?.get('SSL_x02')).toEqual(new Uint8Array(Buffer.from('evil.me')));
    }
  });

  test('offsets of what is nested do not begin anew', () => {
    const result = decode(withTlvs(`040000${'2000090100000000220001'}${text('c')}`));
    if (result.status !== 'ok') throw new Error(result.status);
    expect(result.data.tlv?.tlvLoc).toEqual({ NOOP: 0, SSL: 3, SSL_CLIENT: 6, SSL_VERIFY: 7, SSL_CN: 11 });
  });

  test('SSL inside SSL inside SSL is not opened, however deep', () => {
    let hex = '2000050100000000';
    for (let depth = 0; depth < 300; depth++) {
      const length = hex.length / 2 + 5;
      hex = `20${length.toString(16).padStart(4, '0')}0100000000${hex}`;
    }
    const result = decode(withTlvs(hex));
    if (result.status !== 'ok') throw new Error(result.status);
    expect([...result.data.tlv!.keys()]).toEqual(['SSL', 'SSL_CLIENT', 'SSL_VERIFY', 'SSL_x20']);
  });
});

describe('vectors', () => {
  test('lists every one in wire order, and why one has no value', () => {
    const result = decode(
      withTlvs(`040000 20000d 0100000000 210002c3a9 400000 ea0003 017663 ee0002 0133 040001ff e40000`),
    );
    if (result.status !== 'ok') throw new Error(result.status);
    expect(result.data.tlv!.vectors.map((each) => ({ ...each, octets: hexOf(each.octets) }))).toEqual([
      { name: 'NOOP', type: 4, parent: null, offset: 0, octets: '', value: new Uint8Array() },
      { name: 'SSL', type: 0x20, parent: null, offset: 3, octets: '0100000000210002c3a9400000', value: true },
      {
        name: 'SSL_VERSION',
        type: 0x21,
        parent: 'SSL',
        offset: 11,
        octets: 'c3a9',
        value: undefined,
        fault: 'not printable US-ASCII',
      },
      { name: 'SSL_x40', type: 0x40, parent: 'SSL', offset: 16, octets: '', value: new Uint8Array() },
      { name: 'AWS', type: 0xea, parent: null, offset: 19, octets: '017663', value: true },
      { name: 'AWS_VPCE_ID', type: 1, parent: 'AWS', offset: 22, octets: '7663', value: 'vc' },
      {
        name: 'AZURE',
        type: 0xee,
        parent: null,
        offset: 25,
        octets: '0133',
        value: undefined,
        fault: 'sub-type 0x01 is not known or does not fit',
      },
      {
        name: 'AZURE_PRIVATEENDPOINT_LINKID',
        type: 1,
        parent: 'AZURE',
        offset: 28,
        octets: '33',
        value: undefined,
        fault: 'length 1, where AZURE_PRIVATEENDPOINT_LINKID has 4',
      },
      { name: 'NOOP', type: 4, parent: null, offset: 30, octets: 'ff', value: Uint8Array.of(255) },
      { name: 'xE4', type: 0xe4, parent: null, offset: 34, octets: '', value: new Uint8Array() },
    ]);
  });
});

describe('it behaves as any map', () => {
  const fresh = (): ProxyTLV => ProxyTLV.parse(RAW);

  test('set, delete and clear count from the first moment', () => {
    const set = fresh();
    set.set('AUTHORITY', 'mine');
    expect([set.get('AUTHORITY'), set.size]).toEqual(['mine', 10]);
    const less = fresh();
    expect(less.delete('AUTHORITY')).toBe(true);
    expect([less.has('AUTHORITY'), less.size]).toEqual([false, 9]);
    const none = fresh();
    none.clear();
    expect([none.size, [...none]]).toEqual([0, []]);
  });

  test('node and JSON show its entries', () => {
    expect(inspect(ProxyTLV.parse(octets('020001', text('a'))))).toBe("Map(1) { 'AUTHORITY' => 'a' }");
    expect(JSON.stringify(ProxyTLV.parse(octets('05000101')))).toBe('{"UNIQUE_ID":"01"}');
  });

  test('two of them do not share what they found', () => {
    const first = fresh();
    const second = ProxyTLV.parse(octets('020001', text('b')));
    expect([first.AUTHORITY, second.AUTHORITY, first.SSL_CIPHER, second.SSL_CIPHER]).toEqual([
      'AUTHORITI',
      'b',
      'ECDHE-RSA-AES256-CBC-SHA384',
      null,
    ]);
  });
});

/** A header with TLVs given in hex. */
function withTlvs(hex: string): Uint8Array {
  const tlvs = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  const header = Buffer.concat([
    encode({ srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 }),
    tlvs,
  ]);
  header.writeUInt16BE(12 + tlvs.length, 14);
  return header;
}
