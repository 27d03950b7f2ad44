/** Where content goes: one buffer, or a stream with back-pressure. */

import type { Holding } from '../engine/memory-budget.ts';
import { heard } from '../../wire/heard.ts';

/** Takes octets. Those that are `borrowed` are overwritten after the call: they must be copied to be kept. */
export type Take = (octets: Buffer, borrowed: boolean) => void;

export interface ContentSink {
  /** As `Take`. Returns false, and keeps nothing, where there is no memory for the octets. */
  write(octets: Buffer, borrowed: boolean): boolean;
  /** All content has come. */
  end(): void;
  /** The message is lost or refused: it is dropped. */
  abort(reason: Error): void;
  /** The handler has answered: what it still keeps is its own, and counts no more. Once, or again without effect. */
  free(): void;
  /** Whether reading should wait. */
  readonly full: boolean;
  /** Whether anything refers to octets that were written, and not borrowed, since this was set to false. */
  kept: boolean;
}

/** A piece of this size may be kept as it is; smaller ones are copied together. */
const KEEP = 2048;
/** A first piece of this size or more begins a block, since more pieces will follow. */
const LARGE = 16_384;
const LEAST_BLOCK = 16_384;

/**
 * Collects a message in memory. A message of one small piece is kept as it is. Otherwise the beginning is copied into one
 * block, so that most messages need no concatenation; beyond it large pieces are kept as they are and small ones are
 * copied together, so that a message sent octet by octet costs no more than one sent at once.
 */
export class ContentBuffer implements ContentSink {
  readonly full = false;
  kept = false;
  private pieces: Buffer[] = [];
  /** Filled up to `used`; what stands before `start` is among the pieces. */
  private block: Buffer | undefined;
  private start = 0;
  private used = 0;
  private readonly memory: Holding;

  constructor(memory: Holding) {
    this.memory = memory;
  }

  write(octets: Buffer, borrowed: boolean): boolean {
    const { block, pieces } = this;
    if (block === undefined && pieces.length === 0 && octets.length < LARGE) {
      if (!this.memory.take(octets.length)) return false;
      if (!borrowed) this.kept = true;
      pieces.push(borrowed ? apart(octets) : octets);
      return true;
    }
    const fits = block === undefined || this.used + octets.length <= block.length;
    return fits || borrowed || octets.length < KEEP ? this.copy(octets) : this.keep(octets);
  }

  end(): void {}

  abort(): void {
    this.drop();
    this.free();
  }

  free(): void {
    this.memory.end();
  }

  /** The whole content; the sink is empty afterwards. */
  take(): Buffer {
    this.seal();
    const { pieces } = this;
    this.drop();
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  private drop(): void {
    this.pieces = [];
    this.block = undefined;
  }

  private copy(octets: Buffer): boolean {
    if (this.block === undefined || this.used + octets.length > this.block.length) {
      const size = Math.max(LEAST_BLOCK, 2 * octets.length);
      if (!this.memory.take(size)) return false;
      this.seal();
      this.block = Buffer.allocUnsafeSlow(size);
      this.start = 0;
      this.used = 0;
    }
    octets.copy(this.block, this.used);
    this.used += octets.length;
    return true;
  }

  private keep(octets: Buffer): boolean {
    if (!this.memory.take(octets.length)) return false;
    this.seal();
    const piece = trimmed(octets);
    if (piece === octets) this.kept = true;
    this.pieces.push(piece);
    return true;
  }

  private seal(): void {
    if (this.block === undefined || this.used === this.start) return;
    this.pieces.push(this.block.subarray(this.start, this.used));
    this.start = this.used;
  }
}

/** A small piece is copied out of the large buffer that it would keep alive. */
function trimmed(octets: Buffer): Buffer {
  return octets.length * 4 < octets.buffer.byteLength ? apart(octets) : octets;
}

/** A copy that keeps no more memory than it has octets, or stands in Node's pool where those are few. */
function apart(octets: Buffer): Buffer {
  if (octets.length < KEEP) return Buffer.from(octets);
  const copy = Buffer.allocUnsafeSlow(octets.length);
  octets.copy(copy);
  return copy;
}

const HIGH_WATER = 65_536;
const MOST_PIECES = 64;

/** Content as a stream for one reader; `drained` is called when reading may go on. */
export class ContentStream implements ContentSink {
  /** Whether the reader has been told that the content has ended. */
  finished = false;
  private abandoned = false;
  kept = false;
  /** Whether anybody has begun to read. */
  touched = false;
  private readonly queue: Buffer[] = [];
  private queued = 0;
  private ended = false;
  private failure: Error | undefined;
  private waiting: { resolve(result: IteratorResult<Buffer>): void; reject(error: Error): void } | undefined;
  /** What the handler reads. */
  readonly reader: AsyncIterableIterator<Buffer> = new ContentReader(this);
  private readonly memory: Holding;
  private readonly drained: () => void;

  constructor(memory: Holding, drained: () => void) {
    this.memory = memory;
    this.drained = drained;
  }

  get full(): boolean {
    return this.queued >= HIGH_WATER || this.queue.length >= MOST_PIECES;
  }

  write(octets: Buffer, borrowed: boolean): boolean {
    if (this.abandoned || this.failure !== undefined) return true;
    if (this.waiting === undefined && !this.memory.take(octets.length)) return false;
    const piece = borrowed ? apart(octets) : this.waiting === undefined ? trimmed(octets) : octets;
    if (piece === octets) this.kept = true;
    if (this.waiting !== undefined) this.settle({ value: piece, done: false });
    else {
      this.queue.push(piece);
      this.queued += piece.length;
    }
    return true;
  }

  end(): void {
    this.ended = true;
    if (this.waiting === undefined) return;
    this.finished = !this.abandoned;
    this.settle({ value: undefined, done: true });
  }

  abort(reason: Error): void {
    if (this.ended || this.failure !== undefined) return;
    this.failure = reason;
    this.clear();
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.reject(reason);
  }

  /** Stops keeping content that nobody will read. */
  abandon(): void {
    if (this.finished) return;
    this.abandoned = true;
    const wasFull = this.full;
    this.clear();
    if (wasFull) this.drained();
  }

  next(): Promise<IteratorResult<Buffer>> {
    this.touched = true;
    if (this.failure !== undefined) return heard(Promise.reject(this.failure));
    const wasFull = this.full;
    const piece = this.queue.shift();
    if (piece !== undefined) {
      this.queued -= piece.length;
      this.memory.giveBack(piece.length);
      if (wasFull && !this.full) this.drained();
      return Promise.resolve({ value: piece, done: false });
    }
    if (this.ended && !this.abandoned) this.finished = true;
    if (this.ended || this.abandoned) return Promise.resolve({ value: undefined, done: true });
    if (this.waiting !== undefined) return heard(Promise.reject(new Error('content is read by two readers')));
    return heard(
      new Promise((resolve, reject) => {
        this.waiting = { resolve, reject };
      }),
    );
  }

  private settle(result: IteratorResult<Buffer>): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting!.resolve(result);
  }

  free(): void {
    this.memory.end();
  }

  private clear(): void {
    this.queue.length = 0;
    this.queued = 0;
    this.free();
  }
}

/** The reader's end of a stream; the stream itself is the server's. */
class ContentReader implements AsyncIterableIterator<Buffer> {
  readonly #stream: ContentStream;

  constructor(stream: ContentStream) {
    this.#stream = stream;
  }

  next(): Promise<IteratorResult<Buffer>> {
    return this.#stream.next();
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.#stream.abandon();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
