/** Reads command lines, keeps the budgets for them, and runs the commands. */

import { decode } from '../../proxy/index.ts';
import { MISPLACED_HEADER } from '../../proxy/node/header-policy.ts';
import { checkLine, cutLine, findCommand, isHttp } from './table.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { Reader } from '../engine/reader.ts';
import { LineReader, LineStatus } from '../grammar/line-reader.ts';
import { classify, Content } from '../grammar/octets.ts';
import { REPLIES } from '../engine/replies.ts';
import { formatReply, withoutStatus } from '../api/reply.ts';

const TLS_HANDSHAKE = 0x16;

export class CommandReader implements Reader {
  readonly phase = 'command';
  readonly onTimeout = REPLIES.commandTimeout;
  readonly full = false;
  /** A command takes what it needs out of its line as text; the line is let go of after each batch. */
  kept = false;
  /** The greeting refused the session: 503 until QUIT (RFC 5321 3.1). */
  refused = false;
  private readonly exchange: Exchange;
  private readonly reader = new LineReader();
  private renewed = true;
  private until = 0;
  private first = true;
  private junk = 0;
  private unknown = 0;
  private errors = 0;
  private refusals = 0;
  private deferrals = 0;
  private calls: Map<string, number> | undefined;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  /** Each command has its own deadline: octets that end no line do not move it. */
  deadline(now: number): number {
    this.release();
    if (this.renewed) this.until = now + this.exchange.settings.timeouts.command;
    this.renewed = false;
    return this.until;
  }

  /** Lets go of the octets that the last command stood in. */
  release(): void {
    this.reader.release();
  }

  /** A new command may take its time from now on. */
  renew(): void {
    this.renewed = true;
  }

  /** A message was accepted: commands that brought none are forgiven, and guesses that were wrong. */
  forgive(): void {
    this.junk = 0;
    this.refusals = 0;
    this.deferrals = 0;
  }

  countJunk(): boolean {
    if (++this.junk <= this.exchange.settings.limits.junkCommands) return true;
    this.dismiss(REPLIES.tooManyCommands);
    return false;
  }

  /** A hook has refused a command for good, or a message was not accepted: names of recipients are not to be guessed without end. */
  countRefusal(): void {
    if (++this.refusals >= this.exchange.settings.limits.refusals) this.dismiss(REPLIES.tooManyErrors);
  }

  /** A command was refused for now, by a hook, a hook that failed, or a limit such as that of recipients. */
  countDeferral(): void {
    if (++this.deferrals >= this.exchange.settings.limits.deferrals) this.dismiss(REPLIES.tooManyErrors);
  }

  countError(): void {
    if (++this.errors >= this.exchange.settings.limits.errors) this.dismiss(REPLIES.tooManyErrors);
  }

  read(chunk: Buffer, at: number): number {
    const { reader, exchange } = this;
    if (this.first && !reader.pending) {
      if (chunk[at] === TLS_HANDSHAKE) {
        exchange.note('tls-on-clear-port', 'the client speaks TLS on a port that begins in the clear');
        exchange.close('not-smtp');
        return chunk.length;
      }
      if (decode(chunk.subarray(at)).status === 'ok')
        exchange.note('proxy-header-misplaced', MISPLACED_HEADER);
    }
    const next = reader.read(chunk, at);
    if (reader.status === LineStatus.MORE) return next;
    this.renewed = true;
    this.first = false;
    if (reader.status === LineStatus.LINE)
      this.command(reader.octets, reader.from, reader.to, next < chunk.length);
    else if (reader.status === LineStatus.TOO_LONG) this.tooLong();
    else {
      exchange.reply(reader.status === LineStatus.BARE_LF ? REPLIES.bareLineFeed : REPLIES.lineTooLong);
      exchange.close('not-smtp');
    }
    return next;
  }

  /** RFC 4954 section 4 has a code of its own. */
  private tooLong(): void {
    const { octets, from } = this.reader;
    const verb = octets.toString('latin1', from, from + 5).toUpperCase();
    this.exchange.refuse(verb === 'AUTH ' ? REPLIES.authLineTooLong : REPLIES.lineTooLong);
    if (verb === 'BDAT ') this.exchange.close('not-smtp');
  }

  private command(line: Buffer, start: number, to: number, more: boolean): void {
    const { exchange } = this;
    const cut = cutLine(line, start, to);
    const command = findCommand(cut.verb, exchange);
    const { limits } = exchange.settings;
    if (command === undefined) {
      if (isHttp(line, start, to)) {
        exchange.reply(REPLIES.notHttp);
        return exchange.close('not-smtp');
      }
      if (this.refused) return exchange.refuse(REPLIES.refusedSession);
      const control = (classify(line, start, to) & Content.CONTROL) !== 0;
      exchange.reply(control ? REPLIES.controlCharacter : REPLIES.unknownCommand);
      if (++this.unknown >= limits.unknownCommands) this.dismiss(REPLIES.tooManyUnknown);
      return;
    }
    if (this.overCallLimit(command.verb)) {
      return this.dismiss(
        formatReply({ code: 421, enhanced: '4.7.0', text: `${command.verb} sent too many times` }),
      );
    }
    if (command.junk && !this.countJunk()) return;
    const error =
      this.refused && command.verb !== 'QUIT'
        ? REPLIES.refusedSession
        : checkLine(command, exchange, line, start, to, cut);
    if (error !== undefined) {
      exchange.refuse(command.bare === true ? withoutStatus(error) : error);
      // How many octets of content follow was not read: whatever came next would be taken for commands.
      if (command.payload === true) exchange.close('not-smtp');
      return;
    }
    command.run(exchange, line, cut.from, cut.to, more);
  }

  /** `commandCallLimit`, as in aiosmtpd. */
  private overCallLimit(verb: string): boolean {
    const limits = this.exchange.settings.commandCallLimit;
    if (limits === null) return false;
    const limit = limits.get(verb) ?? limits.get('*');
    if (limit === undefined) return false;
    this.calls ??= new Map();
    const count = (this.calls.get(verb) ?? 0) + 1;
    this.calls.set(verb, count);
    return count > limit;
  }

  private dismiss(reply: string): void {
    this.exchange.reply(reply);
    this.exchange.close('limit');
  }
}
