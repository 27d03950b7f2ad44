import { describe, expect, test } from 'vitest';
import { AF_NAME, decode, decodeDatagram, encode, type HeaderInput, ProxyError, ProxyTLV } from '../../src/proxy/index.ts';
import { readInPieces } from '../proxy/differential.ts';
import { interpret } from '../proxy/interpreter.ts';
import type { Reading } from '../proxy/interpreter/verdict.ts';
import { outcomeOf, plainOf } from '../proxy/outcome.ts';
import { encodeVectors, files, octetsOf, type ParseVector, parseVectors, revive } from './load.ts';

describe.each([...files])('%s', (_, vectors) => {
  test.each(vectors)('$name', ({ hex, options, datagram, expected }) => {
    const octets = octetsOf(hex);
    const read = datagram === true ? decodeDatagram : decode;
    expect(outcomeOf(read(octets, options))).toEqual(expected);
    if (datagram === true) return;

    expect(interpret(octets, options as Partial<Reading> | undefined)).toEqual(expected);

    // A Buffer, and a view into the middle of other octets, are as good.
    expect(outcomeOf(read(Buffer.from(octets), options))).toEqual(expected);
    const around = new Uint8Array(octets.length + 9).fill(0x0d);
    around.set(octets, 7);
    expect(outcomeOf(read(around.subarray(7, 7 + octets.length), options))).toEqual(expected);

    const every = octets.length > 5000 ? [1, 15, 16, 17, 28, 5000] : Array.from(octets, (__, at) => at);
    readInPieces(octets, every, options);
    for (const cut of every.filter((at) => at < 300)) readInPieces(octets, [cut], options);
  });
});

describe('no bit of a captured header flips unnoticed where it has a checksum', () => {
  const captures = files.get('captures')!.flatMap(({ name, hex }) => {
    const octets = octetsOf(hex);
    const result = decode(octets);
    const at = result.status === 'ok' ? result.data.tlv?.tlvLoc['CRC32C'] : undefined;
    return result.status !== 'ok' || at === undefined
      ? []
      : [{ name, octets, length: result.length, type: result.data.tlvStart! + at }];
  });
  expect(captures.length).toBeGreaterThan(2);

  test.each(captures)('$name', ({ octets, length, type }) => {
    const unnoticed: string[] = [];
    for (let bit = 0; bit < 8 * length; bit++) {
      const flipped = octets.slice();
      flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7));
      const result = decode(flipped);
      if (result.status !== 'ok') continue;
      unnoticed.push(
        bit >> 3 === type ? 'no checksum' : result.data.proxied ? `bit ${bit}` : AF_NAME[result.data.family!]!,
      );
    }
    // Where its type is another one there is no checksum, and nobody knows where TLVs begin behind addresses of no family.
    expect(new Set(unnoticed)).toEqual(new Set(['UNSPEC', 'no checksum']));
    expect(unnoticed.filter((what) => what === 'UNSPEC').length).toBe(1);
  });
});

describe('encode', () => {
  test.each(encodeVectors)('$name', ({ header, hex, error }) => {
    const given = revive(header) as HeaderInput;
    if (error !== undefined) {
      expect(refusal(() => encode(given))).toBe(error);
      return;
    }
    const octets = encode(given);
    expect(Buffer.from(octets).toString('hex')).toBe(hex);
    expect(octets.byteLength).toBe(octets.buffer.byteLength);
    const result = decode(octets, { maxLength: 65535 });
    if (result.status !== 'ok') throw new Error(`decode says ${result.status}`);
    expect(result.length).toBe(octets.length);
    expect(Buffer.from(encode(result.data.toHeader())).toString('hex')).toBe(hex);
  });
});

describe('TLVs alone', () => {
  test.each(parseVectors)('$name', ({ hex, options, expected }) => {
    expect(parsed(octetsOf(hex), options)).toEqual(expected);
  });
});

function parsed(octets: Uint8Array, options: ParseVector['options']): ParseVector['expected'] {
  try {
    const values = [...ProxyTLV.parse(octets, options)].map(([name, value]) => [name, plainOf(value)]);
    return { values: Object.fromEntries(values) };
  } catch (error) {
    if (error instanceof ProxyError) return { code: error.code, offset: error.offset };
    throw error;
  }
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ProxyError) return error.code;
    throw error;
  }
  return 'none';
}
