import type { Exchange } from '../engine/exchange.ts';
import type { Reader } from '../engine/reader.ts';
import { LineReader, LineStatus } from '../grammar/line-reader.ts';
import { REPLIES } from '../engine/replies.ts';

/** Reads the response to one 334 challenge: one line, passed on as it is. */
export class ResponseReader implements Reader {
  readonly phase = 'auth';
  readonly onTimeout = REPLIES.commandTimeout;
  private readonly exchange: Exchange;
  private readonly reader = new LineReader(true);
  private readonly until: number;
  private readonly answered: (line: string) => void;

  /** @param answered called with the line, once the next input is the commands again. */
  constructor(exchange: Exchange, answered: (line: string) => void) {
    this.exchange = exchange;
    this.answered = answered;
    this.until = exchange.now() + exchange.settings.timeouts.command;
  }

  read(chunk: Buffer, at: number): number {
    const { reader, exchange } = this;
    const next = reader.read(chunk, at);
    if (reader.status === LineStatus.MORE) return next;
    exchange.resume();
    if (exchange.observer.hearsDialogue) exchange.observer.clientSaid('(not shown)');
    if (reader.status === LineStatus.LINE)
      this.answered(reader.octets.toString('latin1', reader.from, reader.to));
    else if (reader.status === LineStatus.TOO_LONG) exchange.refuse(REPLIES.authLineTooLong);
    else {
      exchange.deny(reader.status === LineStatus.BARE_LF ? REPLIES.bareLineFeed : REPLIES.authLineTooLong);
      exchange.close('not-smtp');
    }
    return next;
  }

  deadline(): number {
    return this.until;
  }
}
