import { ContentError, type ContentSink } from './content-sink.ts';
import { ContentScanner } from './content.ts';
import type { Envelope } from './envelope.ts';
import { HopCounter } from './hop-counter.ts';
import { NewlineNormalizer } from './newline-normalizer.ts';
import type { Settings } from './options.ts';
import { REPLIES } from './replies.ts';

/** The content phase of one message: scanner, policy and limits on the way to the sink. */
export class ContentReceiver {
  readonly sink: ContentSink;
  private readonly scanner: ContentScanner;
  private readonly normalizer: NewlineNormalizer | undefined;
  private readonly hops = new HopCounter();
  private readonly envelope: Envelope;
  private readonly settings: Settings;
  private tooBig = false;

  constructor(sink: ContentSink, envelope: Envelope, settings: Settings) {
    this.sink = sink;
    this.envelope = envelope;
    this.settings = settings;
    const deliver = (octets: Buffer): void => this.deliver(octets);
    this.normalizer = settings.bareNewlines === 'normalize' ? new NewlineNormalizer(deliver) : undefined;
    const { normalizer } = this;
    this.scanner = new ContentScanner(
      normalizer === undefined ? deliver : (octets: Buffer): void => normalizer.write(octets),
    );
  }

  get ended(): boolean {
    return this.scanner.ended;
  }

  /** Reads content from `at` on; returns the index of the first octet after it. */
  receive(chunk: Buffer, at: number): number {
    const next = this.scanner.scan(chunk, at);
    if (this.scanner.ended) this.normalizer?.end();
    return next;
  }

  /** The reply that refuses the content, once it has ended; undefined when it may be taken. */
  verdict(): string | undefined {
    if (this.tooBig) return REPLIES.messageTooBig;
    if (this.scanner.bareNewline && this.settings.bareNewlines === 'reject') return REPLIES.bareNewline;
    if (this.hops.hops >= this.settings.limits.hops) return REPLIES.tooManyHops;
    return undefined;
  }

  private deliver(octets: Buffer): void {
    const { envelope } = this;
    envelope.size += octets.length;
    const limit = this.settings.dataSizeLimit;
    if (limit > 0 && envelope.size > limit) {
      if (!this.tooBig) {
        this.tooBig = true;
        this.sink.fail(new ContentError('refused', 'the message is larger than dataSizeLimit'));
      }
      return;
    }
    this.hops.write(octets);
    this.sink.write(octets);
  }
}
