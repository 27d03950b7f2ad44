import { describe, expect, test } from 'vitest';
import { decode, encode, ProxyData, ProxyReader } from '../../src/proxy/index.ts';
import { hexOf } from './outcome.ts';

const ENDS = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.25', dstPort: 25 };

function read(octets: Uint8Array): ProxyData {
  const result = decode(octets);
  if (result.status !== 'ok') throw new Error(result.status);
  return result.data;
}

describe('the class itself', () => {
  test('makes an empty one that is not valid', () => {
    const data = new ProxyData();
    expect(data).toBeInstanceOf(ProxyData);
    expect(read(encode(ENDS))).toBeInstanceOf(ProxyData);
    expect([data.valid, data.version, data.srcAddr, data.tlv, data.length]).toEqual([
      false,
      null,
      null,
      null,
      0,
    ]);
    expect(data.toJSON()).toMatchObject({ valid: false, errorCode: 'incomplete-header' });
    expect(data.withError('no').error).toBe('no');
  });

  test('makes one of what encode takes, beyond the bounds of a receiver, too', () => {
    const data = ProxyData.from({ ...ENDS, tlvs: { AUTHORITY: 'mx' } });
    expect([data.valid, data.srcAddr, data.tlv?.AUTHORITY]).toEqual([true, '203.0.113.7', 'mx']);
    const many = ProxyData.from({
      ...ENDS,
      tlvs: Array.from({ length: 90 }, () => ({ xE5: new Uint8Array(90) })),
    });
    expect(many.tlv?.vectors).toHaveLength(90);
    expect(() => ProxyData.from({ ...ENDS, srcPort: 70_000 })).toThrow('srcPort');
  });
});

describe('what fields cannot say is written again', () => {
  const header = (hex: string): Uint8Array => Buffer.from(`0d0a0d0a000d0a515549540a${hex}`, 'hex');
  const path = (hex: string): string => hex.padEnd(216, '0');

  test.each([
    ['an unnamed pair', '21010000'],
    ['another', '2110000c0102030405060708090a0b0c'],
    ['a reserved type', '2111000fcb007107c633641910e10019ff0000'],
    ['a path with CR LF', `213100d8${path('2f0d0a')}${path('2f61')}`],
    ['a path that is no UTF-8', `213100d8${path('2fff')}${path('2f61')}`],
    ['octets behind the NUL of a path', `213100d8${path('2f6100ee')}${path('2f61')}`],
    ['an ignored block', '2011000ccb007107c633641910e10019'],
    ['octets that are no TLVs', '2000000401020304'],
  ])('%s', (_, hex) => {
    const octets = header(hex);
    expect(hexOf(encode(read(octets).toHeader()))).toBe(hexOf(octets));
  });

  test('but not where a field was changed', () => {
    const given = read(header(`213100d8${path('2fff')}${path('2f61')}`)).toHeader();
    expect(read(encode({ ...given, srcAddr: '/b' })).srcAddr).toBe('/b');
    const reserved = read(header('21110013cb007107c633641910e10019ff0000050001aa')).toHeader();
    (reserved.tlvs as Record<string, Uint8Array>[])[1]!['UNIQUE_ID']![0] = 0xbb;
    expect(() => encode(reserved)).toThrow('xFF');
  });
});

describe('an error says what is often behind it', () => {
  const V2 = '0d0a0d0a000d0a515549540a';
  const ENDS_V2 = 'cb007107c633641910e10019';

  test.each([
    ['1603010200', 'the peer speaks TLS'],
    [Buffer.from('EHLO mx').toString('hex'), 'the peer speaks SMTP'],
    [Buffer.from('GET / HTTP/1.1').toString('hex'), 'the peer speaks HTTP'],
    [Buffer.from('proxy tcp4 ').toString('hex'), 'upper case'],
    [Buffer.from('PROXY tcp4 ').toString('hex'), 'upper case'],
    [Buffer.from('\r\nPROXY TCP4').toString('hex'), 'an empty line'],
    [Buffer.from('\nPROXY TCP4').toString('hex'), 'an empty line'],
    [Buffer.from('PROXY TCP4 2001:db8::7 ').toString('hex'), 'mixedFamilies'],
    [Buffer.from('PROXY TCP6 2001:db8::7 127.0.0.1 ').toString('hex'), 'mixedFamilies'],
    [`${V2}21212400${ENDS_V2}`, 'the other way round it is 36'],
    [`${V2}211100d8${ENDS_V2}${'00'.repeat(204)}`, 'zeros are no TLVs'],
    [`${V2}21110012${ENDS_V2}030003000000`, 'CRC32C has 4 octets'],
    [`${V2}21110014${ENDS_V2}0200016102000162`, "duplicates: 'first'"],
    [`${V2}21110013${ENDS_V2}03000400000000`, 'dnsdist'],
    [`${V2}21110013${ENDS_V2}03000463da5e39`, 'little endian'],
  ])('%s', (hex, hint) => {
    const octets = Buffer.from(hex, 'hex');
    const result = decode(octets);
    if (result.status !== 'invalid') throw new Error(result.status);
    expect(result.error.hint).toContain(hint);
    expect(result.error.message).toContain(hint);
    expect(new ProxyReader().push(octets)?.error).toBe(result.error.message);
  });

  test('and nothing where nothing is known', () => {
    const result = decode(Buffer.from('\u0001'));
    expect(result.status === 'invalid' && result.error.hint).toBeNull();
  });
});
