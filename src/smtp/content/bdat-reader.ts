import type { ContentDeadline } from './content-deadline.ts';
import type { Reader } from '../engine/reader.ts';
import type { IncomingMessage } from './incoming-message.ts';
import { REPLIES } from '../engine/replies.ts';

/** Reads the octets of one BDAT chunk; they are content, or they are dropped (RFC 3030 section 2). */
export class BdatReader implements Reader {
  readonly phase = 'content';
  readonly onTimeout = REPLIES.contentTimeout;
  private left: number;
  private readonly message: IncomingMessage | undefined;
  private readonly messageDeadline: ContentDeadline;
  private readonly done: () => void;

  /**
   * @param size octets of the chunk, at least 1; `message` is undefined for a chunk that is dropped.
   * @param messageDeadline the deadline of all chunks of the message: a chunk of its own earns no more than its octets.
   */
  constructor(
    size: number,
    message: IncomingMessage | undefined,
    messageDeadline: ContentDeadline,
    done: () => void,
  ) {
    this.left = size;
    this.message = message;
    this.messageDeadline = messageDeadline;
    this.done = done;
  }

  get kept(): boolean {
    return this.message?.kept ?? false;
  }

  set kept(kept: boolean) {
    if (this.message !== undefined) this.message.kept = kept;
  }

  read(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.left);
    this.left -= end - at;
    this.messageDeadline.earn(end - at);
    this.message?.take(chunk.subarray(at, end));
    if (this.left === 0) this.done();
    return end;
  }

  deadline(now: number): number {
    return this.messageDeadline.at(now);
  }
}
