/** Where content goes: one buffer, or a stream with back-pressure. */

export interface ContentSink {
  write(octets: Buffer): void;
  /** All content has come. */
  end(): void;
  /** The message is lost or refused. */
  fail(reason: Error): void;
  /** Whether reading should wait. */
  readonly full: boolean;
  /** Whether what is written from now on is dropped. */
  readonly dropping: boolean;
}

/** Why content stopped before its end: the message is `lost` (the client or a deadline) or `refused` (by the server). */
export class ContentError extends Error {
  readonly code: 'lost' | 'refused';

  constructor(code: 'lost' | 'refused', message: string) {
    super(message);
    this.name = 'ContentError';
    this.code = code;
  }
}

const KEEP = 2048;
const BLOCK = 16_384;

/**
 * Collects a message in memory. Large pieces are kept as they are, small ones are copied together, so that a message
 * sent octet by octet costs no more than one sent at once.
 */
export class ContentBuffer implements ContentSink {
  readonly full = false;
  dropping = false;
  private pieces: Buffer[] = [];
  private block: Buffer | undefined;
  private start = 0;
  private used = 0;

  write(octets: Buffer): void {
    if (this.pieces.length === 0 && this.block === undefined) this.pieces.push(octets);
    else if (octets.length >= KEEP) {
      this.seal();
      this.pieces.push(trimmed(octets));
    } else this.copy(octets);
  }

  end(): void {}

  fail(): void {
    this.dropping = true;
    this.empty();
  }

  /** The whole content; the sink is empty afterwards. */
  take(): Buffer {
    this.seal();
    const { pieces } = this;
    this.empty();
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  private empty(): void {
    this.pieces = [];
    this.block = undefined;
  }

  private copy(octets: Buffer): void {
    if (this.block === undefined || this.used + octets.length > this.block.length) {
      this.seal();
      this.block = Buffer.allocUnsafeSlow(BLOCK);
      this.start = 0;
      this.used = 0;
    }
    octets.copy(this.block, this.used);
    this.used += octets.length;
  }

  private seal(): void {
    if (this.block === undefined || this.used === this.start) return;
    this.pieces.push(this.block.subarray(this.start, this.used));
    this.start = this.used;
  }
}

/** A small piece is copied out of the large buffer that it would keep alive. */
function trimmed(octets: Buffer): Buffer {
  return octets.length * 4 < octets.buffer.byteLength ? Buffer.from(octets) : octets;
}

const HIGH_WATER = 65_536;
const MOST_PIECES = 64;

/** Content as an async iterable; `drained` is called when reading may go on. */
export class ContentStream implements ContentSink, AsyncIterableIterator<Buffer> {
  /** Whether the reader has stopped before the end. */
  abandoned = false;
  /** Whether anybody has begun to read. */
  touched = false;
  private readonly queue: Buffer[] = [];
  private queued = 0;
  private ended = false;
  private failure: Error | undefined;
  private waiting: { resolve(result: IteratorResult<Buffer>): void; reject(error: Error): void } | undefined;
  private readonly drained: () => void;

  constructor(drained: () => void) {
    this.drained = drained;
  }

  get dropping(): boolean {
    return this.abandoned || this.failure !== undefined;
  }

  get full(): boolean {
    return this.queued >= HIGH_WATER || this.queue.length >= MOST_PIECES;
  }

  write(octets: Buffer): void {
    if (this.dropping) return;
    if (this.waiting !== undefined) this.settle({ value: octets, done: false });
    else {
      this.queue.push(trimmed(octets));
      this.queued += octets.length;
    }
  }

  end(): void {
    this.ended = true;
    if (this.waiting !== undefined) this.settle({ value: undefined, done: true });
  }

  fail(reason: Error): void {
    if (this.ended || this.failure !== undefined) return;
    this.failure = reason;
    this.clear();
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.reject(reason);
  }

  /** Stops keeping content that nobody will read. */
  abandon(): void {
    if (this.ended && this.queue.length === 0) return;
    this.abandoned = true;
    const wasFull = this.full;
    this.clear();
    if (wasFull) this.drained();
  }

  next(): Promise<IteratorResult<Buffer>> {
    this.touched = true;
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const wasFull = this.full;
    const piece = this.queue.shift();
    if (piece !== undefined) {
      this.queued -= piece.length;
      if (wasFull && !this.full) this.drained();
      return Promise.resolve({ value: piece, done: false });
    }
    if (this.ended || this.abandoned) return Promise.resolve({ value: undefined, done: true });
    if (this.waiting !== undefined) return Promise.reject(new Error('content is read by two readers'));
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.abandon();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private settle(result: IteratorResult<Buffer>): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting!.resolve(result);
  }

  private clear(): void {
    this.queue.length = 0;
    this.queued = 0;
  }
}
