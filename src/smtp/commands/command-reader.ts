/** Reads command lines and runs the commands. */

import { decode } from '../../proxy/index.ts';
import { MISPLACED_HEADER } from '../../proxy/node/header-policy.ts';
import { checkLine, cutLine, findCommand, isHttp } from './table.ts';
import { RESPONSE, saidText } from './said.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { Reader } from '../engine/reader.ts';
import { LineReader, LineStatus } from '../grammar/line-reader.ts';
import { classify, OctetClass } from '../grammar/octets.ts';
import { REPLIES } from '../engine/replies.ts';
import { withoutStatus } from '../api/reply.ts';

const TLS_HANDSHAKE = 0x16;

export class CommandReader implements Reader {
  readonly phase = 'command';
  readonly onTimeout = REPLIES.commandTimeout;
  /** Commands copy what they need out of their line; the line is released after each batch. */
  kept = false;
  private readonly exchange: Exchange;
  private readonly reader = new LineReader();
  private renewed = true;
  private until = 0;
  private first = true;
  /** Whether a line is being read, which the reader of lines still holds. */
  private reading = false;
  /** Whether AUTH has been said: a line that is no command may be a response to it. */
  private authSaid = false;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
  }

  /** Each command has its own deadline, which octets that end no line do not move. */
  deadline(now: number): number {
    this.release();
    if (this.renewed) this.until = now + this.exchange.settings.timeouts.command;
    this.renewed = false;
    return this.until;
  }

  /** Drops the reference to the chunk of the last command. */
  release(): void {
    this.reader.release();
  }

  /** The command being read, as a log may show it; empty when there is none. */
  said(): string {
    const { octets, from, to } = this.reader;
    if (!this.reading) return '';
    const known = findCommand(cutLine(octets, from, to).verb, this.exchange) !== undefined;
    return this.authSaid && !known ? RESPONSE : saidText(octets, from, to);
  }

  /** The deadline of the next command starts now. */
  renew(): void {
    this.renewed = true;
  }

  read(chunk: Buffer, at: number): number {
    const { reader, exchange } = this;
    if (this.first && !reader.pending) {
      if (chunk[at] === TLS_HANDSHAKE) {
        exchange.observer.warn(
          'tls-on-clear-port',
          'the client speaks TLS on a port that begins in the clear',
        );
        exchange.close('not-smtp');
        return chunk.length;
      }
      if (decode(chunk.subarray(at)).status === 'ok') this.misplaced(exchange);
    }
    const next = reader.read(chunk, at);
    if (reader.status === LineStatus.MORE) return next;
    this.renewed = true;
    this.first = false;
    this.reading = true;
    if (exchange.observer.hearsDialogue) exchange.observer.clientSaid(this.said());
    if (reader.status === LineStatus.LINE)
      this.command(reader.octets, reader.from, reader.to, next < chunk.length);
    else if (reader.status === LineStatus.TOO_LONG) this.tooLong();
    else {
      this.deny(reader.status === LineStatus.BARE_LF ? REPLIES.bareLineFeed : REPLIES.lineTooLong);
      exchange.close('not-smtp');
    }
    this.reading = false;
    return next;
  }

  /** A PROXY header, which is no command: what is said of it stands for the refusals of its lines. */
  private misplaced({ observer }: Exchange): void {
    observer.warn('proxy-header-misplaced', MISPLACED_HEADER);
    this.deny = (wire) => this.exchange.reply(wire);
  }

  private deny = (wire: string): void => this.exchange.deny(wire);

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
    if (command === undefined) {
      if (isHttp(line, start, to)) {
        this.deny(REPLIES.notHttp);
        return exchange.close('not-smtp');
      }
      if (exchange.sessionRefused) return exchange.refuse(REPLIES.refusedSession);
      const control = (classify(line, start, to) & OctetClass.CONTROL) !== 0;
      this.deny(control ? REPLIES.controlCharacter : REPLIES.unknownCommand);
      exchange.budgets.spend('unknownCommands');
      return;
    }
    if (command.verb === 'AUTH') this.authSaid = true;
    const { budgets } = exchange;
    if (!budgets.spendCall(command.verb)) return;
    if (command.junk && !budgets.spend('junkCommands')) return;
    const error =
      exchange.sessionRefused && command.verb !== 'QUIT'
        ? REPLIES.refusedSession
        : checkLine(command, exchange, line, start, to, cut);
    if (error !== undefined) {
      exchange.refuse(command.bare ? withoutStatus(error) : error);
      // How many octets of content follow was not read: whatever came next would be taken for commands.
      if (command.payload) exchange.close('not-smtp');
      return;
    }
    command.run(exchange, line, cut.from, cut.to, more);
  }
}
