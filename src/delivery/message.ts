import type { Envelope } from '../smtp/api/envelope.ts';
import type { Handler } from '../smtp/api/handler.ts';
import type { HookReply } from '../smtp/api/reply.ts';
import type { MailServer } from '../smtp/api/mail-server.ts';
import type { Session } from '../smtp/api/session.ts';
import { MailMessage } from './mail-message.ts';
import { optionError } from '../wire/messages/option-error.ts';

/** What is done with a message: the reply, or nothing for the server's own 250. */
export type MessageTaker = (
  message: MailMessage,
  session: Session,
  envelope: Envelope,
) => HookReply | PromiseLike<HookReply>;

/**
 * The handler that gives every message, cut into header fields and body, to one function. A message is taken when the
 * function returns, or when its promise resolves; when it throws the sender gets 451 and tries again.
 *
 * @example
 * import { Message, SMTPServer } from 'truepeer';
 *
 * const server = new SMTPServer(
 *   new Message((message, session, envelope) => {
 *     if (message.get('Subject') === undefined) return '550 5.6.0 A subject, please';
 *   }),
 * );
 * console.log(server.connectionCount === 0);
 */
export class Message implements Handler {
  readonly #take: MessageTaker;

  /** @throws TypeError when `take` is not a function */
  constructor(take: MessageTaker) {
    if (typeof take !== 'function') throw optionError('ERR_INVALID_ARG_TYPE', 'take: a function is expected');
    this.#take = take;
  }

  /** Accepts: who may send headers is the server's `trusted` list. */
  handlePROXY(): boolean {
    return true;
  }

  handleDATA(_server: MailServer, session: Session, envelope: Envelope): HookReply | PromiseLike<HookReply> {
    return this.#take(new MailMessage(envelope.content ?? Buffer.alloc(0)), session, envelope);
  }
}
