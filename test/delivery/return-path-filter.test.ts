import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReturnPathFilter } from '../../src/delivery/maildir/return-path-filter.ts';
import { withoutReturnPath } from './support.ts';

function filtered(chunks: readonly Buffer[]): string {
  const filter = new ReturnPathFilter();
  const passed = chunks.flatMap((chunk) => filter.push(chunk).map((octets) => Buffer.from(octets)));
  return Buffer.concat([...passed, filter.end()]).toString('latin1');
}

const CASES: readonly { name: string; message: string; passes: string }[] = [
  { name: 'an empty message', message: '', passes: '' },
  { name: 'a message without the field', message: 'A: b\r\n\r\nbody\r\n', passes: 'A: b\r\n\r\nbody\r\n' },
  { name: 'the field first', message: 'Return-Path: <x@y>\r\nA: b\r\n\r\n', passes: 'A: b\r\n\r\n' },
  {
    name: 'the field last, twice, in any case',
    message: 'A: b\r\nreturn-PATH:<x@y>\r\nReturn-path: <z@y>\r\n\r\nbody',
    passes: 'A: b\r\n\r\nbody',
  },
  {
    name: 'a folded field with its continuation lines, and nothing of the next field',
    message: 'Return-Path:\r\n <x@y>\r\n\t(comment)\r\nA: b\r\n folded\r\n\r\n',
    passes: 'A: b\r\n folded\r\n\r\n',
  },
  { name: 'white space before the colon', message: 'Return-Path \t: <x>\r\nA: b\r\n', passes: 'A: b\r\n' },
  {
    name: 'a field that only begins alike',
    message: 'Return-Paths: 1\r\nReturn-Path2: 2\r\nReturn-Pat: 3\r\nReturn-Path\r\nReturn Path: 4\r\n',
    passes: 'Return-Paths: 1\r\nReturn-Path2: 2\r\nReturn-Pat: 3\r\nReturn-Path\r\nReturn Path: 4\r\n',
  },
  {
    name: 'a CR where the hyphen belongs',
    message: 'Return\rPath: <x>\r\n\r\n',
    passes: 'Return\rPath: <x>\r\n\r\n',
  },
  {
    name: 'the same text in the body',
    message: 'A: b\r\n\r\nReturn-Path: <x@y>\r\n',
    passes: 'A: b\r\n\r\nReturn-Path: <x@y>\r\n',
  },
  { name: 'a body at once', message: '\r\nReturn-Path: <x>\r\n', passes: '\r\nReturn-Path: <x>\r\n' },
  {
    name: 'lines that end with a bare LF',
    message: 'Return-Path: <x>\nA: b\n\nReturn-Path: <x>\n',
    passes: 'A: b\n\nReturn-Path: <x>\n',
  },
  { name: 'a message that ends in the name', message: 'A: b\r\nReturn-Pa', passes: 'A: b\r\nReturn-Pa' },
  { name: 'a message that ends in the field', message: 'A: b\r\nReturn-Path: <x', passes: 'A: b\r\n' },
  {
    name: 'lines that end with CR alone',
    message: 'Return-Path: <x>\rA: b\rReturn-path: <y>\r folded\rB: c\r\rReturn-Path: <x>\r',
    passes: 'A: b\rB: c\r\rReturn-Path: <x>\r',
  },
  { name: 'nothing but the field, ended by CR', message: 'Return-Path: <x>\r', passes: '' },
  {
    name: 'a body at once, after CR alone',
    message: '\rReturn-Path: <x>\r',
    passes: '\rReturn-Path: <x>\r',
  },
  {
    name: 'the field among lines that end with CRLF, ended by CR alone',
    message: 'A: b\r\nReturn-Path: <x>\rB: c\r\rbody',
    passes: 'A: b\r\nB: c\r\rbody',
  },
  {
    name: 'the name behind a CR that ends no line',
    message: 'A: b\r\nB: c\rReturn-Path: <x>\r\n\rC: d\r\n\r\n',
    passes: 'A: b\r\nB: c\rReturn-Path: <x>\r\n\rC: d\r\n\r\n',
  },
  { name: 'a lone CR at the end', message: 'A: b\r\n\r', passes: 'A: b\r\n\r' },
  {
    name: 'more white space before the colon than a field has',
    message: `Return-Path${' '.repeat(200)}: x\r\n`,
    passes: `Return-Path${' '.repeat(200)}: x\r\n`,
  },
];

describe('ReturnPathFilter', () => {
  it.each(CASES)('$name, whole and at every cut', ({ message, passes }) => {
    const octets = Buffer.from(message, 'latin1');
    expect(filtered([octets])).toBe(passes);
    for (let cut = 0; cut <= octets.length; cut++) {
      expect(filtered([octets.subarray(0, cut), octets.subarray(cut)]), `cut at ${cut}`).toBe(passes);
    }
    expect(filtered(Array.from(octets, (octet) => Buffer.from([octet])))).toBe(passes);
  });

  it('agrees with a line-by-line reading of random messages in random pieces', () => {
    const part = fc.constantFrom(
      'Return-Path',
      'return-path',
      ':',
      ' ',
      '\t',
      '\r\n',
      '\r',
      '\n',
      'A: b',
      '\0',
      'é',
    );
    const message = fc.array(part, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));
    const cuts = fc.array(fc.nat(60), { maxLength: 6 });
    fc.assert(
      fc.property(message, cuts, (octets, places) => {
        expect(filtered(pieces(octets, places))).toBe(withoutReturnPath(octets.toString('latin1')));
      }),
      { seed: 20261122, numRuns: 3000 },
    );
  });
});

function pieces(octets: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.filter((place) => place < octets.length), octets.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => octets.subarray(index === 0 ? 0 : ends[index - 1], end));
}
