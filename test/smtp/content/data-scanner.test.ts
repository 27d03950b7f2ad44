import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataScanner } from '../../../src/smtp/content/data-scanner.ts';

interface Scan {
  content: string;
  rest: string | undefined;
  bare: boolean;
}

function scan(pieces: readonly string[]): Scan {
  const out: Buffer[] = [];
  const scanner = new DataScanner((octets) => {
    expect(octets.length).toBeGreaterThan(0);
    out.push(Buffer.from(octets));
  });
  let rest: string | undefined;
  for (const piece of pieces) {
    if (rest !== undefined) {
      rest += piece;
      continue;
    }
    // A copy in the middle of a larger buffer, so that reading outside the piece would be seen.
    const octets = Buffer.from(`.\r\n${piece}`, 'latin1');
    const next = scanner.scan(octets, 3);
    if (scanner.ended) rest = octets.toString('latin1', next);
    else expect(next).toBe(octets.length);
  }
  return { content: Buffer.concat(out).toString('latin1'), rest, bare: scanner.bareNewline };
}

/** RFC 5321 4.5.2 word for word, on the whole text at once. */
function model(text: string): Scan {
  const end = text.startsWith('.\r\n') ? 0 : text.indexOf('\r\n.\r\n');
  const ended = end >= 0;
  const wire = !ended ? text : end === 0 && text.startsWith('.\r\n') ? '' : text.slice(0, end + 2);
  const rest = !ended ? undefined : text.slice(wire.length + 3);
  const content = wire.replace(/(^|\r\n)\./g, '$1');
  return { content, rest, bare: /\r(?!\n)|(?<!\r)\n/.test(wire) };
}

function everyCut(text: string): string[][] {
  const cuts: string[][] = [[...text]];
  for (let at = 0; at <= text.length; at++) cuts.push([text.slice(0, at), text.slice(at)]);
  return cuts;
}

const cases: Record<string, { wire: string; content: string; bare: boolean }> = {
  'an empty message is a dot alone': { wire: '.\r\n', content: '', bare: false },
  'the end after a line': { wire: 'a\r\n.\r\n', content: 'a\r\n', bare: false },
  'a stuffed dot alone on a line': { wire: '..\r\n.\r\n', content: '.\r\n', bare: false },
  'stuffed dots at both ends of a line': {
    wire: 'a\r\n..b..\r\n.\r\n',
    content: 'a\r\n.b..\r\n',
    bare: false,
  },
  'a single leading dot before text': { wire: 'a\r\n.b\r\n.\r\n', content: 'a\r\nb\r\n', bare: false },
  'many stuffed lines': { wire: `${'..x\r\n'.repeat(40)}.\r\n`, content: '.x\r\n'.repeat(40), bare: false },
  'NUL between CRLF and dot': { wire: 'a\r\n\0.\r\n.\r\n', content: 'a\r\n\0.\r\n', bare: false },
  'NUL after the dot': { wire: 'a\r\n.\0\r\n.\r\n', content: 'a\r\n\0\r\n', bare: false },
  'vertical tab, form feed and NEL beside dots': {
    wire: 'a\x0b.\x0c.\x85.\r\n.\r\n',
    content: 'a\x0b.\x0c.\x85.\r\n',
    bare: false,
  },
  'LF.LF': { wire: 'a\n.\nb\r\n.\r\n', content: 'a\n.\nb\r\n', bare: true },
  'LF.CRLF': { wire: 'a\n.\r\nb\r\n.\r\n', content: 'a\n.\r\nb\r\n', bare: true },
  'LF.CR': { wire: 'a\n.\rb\r\n.\r\n', content: 'a\n.\rb\r\n', bare: true },
  'CR.CR': { wire: 'a\r.\rb\r\n.\r\n', content: 'a\r.\rb\r\n', bare: true },
  'CR.LF': { wire: 'a\r.\nb\r\n.\r\n', content: 'a\r.\nb\r\n', bare: true },
  'CR.CRLF': { wire: 'a\r.\r\nb\r\n.\r\n', content: 'a\r.\r\nb\r\n', bare: true },
  'CRLF.LF': { wire: 'a\r\n.\nb\r\n.\r\n', content: 'a\r\n\nb\r\n', bare: true },
  'CRLF.CR': { wire: 'a\r\n.\rb\r\n.\r\n', content: 'a\r\n\rb\r\n', bare: true },
  'CRLF.CRCRLF': { wire: 'a\r\n.\r\r\nb\r\n.\r\n', content: 'a\r\n\r\r\nb\r\n', bare: true },
  'CRCRLF.CRCRLF': { wire: 'a\r\r\n.\r\r\nb\r\n.\r\n', content: 'a\r\r\n\r\r\nb\r\n', bare: true },
  'CRLF.LF CRLF': { wire: 'a\r\n.\n\r\nb\r\n.\r\n', content: 'a\r\n\n\r\nb\r\n', bare: true },
  'a stuffed dot after a bare LF': {
    wire: 'a\n..\nb\n..\r\nc\r\n.\r\n',
    content: 'a\n..\nb\n..\r\nc\r\n',
    bare: true,
  },
  'CRCRLF.CRLF ends': { wire: 'a\r\r\n.\r\n', content: 'a\r\r\n', bare: true },
};

