/** Reads content after DATA up to its end. */

import type { Reader } from '../engine/reader.ts';
import type { IncomingMessage } from './incoming-message.ts';
import { REPLIES } from '../engine/replies.ts';

export class DataReader implements Reader {
  readonly phase = 'content';
  readonly onTimeout = REPLIES.contentTimeout;
  private readonly message: IncomingMessage;
  private readonly done: () => void;

  /** @param done called when the end of the content has been read. */
  constructor(message: IncomingMessage, done: () => void) {
    this.message = message;
    this.done = done;
  }

  get kept(): boolean {
    return this.message.kept;
  }

  set kept(kept: boolean) {
    this.message.kept = kept;
  }

  read(chunk: Buffer, at: number): number {
    const next = this.message.scan(chunk, at);
    if (this.message.ended) this.done();
    return next;
  }

  deadline(now: number, octets: number): number {
    const { deadline } = this.message;
    deadline.earn(octets);
    return deadline.at(now);
  }
}
