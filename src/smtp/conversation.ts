/**
 * One SMTP conversation without a socket: octets in; replies, deadlines, "hold" and "close" out.
 *
 * The transcript and the stored octets depend on the octets alone, never on how they were cut. While a hook's promise
 * is pending, input waits in `held`; the port is told to stop reading, so it stays small.
 */

import { checkLine, COMMANDS, cutLine, isHttp } from './commands.ts';
import { ContentReceiver } from './content-receiver.ts';
import { ContentError } from './content-sink.ts';
import { collect, type Delivery, stream } from './delivery.ts';
import type { Dialogue } from './dialogue.ts';
import { Envelope } from './envelope.ts';
import type { Handler } from './handler.ts';
import { LineReader, LineStatus } from './line-reader.ts';
import { classify, Content } from './octets.ts';
import type { Settings } from './options.ts';
import { REPLIES } from './replies.ts';
import { formatReply, readReply } from './reply.ts';
import type { SMTPServer } from './server.ts';
import type { CloseReason, Session } from './session.ts';

/** What a conversation asks of whoever owns the transport. */
export interface Port {
  /** Milliseconds of a steady clock. */
  now(): number;
  /** Sends replies, printable ASCII and CRLF. At most one call for each batch of input. */
  send(replies: string): void;
  /** Stop reading, until `release`. Octets already read may still come. */
  hold(): void;
  release(): void;
  /** The one deadline, on the clock of `now`; replaces the one before. Call `expire` when it has passed. */
  deadline(at: number): void;
  /** Close after everything has been sent. */
  close(reason: CloseReason): void;
}

/** What all conversations of a server share. */
export interface Host {
  readonly server: SMTPServer;
  readonly handler: Handler;
  readonly settings: Settings;
}

const COMMAND = 0;
const CONTENT = 1;
/** The greeting refused the session: 503 until QUIT (RFC 5321 3.1). */
const REFUSED = 2;
const CLOSED = 3;

const TLS_HANDSHAKE = 0x16;

export class Conversation implements Dialogue {
  readonly server: SMTPServer;
  readonly handler: Handler;
  readonly settings: Settings;
  readonly session: Session;
  envelope = new Envelope();
  private readonly port: Port;
  private readonly reader = new LineReader();
  private mode = COMMAND;
  private out = '';
  private held: Buffer[] = [];
  private onHold = false;
  /** Counts hook calls; the pending one, or 0. */
  private pending = 0;
  private asked = 0;
  private content: ContentReceiver | undefined;
  private contentDeadline = 0;
  private delivery: Delivery | undefined;
  private heldSince = 0;
  private progress = false;
  private firstLine = true;
  private halfClosed = false;
  private leaving = false;
  private junk = 0;
  private unknown = 0;
  private errors = 0;

  constructor(host: Host, session: Session, port: Port) {
    this.server = host.server;
    this.handler = host.handler;
    this.settings = host.settings;
    this.session = session;
    this.port = port;
  }

  /** Greets the client, after asking `handleConnect`. */
  start(): void {
    const { handler, settings, server, session, envelope } = this;
    const greeting = `220 ${settings.hostname} ESMTP ${settings.ident}`.trimEnd() + '\r\n';
    if (handler.handleConnect === undefined) this.reply(greeting);
    else {
      this.ask(
        () => handler.handleConnect!(server, session, envelope),
        (answer) => {
          if (answer === undefined) return this.reply(greeting);
          const { code, text } = readReply(answer, 'handleConnect', '');
          this.reply(formatReply({ code, text }));
          if (code === 421) this.close('refused');
          else if (code >= 300) this.mode = REFUSED;
        },
      );
    }
    this.progress = true;
    this.afterBatch(0);
  }

  /** Takes octets from the client. */
  receive(chunk: Buffer): void {
    if (this.mode === CLOSED) return;
    if (this.pending !== 0) {
      this.held.push(chunk);
      return;
    }
    this.consume(chunk);
    this.afterBatch(chunk.length);
  }

  /** The deadline has passed. */
  expire(): void {
    if (this.mode === CLOSED) return;
    if (this.pending !== 0 || this.onHold) {
      this.report(new Error('a hook did not settle before its deadline'));
      this.out += REPLIES.handlerTimeout;
      this.close('handler-timeout');
    } else {
      this.out += this.mode === CONTENT ? REPLIES.contentTimeout : REPLIES.commandTimeout;
      this.close('timeout');
    }
  }

  /** The client will send no more. What came before is still answered. */
  end(): void {
    this.halfClosed = true;
    if (this.pending === 0 && this.held.length === 0) this.close('client-left');
  }

