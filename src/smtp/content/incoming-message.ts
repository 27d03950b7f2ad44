/** One message coming in: scanner, policy and limits on the way to the handler. */

import { BdatScanner } from './bdat-scanner.ts';
import { ContentError } from '../api/content-error.ts';
import type { ContentSink, Take } from './content-sink.ts';
import { DataScanner } from './data-scanner.ts';
import type { ContentDeadline } from './content-deadline.ts';
import type { Delivery } from './delivery.ts';
import type { EnvelopeState } from '../engine/envelope-state.ts';
import { HopCounter } from './hop-counter.ts';
import { NewlineNormalizer } from './newline-normalizer.ts';
import type { BareNewlines } from '../api/options/newline-policy.ts';
import type { Settings } from '../api/options/options.ts';
import { REPLIES } from '../engine/replies.ts';

/** Chunks of a message that may have any size. */
const FREE_CHUNKS = 1000;
/** Octets that each chunk beyond them has to bring on average: less than a line of text, which some clients send as one. */
const LEAST_CHUNK = 64;

export class IncomingMessage {
  readonly delivery: Delivery;
  readonly deadline: ContentDeadline;
  private readonly sink: ContentSink;
  private readonly scanner: DataScanner;
  private readonly chunks: BdatScanner | undefined;
  private readonly write: Take;
  private readonly normalizer: NewlineNormalizer | undefined;
  private readonly hops = new HopCounter();
  private readonly envelope: EnvelopeState;
  private readonly settings: Settings;
  private readonly aborted: (reason: ContentError) => void;
  private readonly policy: BareNewlines;
  /** The reply to a message whose content is dropped from now on. */
  private failed: string | undefined;
  private chunkCount = 0;
  private chunkOctets = 0;

  /**
   * @param policy for a bare CR or LF.
   * @param chunked whether it comes with BDAT: no dots to remove, and BINARYMIME may hold anything.
   * @param deadline the one of its content, from the first octet to the last.
   * @param aborted told when the message is lost or refused.
   */
  constructor(
    delivery: Delivery,
    envelope: EnvelopeState,
    settings: Settings,
    policy: BareNewlines,
    chunked: boolean,
    deadline: ContentDeadline,
    aborted: (reason: ContentError) => void,
  ) {
    this.delivery = delivery;
    this.deadline = deadline;
    this.sink = delivery.sink;
    this.envelope = envelope;
    this.settings = settings;
    this.aborted = aborted;
    this.policy = policy;
    const binary = envelope.body === 'BINARYMIME';
    const pass: Take = (octets, borrowed) => this.pass(octets, borrowed);
    const normalizer = policy === 'normalize' && !binary ? new NewlineNormalizer(pass) : undefined;
    this.normalizer = normalizer;
    this.write = normalizer === undefined ? pass : (octets): void => normalizer.write(octets);
    this.scanner = new DataScanner(this.write);
    this.chunks = chunked && !binary ? new BdatScanner() : undefined;
  }

  get ended(): boolean {
    return this.scanner.ended;
  }

  /** The reply that refuses it whatever still comes; undefined while it may be taken. */
  get failure(): string | undefined {
    return this.failed;
  }

  get full(): boolean {
    return this.sink.full;
  }

  /** Whether anything refers to octets that have come since this was set to false. */
  get kept(): boolean {
    return this.sink.kept;
  }

  set kept(kept: boolean) {
    this.sink.kept = kept;
  }

  /** Reads content after DATA from `at` on; returns the index of the first octet after it. */
  scan(chunk: Buffer, at: number): number {
    return this.scanner.scan(chunk, at);
  }

  /** Counts a BDAT chunk that is about to come: none without octets, which `limits.junkCommands` bounds. */
  beginChunk(octets: number): void {
    if (octets === 0) return;
    this.chunkCount++;
    this.chunkOctets += octets;
    const small = this.chunkOctets < (this.chunkCount - FREE_CHUNKS) * LEAST_CHUNK;
    if (small || this.chunkCount > this.settings.limits.chunks) this.fail(REPLIES.tooManyChunks);
  }

  /** Takes the octets of a BDAT chunk as they are. */
  take(octets: Buffer): void {
    this.chunks?.write(octets);
    this.write(octets, false);
  }

  /** All content has come: the reply that refuses it, or undefined when the handler may answer. */
  end(): string | undefined {
    this.chunks?.end();
    this.normalizer?.end();
    const refusal = this.refusal();
    if (refusal === undefined) this.sink.end();
    else this.refuse(refusal);
    return refusal;
  }

  /** @param reply the one that the client hears. */
  refuse(reply: string): void {
    this.abort(refused(reply));
  }

  abort(reason: ContentError): void {
    this.sink.abort(reason);
    this.envelope.abort(() => reason);
    this.aborted(reason);
  }

  private refusal(): string | undefined {
    if (this.failed !== undefined) return this.failed;
    const bare = this.scanner.bareNewline || this.chunks?.bareNewline === true;
    if (bare && this.policy === 'reject') return REPLIES.bareNewline;
    if (this.hops.hops >= this.settings.limits.hops) return REPLIES.tooManyHops;
    return undefined;
  }

  /** What has come is dropped, and all that still comes; `reply` is given at the end. */
  private fail(reply: string): void {
    if (this.failed !== undefined) return;
    this.failed = reply;
    this.sink.abort(refused(reply));
  }

  private pass(octets: Buffer, borrowed: boolean): void {
    const { dataSizeLimit } = this.settings;
    this.envelope.size += octets.length;
    if (dataSizeLimit > 0 && this.envelope.size > dataSizeLimit) this.fail(REPLIES.messageTooBig);
    if (this.failed !== undefined) return;
    this.hops.write(octets);
    if (!this.sink.write(octets, borrowed)) this.fail(REPLIES.noMemory);
  }
}

function refused(reply: string): ContentError {
  return new ContentError('refused', `the server refuses the message: ${reply.trimEnd()}`);
}
