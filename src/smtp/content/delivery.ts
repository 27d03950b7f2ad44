import { ContentBuffer, type ContentSink, ContentStream } from './content-sink.ts';
import type { EnvelopeState } from '../engine/envelope-state.ts';
import type { ContentReply, Handler } from '../api/handler.ts';
import type { Holding } from '../engine/memory-budget.ts';
import { REPLIES } from '../engine/replies.ts';
import type { MailServer } from '../api/mail-server.ts';
import type { SessionState } from '../engine/session-state.ts';

/** One message on its way to the handler. */
export interface Delivery {
  readonly hook: 'handleDATA' | 'handleContent';
  readonly sink: ContentSink;
  /** All content is in the sink: asks the handler for its reply. */
  finish(): ContentReply | PromiseLike<ContentReply>;
}

/** Delivery as one buffer to `handleDATA`. */
export function collect(
  handler: Handler,
  server: MailServer,
  session: SessionState,
  envelope: EnvelopeState,
  memory: Holding,
): Delivery {
  const sink = new ContentBuffer(memory);
  return {
    hook: 'handleDATA',
    sink,
    finish() {
      envelope.content = () => sink.take();
      return handler.handleDATA?.(server, session.view, envelope.view);
    },
  };
}

/**
 * Delivery as a stream to `handleContent`, which begins now. A handler that begins to read and answers with success
 * before it has been told of the end has not taken the message: 451, however its octets came. The answer of one that
 * never began to read counts: it discards messages on purpose.
 *
 * @param drained called when there is room again.
 * @param notTaken called when success is made 451.
 */
export function stream(
  handler: Handler,
  server: MailServer,
  session: SessionState,
  envelope: EnvelopeState,
  memory: Holding,
  drained: () => void,
  notTaken: () => void,
): Delivery {
  const sink = new ContentStream(memory, drained);
  let answer: Promise<ContentReply>;
  try {
    answer = Promise.resolve(handler.handleContent!(server, session.view, envelope.view, sink.reader));
  } catch (error) {
    answer = Promise.reject(error);
  }
  let finished = true;
  const settled = answer.finally(() => {
    finished = sink.finished || !sink.touched;
    sink.abandon();
  });
  // A failure before the end of the content is answered at the end.
  settled.catch(() => {});
  return {
    hook: 'handleContent',
    sink,
    async finish() {
      const value = await settled;
      if (finished || !isSuccess(value)) return value;
      notTaken();
      return REPLIES.contentNotTaken;
    },
  };
}

function isSuccess(value: ContentReply): boolean {
  if (isList(value)) return value.some(isSuccess);
  if (value === undefined || value === null) return true;
  return typeof value === 'string' ? value.startsWith('2') : value.code < 300;
}

function isList(value: ContentReply): value is Extract<ContentReply, readonly unknown[]> {
  return Array.isArray(value);
}
