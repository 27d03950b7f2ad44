import type { Dialogue } from '../engine/exchange.ts';
import type { Input } from '../engine/reader.ts';
import { LineReader, LineStatus } from '../grammar/line-reader.ts';
import { REPLIES } from '../engine/replies.ts';

/** Reads the client's answer to one 334 challenge: a line, of which nothing is interpreted here. */
export class ResponseInput implements Input {
  readonly phase = 'auth';
  readonly onTimeout = REPLIES.commandTimeout;
  readonly full = false;
  private readonly dialogue: Dialogue;
  private readonly reader = new LineReader(true);
  private readonly until: number;
  private readonly answered: (line: string) => void;

  /** @param answered called with the line, once the next input is the commands again. */
  constructor(dialogue: Dialogue, answered: (line: string) => void) {
    this.dialogue = dialogue;
    this.answered = answered;
    this.until = dialogue.now() + dialogue.settings.timeouts.command;
  }

  read(chunk: Buffer, at: number): number {
    const { reader, dialogue } = this;
    const next = reader.read(chunk, at);
    if (reader.status === LineStatus.MORE) return next;
    dialogue.resume();
    if (reader.status === LineStatus.LINE)
      this.answered(reader.octets.toString('latin1', reader.from, reader.to));
    else if (reader.status === LineStatus.TOO_LONG) dialogue.refuse(REPLIES.authLineTooLong);
    else {
      dialogue.reply(reader.status === LineStatus.BARE_LF ? REPLIES.bareLineFeed : REPLIES.authLineTooLong);
      dialogue.close('not-smtp');
    }
    return next;
  }

  deadline(): number {
    return this.until;
  }
}
