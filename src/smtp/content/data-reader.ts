/** Reads content after DATA up to its end. */

import type { Input } from '../engine/reader.ts';
import type { Message } from './incoming-message.ts';
import type { Settings } from '../api/options.ts';
import { REPLIES } from '../engine/replies.ts';

/**
 * The deadline of content: it starts at `timeouts.content` from now, every octet earns the time it has at the minimum
 * rate, and it never lies further away than `timeouts.content`. So silence and a drip both end, and an honest slow
 * client does not.
 */
export class ContentDeadline {
  private until: number;
  private readonly settings: Settings;

  constructor(settings: Settings, now: number) {
    this.settings = settings;
    this.until = now + settings.timeouts.content;
  }

  /** Octets of the message have come. */
  earn(octets: number): void {
    this.until += (octets * 1000) / this.settings.limits.contentRate;
  }

  at(now: number): number {
    this.until = Math.min(this.until, now + this.settings.timeouts.content);
    return this.until;
  }

  /** Time that passed for the handler, not for the client. */
  shift(duration: number): void {
    this.until += duration;
  }
}

export class ContentInput implements Input {
  readonly phase = 'content';
  readonly onTimeout = REPLIES.contentTimeout;
  private readonly message: Message;
  private readonly done: () => void;

  /** @param done called when the end of the content has been read. */
  constructor(message: Message, done: () => void) {
    this.message = message;
    this.done = done;
  }

  get full(): boolean {
    return this.message.full;
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
    const { time } = this.message;
    time.earn(octets);
    return time.at(now);
  }
}
