import assert from 'node:assert/strict';
import { decode, type DecodeOptions, encode, ProxyReader } from '../../src/proxy/index.ts';
import { interpret } from './interpreter.ts';
import type { Reading } from './interpreter/verdict.ts';
import { headerOf, hexOf, type Outcome, outcomeOf } from './outcome.ts';

/** Throws unless interpreter and codec say the same of octets; gives what they said. */
export function agree(octets: Uint8Array, options: DecodeOptions = {}): Outcome {
  const expected = interpret(octets, options as Partial<Reading>);
  const actual = outcomeOf(decode(octets, options));
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    assert.deepEqual(actual, expected, `${hexOf(octets)} with ${JSON.stringify(options)}`);
  }
  return expected;
}

/** The same of every beginning of the octets, and that no octet more ever takes back what was settled. */
export function agreeOnEveryBeginning(octets: Uint8Array, options: DecodeOptions = {}): void {
  let settled: Outcome | undefined;
  for (let length = 0; length <= octets.length; length++) {
    const outcome = agree(octets.subarray(0, length), options);
    if (settled !== undefined) assert.deepEqual(outcome, settled, `${hexOf(octets)} cut at ${length}`);
    if (outcome.status === 'incomplete')
      assert.ok(outcome.needed > length, `needs ${outcome.needed} of ${length}`);
    else settled = outcome;
  }
}

/** Throws unless a reader that is fed the octets in pieces ends where `decode` does. */
export function readInPieces(octets: Uint8Array, cuts: readonly number[], options: DecodeOptions = {}): void {
  const expected = decode(octets, options);
  const reader = new ProxyReader(options);
  const ends = [...new Set([...cuts.map((cut) => cut % (octets.length + 1)), octets.length])].toSorted(
    (a, b) => a - b,
  );
  let start = 0;
  for (const end of ends) {
    // A fresh buffer that is spoilt afterwards: the reader must not lean on it, apart from the rest.
    const chunk = Buffer.from(octets.subarray(start, end));
    const data = reader.push(chunk);
    const rest = hexOf(reader.rest);
    if (data === undefined) {
      chunk.fill(0xa5);
    } else if (data.valid) {
      assert.ok(expected.status === 'ok');
      chunk.fill(0xa5);
      assert.deepEqual(headerOf(data), headerOf(expected.data));
      assert.equal(data.wholeRaw.length, expected.length);
      assert.equal(rest, hexOf(octets.subarray(expected.length, end)));
      return;
    } else {
      assert.ok(expected.status === 'invalid');
      // A hint is taken from what had come by then.
      assert.equal(data.error!.split('; ')[0], expected.error.message.split('; ')[0]);
      assert.equal(rest, '');
      assert.ok(data.wholeRaw.length <= expected.error.offset + 1, 'octets behind the fault are kept');
      return;
    }
    start = end;
  }
  assert.equal(expected.status, 'incomplete', `${hexOf(octets)} in pieces`);
  assert.equal(reader.end().errorCode, 'incomplete-header');
}

/** Octets that lead every line that is not over to its end, the first that can follow taken each time. */
const ONWARD = Buffer.from('\r\n .:0PROXYTC4UNKW6');

/** Throws unless a beginning of a line that counts as incomplete can be gone on with, octet by octet, to a valid line. */
export function completes(octets: Uint8Array, length: number): void {
  let line = Uint8Array.from(octets.subarray(0, length));
  if (String.fromCharCode(line[0] ?? 0) !== 'P' || decode(line).status !== 'incomplete') return;
  for (let result = decode(line); result.status !== 'ok'; result = decode(line)) {
    const next = [...ONWARD].find((octet) => decode(Uint8Array.of(...line, octet)).status !== 'invalid');
    assert.ok(next !== undefined, `nothing can follow ${hexOf(line)}`);
    line = Uint8Array.of(...line, next);
  }
}

/** Throws unless a valid header, taken apart and encoded again, is the same octets, however odd it is. */
export function encodesAgain(octets: Uint8Array, options: DecodeOptions = {}): void {
  const result = decode(octets, options);
  if (result.status !== 'ok') return;
  const { data } = result;
  const encoded = encode(data.toHeader());
  assert.equal(hexOf(encoded), hexOf(data.wholeRaw));
  const again = decode(encoded, options);
  assert.ok(again.status === 'ok', hexOf(octets));
  assert.equal(again.length, encoded.length);
  assert.deepEqual(headerOf(again.data), headerOf(data), hexOf(octets));
}