  /** The transport is gone. */
  lost(): void {
    this.close('client-left');
  }

  /** The server stops: 421 now, or after the content and hook in progress. */
  shutdown(): void {
    this.leaving = true;
    if (this.pending === 0) this.afterBatch(0);
  }

  reply(wire: string): void {
    this.out += wire;
  }

  refuse(wire: string): void {
    this.out += wire;
    if (++this.errors >= this.settings.limits.errors) this.dismiss(REPLIES.tooManyErrors, 'limit');
  }

  reset(): void {
    if (this.envelope.mailFrom !== null) this.envelope = new Envelope();
  }

  close(reason: CloseReason): void {
    if (this.mode === CLOSED) return;
    this.mode = CLOSED;
    this.held = [];
    this.pending = 0;
    this.flush();
    const lost = new ContentError('lost', `the connection ended: ${reason}`);
    this.content?.sink.fail(lost);
    this.content = undefined;
    this.delivery = undefined;
    this.envelope.abort(lost);
    this.session.abort(reason);
    this.port.close(reason);
    try {
      this.handler.handleClose?.(this.server, this.session, reason);
    } catch (error) {
      this.report(error);
    }
  }

  ask<T>(
    call: () => T | PromiseLike<T>,
    done: (value: T) => void,
    failed = (error: unknown): void => this.hookFailed(error),
  ): void {
    let result: T | PromiseLike<T>;
    try {
      result = call();
    } catch (error) {
      return failed(error);
    }
    if (!isThenable(result)) return this.settle(done, result, failed);
    const id = ++this.asked;
    this.pending = id;
    const proceed = (go: () => void): void => {
      if (this.pending !== id) return;
      this.pending = 0;
      go();
      this.proceed();
    };
    result.then(
      (value) => proceed(() => this.settle(done, value, failed)),
      (error: unknown) => (this.pending === id ? proceed(() => failed(error)) : this.report(error)),
    );
  }

  askReply(name: string, call: () => unknown, success: string, accepted?: () => void): void {
    this.ask(call, (answer) => {
      if (answer === undefined || answer === null) {
        accepted?.();
        return this.reply(success);
      }
      const reply = readReply(answer, name, statusOf(success));
      if (reply.code < 300) accepted?.();
      this.reply(formatReply(reply));
      if (reply.code === 421) this.close('refused');
    });
  }

  startContent(): void {
    this.reply(REPLIES.startContent);
    this.mode = CONTENT;
    this.contentDeadline = this.port.now() + this.settings.timeouts.content;
    const { handler, server, session, envelope } = this;
    const delivery =
      handler.handleContent === undefined
        ? collect(handler, server, session, envelope)
        : stream(handler, server, session, envelope, () => this.drained());
    this.delivery = delivery;
    this.content = new ContentReceiver(delivery.sink, envelope, this.settings);
  }

