/** The message of the current transaction: DATA or BDAT, from the first octet to the reply. */

import { BdatReader } from './bdat-reader.ts';
import { ContentDeadline } from './content-deadline.ts';
import { DataReader } from './data-reader.ts';
import type { ContentError } from '../api/content-error.ts';
import { collect, type Delivery, stream } from './delivery.ts';
import type { ContentIntake, Exchange } from '../engine/exchange.ts';
import type { ContentReply } from '../api/handler.ts';
import { IncomingMessage } from './incoming-message.ts';
import { Holding } from '../engine/memory-budget.ts';
import { isThenable } from '../../sasl/state-machine.ts';
import { newlinePolicy } from '../api/options/newline-policy.ts';
import { REPLIES } from '../engine/replies.ts';
import { formatReply, type HookReply, readReply, type Reply } from '../api/reply.ts';

export class Reception implements ContentIntake {
  /** Content that has begun and not ended. */
  message: IncomingMessage | undefined;
  /** A chunk was refused: all others are, until RSET (RFC 3030 section 2). */
  private failed = false;
  private readonly exchange: Exchange;
  private readonly drained: () => void;

  /** @param drained called when a streaming handler has made room. */
  constructor(exchange: Exchange, drained: () => void) {
    this.exchange = exchange;
    this.drained = drained;
  }

  get chunking(): boolean {
    return this.failed || this.message !== undefined;
  }

  get hasRoom(): boolean {
    const { handler, admission, envelope } = this.exchange;
    const octets = handler.handleContent === undefined ? (envelope.declaredSize ?? 1) : 1;
    return admission.content.fits(admission.client, octets);
  }

  startData(): void {
    const { exchange } = this;
    const message = this.open(false);
    exchange.reply(REPLIES.startContent);
    const done = (): void => {
      exchange.resume();
      this.finish(message);
    };
    exchange.use(new DataReader(message, done));
  }

  /** The octets of a chunk are read in any case, and dropped where they cannot be content. */
  startChunk(size: number, last: boolean): void {
    const { exchange } = this;
    const refusal = this.refusal();
    if (refusal === undefined) this.message ??= this.open(true);
    const message = refusal === undefined ? this.message : undefined;
    message?.beginChunk(size);
    const done = (): void => {
      exchange.resume();
      if (message === undefined) exchange.refuse(refusal ?? '');
      else this.chunkDone(message, size, last);
    };
    if (size === 0) done();
    else exchange.use(new BdatReader(size, message, message?.deadline ?? this.newDeadline(), done));
  }

  /** Ends the message: the connection is lost, or the transaction given up. */
  abort(reason: () => ContentError): void {
    this.failed = false;
    this.message?.abort(reason());
    this.message = undefined;
  }

  private refusal(): string | undefined {
    const { envelope, session, settings } = this.exchange;
    if (settings.requireStartTLS && session.tls === null) return REPLIES.tlsFirst;
    if (this.failed) return REPLIES.chunkFailed;
    if (!session.extended) return REPLIES.helloFirst;
    if (settings.authRequired && !session.authenticated) return REPLIES.authFirst;
    if (envelope.mailFrom === null) return REPLIES.mailFirst;
    return envelope.rcptTos.length === 0 ? REPLIES.recipientFirst : undefined;
  }

  private chunkDone(message: IncomingMessage, size: number, last: boolean): void {
    if (last) return this.finish(message);
    const { failure } = message;
    if (failure === undefined)
      return this.exchange.reply(
        formatReply({ code: 250, enhanced: '2.0.0', text: `${size} octets received` }),
      );
    message.refuse(failure);
    this.message = undefined;
    this.failed = true;
    this.exchange.deny(failure, 'message');
  }

  private notTaken(): void {
    const text = 'handleContent answered with success before it had read the message to its end: 451';
    this.exchange.observer.warn('content-not-taken', text);
  }

  private newDeadline(): ContentDeadline {
    return new ContentDeadline(this.exchange.settings, this.exchange.now());
  }

  private open(chunked: boolean): IncomingMessage {
    const { handler, server, session, envelope, settings, admission } = this.exchange;
    const memory = new Holding(admission.content, () => admission.client);
    const delivery =
      handler.handleContent === undefined
        ? collect(handler, server, session, envelope, memory)
        : stream(handler, server, session, envelope, memory, this.drained, () => this.notTaken());
    const aborted = (reason: ContentError): void => this.exchange.observer.aborted(envelope, reason);
    const policy = newlinePolicy(settings, session);
    this.message = new IncomingMessage(
      delivery,
      envelope,
      settings,
      policy,
      chunked,
      this.newDeadline(),
      aborted,
    );
    return this.message;
  }

  /** Asks the handler for the reply to the whole message. The transaction ends with it, whatever it is. */
  private finish(message: IncomingMessage): void {
    const { exchange } = this;
    const { delivery } = message;
    const { observer, envelope } = exchange;
    if (observer.hearsDialogue) observer.clientSaid(`(content, ${envelope.size} octets)`);
    const copies = exchange.settings.lmtp ? exchange.envelope.rcptTos.length : 1;
    this.message = undefined;
    const refusal = message.end();
    if (refusal !== undefined) {
      exchange.deny(refusal, 'message', copies);
      return exchange.endTransaction(false);
    }
    exchange.hooks.run<ContentReply>(
      () => freeAfter(delivery, exchange.settings.timeouts.handler),
      (answer) => {
        const replies = readAnswers(answer, copies, delivery.hook);
        exchange.replyEach(
          replies.map((reply) => (reply === undefined ? REPLIES.messageOk : formatReply(reply))),
        );
        exchange.endTransaction(replies.some((reply) => reply === undefined || reply.code < 300));
        if (replies.some((reply) => reply?.code === 421)) exchange.close('refused');
      },
      (error) => {
        const wire = exchange.observer.report(error) ?? REPLIES.handlerFailed;
        exchange.replyEach(Array<string>(copies).fill(wire));
        exchange.endTransaction(false);
        if (wire.startsWith('421')) exchange.close('refused');
      },
    );
  }
}

/**
 * Asks the handler. The message counts as memory until the answer, even where nobody waits for it any more; at most for
 * the time that a hook has, in milliseconds.
 */
function freeAfter({ sink, finish }: Delivery, most: number): ReturnType<Delivery['finish']> {
  let pending = false;
  try {
    const answer = finish();
    if (!isThenable(answer)) return answer;
    pending = true;
    const promise = Promise.resolve(answer);
    const timer = setTimeout(() => sink.free(), most).unref();
    const settled = (): void => {
      clearTimeout(timer);
      sink.free();
    };
    promise.then(settled, settled);
    return promise;
  } finally {
    if (!pending) sink.free();
  }
}

/** One reply for each copy; undefined stands for the default. LMTP alone takes a list (RFC 2033 4.2). */
function readAnswers(answer: ContentReply, copies: number, hook: string): (Reply | undefined)[] {
  const read = (value: HookReply): Reply | undefined =>
    value === undefined || value === null ? undefined : readReply(value, hook, '2.6.0');
  if (!isList(answer)) return Array<Reply | undefined>(copies).fill(read(answer));
  if (answer.length !== copies) {
    throw new TypeError(`${hook} returned ${answer.length} replies where ${copies} are expected`);
  }
  return answer.map(read);
}

function isList(answer: ContentReply): answer is readonly HookReply[] {
  return Array.isArray(answer);
}
