import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodedSchema, headerSchema } from '../../generated/schemas.ts';
import { decode, decodeDatagram, encode, type HeaderInput, ProxyError } from '../../src/proxy/index.ts';
import { headerInput } from './header-inputs.ts';
import { inJson } from './in-json.ts';

const runs = (numRuns: number): { seed: number; numRuns: number } => ({ seed: 20_260_427, numRuns });

/** The octets that `encode` makes, or the `ProxyError` it throws. */
function attempt(header: unknown): Uint8Array | ProxyError {
  try {
    return encode(header as HeaderInput);
  } catch (error) {
    if (error instanceof ProxyError) return error;
    throw error;
  }
}

test('the schema accepts what encode accepts, and gives back what encodes to the same octets', () => {
  let accepted = 0;
  fc.assert(
    fc.property(headerInput, (input) => {
      const parsed = headerSchema.safeParse(input);
      const direct = attempt(input);
      if (direct instanceof ProxyError) {
        expect(parsed.success, direct.message).toBe(false);
        return;
      }
      accepted++;
      expect(parsed.error?.issues ?? []).toEqual([]);
      expect(attempt(parsed.data)).toEqual(direct);
    }),
    runs(1500),
  );
  expect(accepted).toBeGreaterThan(1500 / 5);
  expect(accepted).toBeLessThan((1500 * 4) / 5);
});

test('a decoded header passes its schema; written as JSON and parsed it encodes to the same octets', () => {
  fc.assert(
    fc.property(headerInput, (input) => {
      const octets = attempt(input);
      fc.pre(octets instanceof Uint8Array);
      const result = decode(octets, { maxLength: 65535, maxTLVs: 21845 });
      if (result.status !== 'ok') throw new Error(JSON.stringify(result));
      const json = inJson(result.data) as object;
      expect(decodedSchema.parse(json)).toEqual(json);
      expect(attempt(headerSchema.parse(result.data.toHeader()))).toEqual(octets);
    }),
    runs(300),
  );
});

test('a malformed header passes its schema, too', () => {
  const line = fc.constantFrom(
    'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n',
    'PROXY TCP6 ::1 ::ffff:1.2.3.4 1 2\r\n',
    'PROXY UNKNOWN a\r\n',
  );
  const header = fc.oneof(
    line.map((text) => Uint8Array.from(Buffer.from(text))),
    headerInput.map(attempt).filter((octets) => octets instanceof Uint8Array),
  );
  const flips = fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { maxLength: 2 });
  const codes = new Set<string>();
  fc.assert(
    fc.property(header, flips, fc.nat({ max: 400 }), (octets, changes, length) => {
      const spoilt = octets.slice(0, Math.max(1, length));
      for (const [at, octet] of changes) spoilt[at % spoilt.length] = octet;
      const result = decodeDatagram(spoilt);
      if (result.status === 'invalid') codes.add(result.error.code);
      const json = inJson(result.data) as object;
      expect(decodedSchema.parse(json)).toEqual(json);
      expect(decodedSchema.parse(inJson(result.data.withError('no'))).error).toBe('no');
    }),
    runs(500),
  );
  expect(codes.size).toBeGreaterThan(12);
});