  private consume(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.mode !== CLOSED) {
      if (this.pending !== 0) {
        this.held.unshift(chunk.subarray(at));
        return;
      }
      at = this.mode === CONTENT ? this.readContent(chunk, at) : this.readCommand(chunk, at);
    }
  }

  private readCommand(chunk: Buffer, at: number): number {
    const { reader } = this;
    if (this.firstLine && !reader.pending && chunk[at] === TLS_HANDSHAKE) {
      this.note('tls-on-clear-port', 'the client speaks TLS on a port that begins in the clear');
      this.close('not-smtp');
      return chunk.length;
    }
    const next = reader.read(chunk, at);
    if (reader.status === LineStatus.MORE) return next;
    this.progress = true;
    this.firstLine = false;
    if (reader.status === LineStatus.LINE) this.command(reader.octets, reader.from, reader.to);
    else if (reader.status === LineStatus.TOO_LONG) this.refuse(REPLIES.lineTooLong);
    else {
      this.reply(reader.status === LineStatus.BARE_LF ? REPLIES.bareLineFeed : REPLIES.lineTooLong);
      this.close('not-smtp');
    }
    return next;
  }

  private command(line: Buffer, start: number, to: number): void {
    const cut = cutLine(line, start, to);
    const command = COMMANDS.get(cut.verb);
    const { limits } = this.settings;
    if (command === undefined) {
      if (isHttp(cut.verb)) return this.dismiss(REPLIES.notHttp, 'not-smtp');
      const control = (classify(line, start, to) & Content.CONTROL) !== 0;
      this.reply(control ? REPLIES.controlCharacter : REPLIES.unknownCommand);
      if (++this.unknown >= limits.unknownCommands) this.dismiss(REPLIES.tooManyUnknown, 'limit');
      return;
    }
    if (command.junk && ++this.junk > limits.junkCommands)
      return this.dismiss(REPLIES.tooManyCommands, 'limit');
    if (this.mode === REFUSED && command.verb !== 'QUIT') return this.refuse(REPLIES.refusedSession);
    const error = checkLine(command, this, line, start, to, cut);
    if (error !== undefined) return this.refuse(error);
    command.run(this, line, cut.from, cut.to);
  }

  private readContent(chunk: Buffer, at: number): number {
    const content = this.content!;
    const next = content.receive(chunk, at);
    if (!content.ended) return next;
    const delivery = this.delivery!;
    this.progress = true;
    this.content = undefined;
    this.delivery = undefined;
    this.mode = COMMAND;
    const verdict = content.verdict();
    if (verdict === undefined) {
      content.sink.end();
      this.deliver(delivery);
    } else {
      const refused = new ContentError('refused', 'the server refuses the message');
      content.sink.fail(refused);
      this.envelope.abort(refused);
      this.envelope = new Envelope();
      this.reply(verdict);
    }
    return next;
  }

  /** Asks the handler for the reply to the whole message. The transaction ends with it, whatever it is. */
  private deliver(delivery: Delivery): void {
    this.ask(
      () => delivery.finish(),
      (answer) => {
        const reply = answer === undefined ? undefined : readReply(answer, delivery.hook, '2.6.0');
        this.envelope = new Envelope();
        if (reply === undefined || reply.code < 300) this.junk = 0;
        this.reply(reply === undefined ? REPLIES.messageOk : formatReply(reply));
        if (reply?.code === 421) this.close('refused');
      },
      (error) => {
        this.envelope = new Envelope();
        this.hookFailed(error);
      },
    );
  }

  private settle<T>(done: (value: T) => void, value: T, failed: (error: unknown) => void): void {
    try {
      done(value);
    } catch (error) {
      failed(error);
    }
  }

  private hookFailed(error: unknown): void {
    this.report(error);
    this.reply(REPLIES.handlerFailed);
  }

  /** Goes on with held input after a hook has settled. */
  private proceed(): void {
    this.progress = true;
    let octets = 0;
    while (this.held.length > 0 && this.pending === 0) {
      const chunk = this.held.shift()!;
      octets += chunk.length;
      this.consume(chunk);
    }
    this.afterBatch(octets);
    if (this.halfClosed && this.pending === 0) this.close('client-left');
  }

  /** The handler has made room in its stream. */
  private drained(): void {
    if (!this.onHold || this.pending !== 0 || this.mode !== CONTENT) return;
    this.contentDeadline += this.port.now() - this.heldSince;
    this.afterBatch(0);
  }

  /** Sends what has been queued and says what to wait for next. `octets` is the size of the batch. */
  private afterBatch(octets: number): void {
    if (this.mode === CLOSED) return;
    if (this.leaving && this.pending === 0 && this.mode !== CONTENT)
      return this.dismiss(REPLIES.shutdown, 'shutdown');
    this.flush();
    this.reader.release();
    const { timeouts, limits } = this.settings;
    if (this.pending !== 0 || this.content?.sink.full === true) {
      if (!this.onHold) this.port.hold();
      this.onHold = true;
      this.heldSince = this.port.now();
      this.port.deadline(this.heldSince + timeouts.handler);
      return;
    }
    if (this.onHold) this.port.release();
    this.onHold = false;
    if (this.mode === CONTENT) {
      const earned = this.contentDeadline + (octets * 1000) / limits.contentRate;
      this.contentDeadline = Math.min(earned, this.port.now() + timeouts.content);
      this.port.deadline(this.contentDeadline);
    } else if (this.progress) this.port.deadline(this.port.now() + timeouts.command);
    this.progress = false;
  }

  private dismiss(wire: string, reason: CloseReason): void {
    this.reply(wire);
    this.close(reason);
  }

  private flush(): void {
    if (this.out === '') return;
    const { out } = this;
    this.out = '';
    this.port.send(out);
  }

  private note(code: string, text: string): void {
    this.settings.diagnostics({ level: 'warning', code, text, session: this.session.id });
  }

  private report(error: unknown): void {
    if (error instanceof ContentError) return;
    this.settings.diagnostics({
      level: 'error',
      code: 'handler-failed',
      text: 'a hook of the handler failed',
      session: this.session.id,
      error,
    });
    try {
      this.handler.handleError?.(this.server, this.session, error);
    } catch {
      // Its own failure has nowhere to go.
    }
  }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The enhanced code of a reply ready for the wire, or the empty string. */
function statusOf(wire: string): string {
  return /^\d{3}[ -]([245]\.\d+\.\d+) /.exec(wire)?.[1] ?? '';
}
