import type { Exchange } from '../engine/exchange.ts';
import type { Reader } from '../engine/reader.ts';
import { REPLIES } from '../engine/replies.ts';

/** The delay before the greeting. A client has to wait for the greeting (RFC 5321 4.3.1); one that does not gets 554. */
export class GreetingDelay implements Reader {
  readonly phase = 'command';
  readonly onTimeout = '';
  readonly passed: () => void;
  private readonly exchange: Exchange;
  private readonly until: number;

  /** @param passed called at the end of the delay, if the client has sent nothing. */
  constructor(exchange: Exchange, until: number, passed: () => void) {
    this.exchange = exchange;
    this.until = until;
    this.passed = passed;
  }

  read(chunk: Buffer): number {
    this.exchange.observer.warn('early-talker', 'the client did not wait for the greeting');
    this.exchange.reply(REPLIES.earlyTalker);
    this.exchange.close('not-smtp');
    return chunk.length;
  }

  deadline(): number {
    return this.until;
  }
}
