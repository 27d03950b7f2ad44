import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentBuffer, type ContentSink, ContentStream } from '../../../src/smtp/content/content-sink.ts';
import { Holding, MemoryBudget } from '../../../src/smtp/engine/memory-budget.ts';

const plenty = (): Holding => new Holding(new MemoryBudget(2 ** 40, 2 ** 40), () => undefined);

interface Piece {
  size: number;
  borrowed: boolean;
}

const sizes = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 70_000 }));
const pieces: fc.Arbitrary<Piece[]> = fc.array(fc.record({ size: sizes, borrowed: fc.boolean() }), {
  minLength: 1,
  maxLength: 12,
});

/** Writes pieces as a connection does: what is borrowed, and what nobody keeps, is overwritten at once. */
function write(sink: ContentSink, sent: readonly Piece[]): Buffer {
  const copies: Buffer[] = [];
  for (const [index, { size, borrowed }] of sent.entries()) {
    const chunk = Buffer.alloc(size + (index % 3) * 1000, 0x61 + (index % 26));
    const octets = chunk.subarray(0, size);
    copies.push(Buffer.from(octets));
    sink.kept = false;
    sink.write(octets, borrowed);
    if (borrowed || !sink.kept) chunk.fill(0);
  }
  return Buffer.concat(copies);
}

/** What Node shares out to few octets. */
const POOL = Buffer.from('x').buffer.byteLength;

describe('a message in one buffer', () => {
  it('is what was written, whatever becomes of the memory it came in', () => {
    fc.assert(
      fc.property(pieces, (sent) => {
        const sink = new ContentBuffer(plenty());
        const expected = write(sink, sent);
        expect(sink.take().equals(expected)).toBe(true);
      }),
    );
  });

  it('keeps at most twice its octets, and a block', () => {
    fc.assert(
      fc.property(pieces, (sent) => {
        const sink = new ContentBuffer(plenty());
        write(sink, sent);
        const content = sink.take();
        const most = Math.max(2 * content.length + 16_384 + 2000, POOL);
        expect(content.buffer.byteLength).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('is the octets that came, where it is small and came at once', () => {
    const sink = new ContentBuffer(plenty());
    const octets = Buffer.from('small');
    sink.write(octets, false);
    expect([sink.kept, sink.take()]).toEqual([true, octets]);
  });
});

describe('a message as a stream', () => {
  it('is what was written, whatever becomes of the memory it came in', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.boolean(), async (sent, early) => {
        const sink = new ContentStream(plenty(), () => {});
        const read: Buffer[] = [];
        const reading = async (): Promise<void> => {
          for await (const piece of sink.reader) read.push(piece);
        };
        const done = early ? reading() : undefined;
        const expected = write(sink, sent);
        sink.end();
        await (done ?? reading());
        expect(Buffer.concat(read).equals(expected)).toBe(true);
      }),
    );
  });

  it('hands on no more memory than there are octets in what was borrowed', async () => {
    const sink = new ContentStream(plenty(), () => {});
    sink.write(Buffer.alloc(65_536).subarray(0, 60_000), true);
    const { value } = await sink.next();
    expect((value as Buffer).buffer.byteLength).toBe(60_000);
  });
});
