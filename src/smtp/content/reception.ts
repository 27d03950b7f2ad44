/** The message of the current transaction: DATA or BDAT, from the first octet to the reply. */

import { ChunkInput } from './bdat-reader.ts';
import { ContentDeadline } from './content-deadline.ts';
import { ContentInput } from './data-reader.ts';
import type { ContentError } from '../api/content-error.ts';
import { collect, stream } from './delivery.ts';
import type { Dialogue } from '../engine/exchange.ts';
import type { ContentReply } from '../api/handler.ts';
import { Message } from './incoming-message.ts';
import { newlinePolicy } from '../api/newline-policy.ts';
import { REPLIES } from '../engine/replies.ts';
import { formatReply, type HookReply, readReply, type Reply } from '../api/reply.ts';

export class Reception {
  /** Content that has begun and not ended. */
  message: Message | undefined;
  /** A chunk was refused: nothing but RSET helps (RFC 3030 section 2). */
  private failed = false;
  private readonly dialogue: Dialogue;
  private readonly drained: () => void;

  /** @param drained called when a streaming handler has made room. */
  constructor(dialogue: Dialogue, drained: () => void) {
    this.dialogue = dialogue;
    this.drained = drained;
  }

  /** Whether a transaction in chunks has begun, so that no other content or recipient may come. */
  get chunking(): boolean {
    return this.failed || this.message !== undefined;
  }

  /** Content after DATA: the reply 354, and everything up to the end of data. */
  startContent(): void {
    const { dialogue } = this;
    const message = this.open(false);
    dialogue.reply(REPLIES.startContent);
    const done = (): void => {
      dialogue.resume();
      this.finish(message);
    };
    dialogue.use(new ContentInput(message, done));
  }

  /** One chunk of BDAT. Its octets are read in any case, and dropped where they cannot be content. */
  startChunk(size: number, last: boolean): void {
    const { dialogue } = this;
    const refusal = this.refusal();
    if (refusal === undefined) this.message ??= this.open(true);
    const message = refusal === undefined ? this.message : undefined;
    const done = (): void => {
      dialogue.resume();
      if (message === undefined) dialogue.refuse(refusal ?? '');
      else this.chunkDone(message, size, last);
    };
    if (size === 0) done();
    else dialogue.use(new ChunkInput(size, message, message?.time ?? this.startTime(), done));
  }

  /** The content is lost, or its transaction has been given up. */
  drop(reason: () => ContentError): void {
    this.failed = false;
    this.message?.lose(reason());
    this.message = undefined;
  }

  private refusal(): string | undefined {
    const { envelope, session, settings } = this.dialogue;
    if (settings.requireStartTLS && session.tls === null) return REPLIES.tlsFirst;
    if (this.failed) return REPLIES.chunkFailed;
    if (!session.extended) return REPLIES.helloFirst;
    if (settings.authRequired && !session.authenticated) return REPLIES.authFirst;
    if (envelope.mailFrom === null) return REPLIES.mailFirst;
    return envelope.rcptTos.length === 0 ? REPLIES.recipientFirst : undefined;
  }

  private chunkDone(message: Message, size: number, last: boolean): void {
    if (last) return this.finish(message);
    if (!message.tooBig)
      return this.dialogue.reply(
        formatReply({ code: 250, enhanced: '2.0.0', text: `${size} octets received` }),
      );
    message.refuse(REPLIES.messageTooBig);
    this.message = undefined;
    this.failed = true;
    this.dialogue.reply(REPLIES.messageTooBig);
  }

  private startTime(): ContentDeadline {
    return new ContentDeadline(this.dialogue.settings, this.dialogue.now());
  }

  private open(chunked: boolean): Message {
    const { handler, server, session, envelope, settings } = this.dialogue;
    const delivery =
      handler.handleContent === undefined
        ? collect(handler, server, session, envelope)
        : stream(handler, server, session, envelope, this.drained);
    const aborted = (reason: ContentError): void => this.dialogue.aborted(reason);
    const policy = newlinePolicy(settings, session);
    this.message = new Message(delivery, envelope, settings, policy, chunked, this.startTime(), aborted);
    return this.message;
  }

  /** Asks the handler for the reply to the whole message. The transaction ends with it, whatever it is. */
  private finish(message: Message): void {
    const { dialogue } = this;
    const { delivery } = message;
    const copies = dialogue.settings.lmtp ? dialogue.envelope.rcptTos.length : 1;
    this.message = undefined;
    const verdict = message.end();
    if (verdict !== undefined) {
      dialogue.reply(verdict.repeat(copies));
      return dialogue.endTransaction(false);
    }
    dialogue.ask<ContentReply>(
      () => delivery.finish(),
      (answer) => {
        const replies = readAnswers(answer, copies, delivery.hook);
        for (const reply of replies)
          dialogue.reply(reply === undefined ? REPLIES.messageOk : formatReply(reply));
        dialogue.endTransaction(replies.some((reply) => reply === undefined || reply.code < 300));
        if (replies.some((reply) => reply?.code === 421)) dialogue.close('refused');
      },
      (error) => {
        const wire = dialogue.report(error) ?? REPLIES.handlerFailed;
        dialogue.reply(wire.repeat(copies));
        dialogue.endTransaction(false);
        if (wire.startsWith('421')) dialogue.close('refused');
      },
    );
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
