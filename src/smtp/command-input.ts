/** Reads command lines, keeps the budgets for them, and runs the commands. */

import { checkLine, COMMANDS, cutLine, isHttp } from './commands.ts';
import type { Dialogue } from './dialogue.ts';
import type { Input } from './input.ts';
import { LineReader, LineStatus } from './line-reader.ts';
import { classify, Content } from './octets.ts';
import { REPLIES } from './replies.ts';

const TLS_HANDSHAKE = 0x16;

export class CommandInput implements Input {
  readonly onTimeout = REPLIES.commandTimeout;
  readonly full = false;
  /** The greeting refused the session: 503 until QUIT (RFC 5321 3.1). */
  refused = false;
  private readonly dialogue: Dialogue;
  private readonly reader = new LineReader();
  private renewed = true;
  private until = 0;
  private first = true;
  private junk = 0;
  private unknown = 0;
  private errors = 0;

  constructor(dialogue: Dialogue) {
    this.dialogue = dialogue;
  }

  /** Each command has its own deadline: octets that end no line do not move it. */
  deadline(now: number): number {
    this.reader.release();
    if (this.renewed) this.until = now + this.dialogue.settings.timeouts.command;
    this.renewed = false;
    return this.until;
  }

  /** A new command may take its time from now on. */
  renew(): void {
    this.renewed = true;
  }

  /** A message was accepted: commands that brought none are forgiven. */
  forgive(): void {
    this.junk = 0;
  }

  countError(): void {
    if (++this.errors >= this.dialogue.settings.limits.errors) this.dismiss(REPLIES.tooManyErrors);
  }

  read(chunk: Buffer, at: number): number {
    const { reader, dialogue } = this;
    if (this.first && !reader.pending && chunk[at] === TLS_HANDSHAKE) {
      dialogue.note('tls-on-clear-port', 'the client speaks TLS on a port that begins in the clear');
      dialogue.close('not-smtp');
      return chunk.length;
    }
    const next = reader.read(chunk, at);
    if (reader.status === LineStatus.MORE) return next;
    this.renewed = true;
    this.first = false;
    if (reader.status === LineStatus.LINE)
      this.command(reader.octets, reader.from, reader.to, next < chunk.length);
    else if (reader.status === LineStatus.TOO_LONG) dialogue.refuse(REPLIES.lineTooLong);
    else {
      dialogue.reply(reader.status === LineStatus.BARE_LF ? REPLIES.bareLineFeed : REPLIES.lineTooLong);
      dialogue.close('not-smtp');
    }
    return next;
  }

  private command(line: Buffer, start: number, to: number, more: boolean): void {
    const { dialogue } = this;
    const cut = cutLine(line, start, to);
    const command = COMMANDS.get(cut.verb);
    const { limits } = dialogue.settings;
    if (command === undefined) {
      if (isHttp(cut.verb)) {
        dialogue.reply(REPLIES.notHttp);
        return dialogue.close('not-smtp');
      }
      const control = (classify(line, start, to) & Content.CONTROL) !== 0;
      dialogue.reply(control ? REPLIES.controlCharacter : REPLIES.unknownCommand);
      if (++this.unknown >= limits.unknownCommands) this.dismiss(REPLIES.tooManyUnknown);
      return;
    }
    if (command.junk && ++this.junk > limits.junkCommands) return this.dismiss(REPLIES.tooManyCommands);
    if (this.refused && command.verb !== 'QUIT') return dialogue.refuse(REPLIES.refusedSession);
    const error = checkLine(command, dialogue, line, start, to, cut);
    if (error !== undefined) return dialogue.refuse(error);
    command.run(dialogue, line, cut.from, cut.to, more);
  }

  private dismiss(reply: string): void {
    this.dialogue.reply(reply);
    this.dialogue.close('limit');
  }
}
