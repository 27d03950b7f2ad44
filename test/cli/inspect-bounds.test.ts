import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembly } from '../../src/cli/inspect/capture/assembly.ts';
import { Connections } from '../../src/cli/inspect/capture/connections.ts';
import type { Bounds, Progress } from '../../src/cli/inspect/capture/connections.ts';
import type { Segment } from '../../src/cli/inspect/capture/layers/layer.ts';

/** Connections that are decided by an exclamation mark at their end. */
function listening(bounds: Partial<Bounds>) {
  const told: string[] = [];
  const progress = (octets: Buffer): Progress => (octets.at(-1) === 0x21 ? 'all' : 'begun');
  const found = ({ from, octets }: { from: string; octets: Buffer }): void =>
    void told.push(`${from} ${octets}`);
  const all = { octets: 100, total: 1000, open: 100, told: 100, ...bounds };
  const connections = new Connections({ progress, found, followed: found }, all);
  const send = (from: string, sequence: number, text: string, syn = false): void => {
    const segment: Segment = {
      from,
      to: 'server',
      via: '',
      sequence,
      answers: undefined,
      syn,
      fin: false,
      rst: false,
      payload: Buffer.from(text),
      missing: 0,
    };
    connections.segment(segment);
  };
  return { connections, told, send };
}

describe('the connections of a capture, bounded', () => {
  it('gives up the oldest when there are too many whose header is not whole', () => {
    const { connections, told, send } = listening({ open: 2 });
    for (const from of ['a', 'b', 'c', 'd']) send(from, 1, from);
    expect(told).toEqual(['a a', 'b b']);
    send('a', 2, '!');
    connections.end();
    expect(told).toEqual(['a a', 'b b', 'c c', 'd d']);
    expect(connections.counts).toEqual({ givenUp: 2, stray: 0, silent: 0 });
  });

  it('half-open connections without an octet go first unnoticed', () => {
    const { connections, told, send } = listening({ open: 2 });
    for (const from of ['a', 'b', 'c']) send(from, 0, '', true);
    send('a', 1, 'late!');
    expect({ told, counts: connections.counts }).toEqual({
      told: ['a late!'],
      counts: { givenUp: 0, stray: 0, silent: 0 },
    });
  });

  it('holds no more octets in all than it may', () => {
    const { connections, told, send } = listening({ total: 25 });
    for (const from of ['a', 'b', 'c']) send(from, 1, from.repeat(10));
    expect(told).toEqual([`a ${'a'.repeat(10)}`]);
    expect(connections.counts.givenUp).toBe(1);
  });

  it('holds no more octets of one than can matter', () => {
    const { told, send } = listening({ octets: 10 });
    send('a', 1, 'x'.repeat(50));
    send('a', 51, 'y'.repeat(50));
    expect(told).toEqual([`a ${'x'.repeat(10)}`]);
  });

  it('takes packets of a connection it has forgotten for none of a new one', () => {
    const { connections, told, send } = listening({ told: 2 });
    for (const from of ['a', 'b', 'c']) send(from, 1, `${from}!`);
    send('a', 3, 'more!');
    send('c', 3, 'more!');
    expect(told).toEqual(['a a!', 'b b!', 'c c!']);
    expect(connections.counts.stray).toBe(1);
    send('a', 900, '', true);
    send('a', 901, 'again!');
    expect(told.at(-1)).toBe('a again!');
  });
});

describe('Assembly', () => {
  const STREAM = Buffer.from('abcdefghijklmnopqrstuvwxyz');
  const parts = fc.array(fc.tuple(fc.nat(25), fc.nat(12)), { maxLength: 12 });

  it('is the stream up to the first hole, however its segments come', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 30 }), (segments, most) => {
        const assembly = new Assembly(most);
        const there = new Set<number>();
        for (const [from, size] of segments) {
          const octets = STREAM.subarray(from, from + size);
          assembly.add(from, octets);
          octets.forEach((_, at) => from + at < most && there.add(from + at));
        }
        let end = 0;
        while (there.has(end)) end++;
        const next = [...there].filter((at) => at > end).toSorted((a, b) => a - b)[0];
        expect(assembly.octets.toString()).toBe(STREAM.toString('latin1', 0, end));
        expect(assembly.hole).toEqual(next === undefined ? undefined : { from: end, to: next });
        expect(assembly.size).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('keeps what came first', () => {
    const assembly = new Assembly(10);
    assembly.add(2, Buffer.from('cc'));
    assembly.add(0, Buffer.from('xxxxxx'));
    expect(assembly.octets.toString()).toBe('xxccxx');
  });
});