describe('rules 38 and 39: one end, dots removed after CRLF only, under every segmentation', () => {
  for (const [name, { wire, content, bare }] of Object.entries(cases)) {
    it(name, () => {
      for (const pieces of everyCut(`${wire}NEXT`)) {
        expect({ pieces, ...scan(pieces) }).toEqual({ pieces, content, rest: 'NEXT', bare });
      }
    });
  }

  it('rule 40: each of the 256 octets passes unchanged', () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet));
    expect(scan([`x${all}\r\n.\r\n`]).content).toBe(`x${all}\r\n`);
  });

  it('agrees with the plain model on random content, cut at random', () => {
    const token = fc.constantFrom(
      '\r',
      '\n',
      '.',
      '\r\n',
      '\r\n.',
      '..',
      'a',
      '\0',
      'x'.repeat(30),
      'y'.repeat(70),
    );
    const wire = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(''));
    const cuts = fc.array(fc.nat(200), { maxLength: 6 });
    fc.assert(
      fc.property(wire, cuts, (text, at) => {
        const edges = [
          0,
          ...at.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b),
          text.length,
        ];
        const pieces = edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
        const expected = model(text);
        const found = scan(pieces);
        if (expected.rest === undefined) {
          // Without an end the last octets may be held back, and a CR at the very end is not yet bare.
          expect(found.rest).toBeUndefined();
          expect(expected.content.startsWith(found.content)).toBe(true);
        } else expect(found).toEqual(expected);
      }),
      { seed: 5321, numRuns: 3000 },
    );
  });

  it('agrees with the plain model on large content and wherever a block of it ends', () => {
    const pieces = fc.constantFrom(
      '\r',
      '\n',
      '.',
      '\r\n',
      '\r\n.',
      '\r\n..',
      '\n.',
      'a',
      'x'.repeat(15),
      'y'.repeat(70),
    );
    const tail = fc.array(pieces, { maxLength: 12 }).map((tokens) => tokens.join(''));
    const kinds = { minLength: 1, maxLength: 3 };
    const filler = fc.array(fc.constantFrom('z', '\r\n..\r\n', 'some words\r\n', '..\r\n', 'é'), kinds);
    fc.assert(
      fc.property(
        filler,
        fc.nat(24),
        tail,
        fc.constantFrom(300, 4096, 65_536, 131_072),
        (fill, before, text, size) => {
          const wire = `${fill
            .join('')
            .repeat(size)
            .slice(0, size - before)}${text}\r\n.\r\n.NEXT\r\n`;
          expect(scan([wire])).toEqual(model(wire));
          expect(scan([wire.slice(0, size - 2), wire.slice(size - 2)])).toEqual(model(wire));
        },
      ),
      { seed: 5322, numRuns: 400 },
    );
  });

  it('E7: two million stuffed lines come unstuffed, each chunk in at most so many pieces as it has lines', () => {
    const lines = 16_384;
    const chunk = Buffer.from('..\r\n'.repeat(lines));
    let octets = 0;
    let pieces = 0;
    const scanner = new DataScanner((piece) => {
      octets += piece.length;
      pieces++;
    });
    const chunks = Math.ceil(2_000_000 / lines);
    for (let sent = 0; sent < chunks; sent++) scanner.scan(chunk, 0);
    expect(octets).toBe(chunks * lines * 3);
    expect(pieces).toBeLessThanOrEqual(chunks * (lines + 1));
  });
});
