import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { encode, ProxyReader } from '../../src/proxy/index.ts';
import { files, octetsOf } from '../vectors/load.ts';
import { headerOf } from './outcome.ts';

const LINE = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';

describe('ProxyReader', () => {
  test('gives the header once it is whole, and again; the rest gathers', () => {
    const reader = new ProxyReader();
    expect(reader.push(Buffer.from(LINE.slice(0, 20)))).toBeUndefined();
    expect(reader.rest.length).toBe(0);
    const data = reader.push(Buffer.from(`${LINE.slice(20)}EH`));
    expect(data?.srcAddr).toBe('203.0.113.7');
    expect(Buffer.from(reader.rest).toString()).toBe('EH');
    expect(reader.push(Buffer.from('LO a\r\n'))).toBe(data);
    expect(Buffer.from(reader.rest).toString()).toBe('EHLO a\r\n');
    expect(reader.end()).toBe(data);
  });

  test('gives a malformed header once no continuation can mend it, and keeps nothing more', () => {
    const reader = new ProxyReader();
    expect(reader.push(Buffer.from('PROXY TCP'))).toBeUndefined();
    const data = reader.push(Buffer.from('5 and more'));
    expect(data).toMatchObject({ valid: false, version: null, errorCode: 'v1-bad-keyword' });
    expect(reader.push(Buffer.from(LINE))).toBe(data);
    expect(reader.rest.length).toBe(0);
    expect(reader.end()).toBe(data);
  });

  test('a connection that ends inside the header, at any octet', () => {
    const binary = encode({
      srcAddr: '::1',
      srcPort: 1,
      dstAddr: '::2',
      dstPort: 2,
      tlvs: { AUTHORITY: 'mx' },
    });
    for (const octets of [Buffer.from(LINE), binary]) {
      for (let length = 0; length < octets.length; length++) {
        const reader = new ProxyReader();
        expect(reader.push(octets.subarray(0, length))).toBeUndefined();
        const data = reader.end();
        expect(data).toMatchObject({
          valid: false,
          version: null,
          errorCode: 'incomplete-header',
          srcAddr: null,
        });
        expect(data.wholeRaw.length).toBe(length);
        expect(reader.push(octets.subarray(length))).toBe(data);
      }
    }
  });

  test('copies what it holds: chunks may be used again, Buffers too', () => {
    for (const make of [Buffer.from, (text: string) => new TextEncoder().encode(text)]) {
      const reader = new ProxyReader();
      const first = make(LINE.slice(0, 30));
      reader.push(first);
      first.fill(0);
      const second = make(LINE.slice(30));
      const data = reader.push(second)!;
      second.fill(0);
      expect([data.srcAddr, data.dstAddr, data.srcPort, data.dstPort]).toEqual([
        '203.0.113.7',
        '198.51.100.25',
        4321,
        25,
      ]);
      const whole = make(LINE);
      const once = new ProxyReader().push(whole)!;
      whole.fill(0);
      expect(once.srcAddr).toBe('203.0.113.7');
      expect(once.wholeRaw.buffer.byteLength).toBe(LINE.length);
    }
  });

  test('holds nothing behind an impossible octet, nor more than the header has', () => {
    const flood = Buffer.alloc(1 << 20, 0x61);
    for (const start of ['PROXY TCP4 1.2.3.4x', 'PROXY UNKNOWN ', 'x', '\r\n\r\n\0\r\nQUIT\n\x31']) {
      const data = new ProxyReader().push(Buffer.concat([Buffer.from(start, 'latin1'), flood]))!;
      expect(data.valid).toBe(false);
      expect(data.wholeRaw.buffer.byteLength).toBeLessThanOrEqual(107);
    }
    const announced = Buffer.from('0d0a0d0a000d0a515549540a2111ffff', 'hex');
    const data = new ProxyReader().push(Buffer.concat([announced, flood]))!;
    expect(data.errorCode).toBe('v2-too-long');
    expect(data.wholeRaw.buffer.byteLength).toBeLessThanOrEqual(16);
    const valid = new ProxyReader();
    expect(valid.push(Buffer.concat([Buffer.from(LINE), flood]))?.wholeRaw.buffer.byteLength).toBe(
      LINE.length,
    );
  });

  test('memory of headers that never end stays near what they sent', () => {
    const sent = Buffer.from('0d0a0d0a000d0a515549540a21111000', 'hex');
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 2000 }, () => {
      const reader = new ProxyReader();
      reader.push(sent);
      for (let i = 0; i < 20; i++) reader.push(Uint8Array.of(i));
      return reader;
    });
    globalThis.gc?.();
    const held = process.memoryUsage().arrayBuffers - before;
    expect(readers.every((reader) => reader.rest.length === 0)).toBe(true);
    expect(held / readers.length).toBeLessThan(4096);
  });

  test('many small chunks cost what they hold: a header of 64 KiB and what follows it, octet by octet', () => {
    const octets = encode({
      srcAddr: '::1',
      srcPort: 1,
      dstAddr: '::2',
      dstPort: 2,
      tlvs: { NOOP: new Uint8Array(65_000).fill(0x61) },
    });
    const reader = new ProxyReader({ maxLength: 65_535 });
    const copied = vi.spyOn(Uint8Array.prototype, 'set');
    onTestFinished(() => copied.mockRestore());
    let data;
    for (let i = 0; i < octets.length; i++) data = reader.push(octets.subarray(i, i + 1));
    for (let i = 0; i < 200_000; i++) reader.push(Uint8Array.of(i & 0xff));
    expect(data?.tlv?.NOOP?.length).toBe(65_000);
    expect(reader.rest.length).toBe(200_000);
    expect([0, 77_777, 199_999].map((i) => reader.rest[i])).toEqual([0, 77_777 & 0xff, 199_999 & 0xff]);
    // Joined anew for each octet, it would be 22 GB to copy.
    const octetsCopied = copied.mock.calls.reduce((sum, [from]) => sum + from.length, 0);
    expect(octetsCopied).toBeGreaterThan(octets.length + 200_000 - 1);
    expect(octetsCopied).toBeLessThan(4 * (octets.length + 200_000));
  });

  test('what was taken of the rest stays as it was', () => {
    const reader = new ProxyReader();
    const chunk = Buffer.from(`${LINE}first`);
    reader.push(chunk);
    const taken = reader.rest;
    reader.push(Buffer.from(' second'));
    reader.push(Buffer.from(' third'));
    expect(Buffer.from(taken).toString()).toBe('first');
    expect(chunk.toString()).toBe(`${LINE}first`);
    expect(Buffer.from(reader.rest).toString()).toBe('first second third');
  });

  test('pushing nothing changes nothing', () => {
    const reader = new ProxyReader();
    expect(reader.push(new Uint8Array())).toBeUndefined();
    expect(reader.push(Buffer.from(LINE))?.valid).toBe(true);
    reader.push(new Uint8Array());
    expect(reader.rest.length).toBe(0);
  });

  test('takes its options at once', () => {
    expect(() => new ProxyReader({ maxLength: -1 })).toThrow(RangeError);
    expect(new ProxyReader({ versions: [2] }).push(Buffer.from('P'))?.errorCode).toBe('version-not-accepted');
  });
});

test('every valid vector, octet by octet', () => {
  const valid = [...files.values()].flat().filter(({ expected }) => expected.status === 'ok');
  expect(valid.length).toBeGreaterThan(100);
  for (const { hex, options, expected } of valid) {
    const octets = octetsOf(hex);
    if (expected.status !== 'ok' || octets.length > 5000) continue;
    const reader = new ProxyReader(options);
    let pushed = 0;
    let data;
    while (data === undefined) data = reader.push(octets.subarray(pushed, ++pushed));
    const { status: _, length, ...header } = expected;
    expect(pushed).toBe(length);
    expect(headerOf(data)).toEqual(header);
  }
});
