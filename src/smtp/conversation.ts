/**
 * One SMTP conversation without a socket: octets in; replies, deadlines, "hold" and "close" out.
 *
 * The transcript and the stored octets depend on the octets alone, never on how they were cut. While a hook's promise
 * is pending, or other connections have their turn, input waits unread; the transport is told to stop, so it stays small.
 */

import { MISSING_HEADER } from '../proxy/node/header-policy.ts';
import { ContentError } from './api/content-error.ts';
import type { Handler } from './api/handler.ts';
import type { MailServer } from './api/mail-server.ts';
import type { Settings } from './api/options/options.ts';
import { withoutStatus } from './api/reply.ts';
import type { CloseReason } from './api/session.ts';
import type { TLSInfo } from './api/tls-info.ts';
import { CommandReader } from './commands/command-reader.ts';
import { Reception } from './content/reception.ts';
import type { Admission } from './engine/admission.ts';
import { Budgets } from './engine/budgets.ts';
import { EnvelopeState } from './engine/envelope-state.ts';
import type { Exchange } from './engine/exchange.ts';
import { FlowControl } from './engine/flow-control.ts';
import { HookCalls } from './engine/hook-call.ts';
import { Holding } from './engine/memory-budget.ts';
import { Observer } from './engine/observer.ts';
import type { Reader } from './engine/reader.ts';
import { REPLIES } from './engine/replies.ts';
import type { SessionState } from './engine/session-state.ts';
import type { ServerContext, Transport } from './engine/transport.ts';
import { HandshakeReader } from './opening/handshake-reader.ts';
import { awaitHeader, beginAfterTLS, greet } from './opening/opening.ts';

/** Replies to one batch, in octets, beyond which they are sent before the batch is done. */
export const MOST_REPLIES = 16_384;

/** Reads without a call of a hook after which the clock is looked at. */
const READS_UNTIMED = 16;

const NO_ENVELOPE = new EnvelopeState();

export class Conversation implements Exchange {
  readonly server: MailServer;
  readonly handler: Handler;
  readonly settings: Settings;
  readonly session: SessionState;
  readonly admission: Admission;
  readonly observer: Observer;
  readonly budgets: Budgets;
  readonly hooks: HookCalls;
  readonly content: Reception;
  readonly memory: Holding;
  envelope = new EnvelopeState();
  sessionRefused = false;
  private readonly transport: Transport;
  private readonly commands: CommandReader;
  private readonly flow: FlowControl;
  private reader: Reader;
  /** Set until the transport has been told to begin TLS. */
  private handshake: HandshakeReader | undefined;
  private out = '';
  /** Input that has not been read, the oldest chunk from `at` on. */
  private unread: Buffer[] = [];
  private at = 0;
  /** Input is being read now: a hook that stops the server is called from there. */
  private reading = false;
  /** Whether anything may refer to the oldest chunk of `unread`. */
  private kept = false;
  private life: 'open' | 'stopping' | 'closed' = 'open';
  private halfClosed = false;
  private reads = 0;

  constructor(context: ServerContext, session: SessionState, transport: Transport, admission: Admission) {
    this.server = context.server;
    this.handler = context.handler;
    this.settings = context.settings;
    this.session = session;
    this.admission = admission;
    this.memory = new Holding(admission.envelopes, () => admission.client);
    this.transport = transport;
    this.observer = new Observer(context, session);
    this.budgets = new Budgets(context.settings, this);
    this.hooks = new HookCalls(this, () => this.proceed());
    this.flow = new FlowControl(transport, context.settings);
    this.commands = new CommandReader(this);
    this.content = new Reception(this, () => this.drained());
    this.reader = this.commands;
  }

  /** Waits for the PROXY header where `proxied`, then for TLS where `tls`, then greets the client. */
  start(proxied: boolean, tls: boolean): void {
    this.observer.started();
    const proxy = proxied ? this.settings.proxyProtocol : null;
    const open = (): void => (tls ? this.startTLS() : greet(this));
    if (proxy === null) open();
    else awaitHeader(this, proxy, tls, open);
    this.afterBatch(0);
  }

  /** The TLS handshake is done. */
  secured(tls: TLSInfo): void {
    if (this.closed) return;
    beginAfterTLS(this, tls);
    this.afterBatch(0);
  }

  /** Takes octets from the client, which are read when it is their turn. */
  receive(chunk: Buffer): void {
    if (this.closed) return this.transport.giveBack(chunk);
    this.unread.push(chunk);
    if (!this.hooks.waiting) this.transport.askForTurn();
  }

  /** Reads what has come, until the turn of this connection is over. Returns whether it needs another one. */
  readOn(): boolean {
    let octets = 0;
    while (this.unread.length > 0 && !this.hooks.waiting && !this.full) {
      const chunk = this.unread[0]!;
      const from = this.at;
      this.consume(chunk);
      octets += this.at - from;
      // A hook that is awaited may have been called with what stands in the chunk.
      this.kept ||= this.hooks.waiting;
      if (this.at < chunk.length && !this.closed) break;
      this.unread.shift();
      this.at = 0;
      if (!this.kept) this.transport.giveBack(chunk);
      this.kept = false;
    }
    this.afterBatch(octets);
    if (this.halfClosed && this.idle) this.close('client-left');
    return this.unread.length > 0 && !this.hooks.waiting && !this.full;
  }

  /** The deadline has passed. */
  expire(): void {
    if (this.closed) return;
    const { phase, onTimeout } = this.reader;
    if (!this.flow.onHold && this.reader.passed !== undefined) {
      this.reader.passed();
      return this.afterBatch(0);
    }
    this.observer.timedOut(this.envelope, this.flow.onHold ? 'handler' : phase);
    if (this.flow.onHold) {
      this.observer.report(new Error('a hook did not settle before its deadline'));
      if (this.session.greeted) this.reply(REPLIES.handlerTimeout);
      return this.close('handler-timeout');
    }
    if (phase === 'tls') return this.handshakeFailed('it took too long');
    if (phase === 'proxy-header') this.observer.warn('proxy-header-missing', MISSING_HEADER);
    this.reply(onTimeout);
    this.close(phase === 'proxy-header' ? phase : 'timeout');
  }

  /** The client has not read its replies in time. */
  repliesUnread(): void {
    if (this.closed) return;
    this.observer.timedOut(this.envelope, 'write');
    this.close('timeout');
  }

  /**
   * The transport is gone, and TLS had not been established: no reply can be sent any more.
   *
   * @param cause printable.
   */
  handshakeFailed(cause: string): void {
    if (this.closed) return;
    this.observer.warn('tls-failed', `the TLS handshake failed: ${cause}`);
    this.close('tls');
  }

  /** The client sends messages of TLS without data, more than `limits.tlsOverhead`. */
  floodedByTLS(): void {
    if (this.closed) return;
    this.observer.warn('tls-overhead', 'the client sends TLS without data');
    this.dismiss(REPLIES.tlsOverhead);
  }

  /** The client will send no more. What came before is still answered. */
  end(): void {
    if (this.closed) return;
    this.halfClosed = true;
    if (this.idle) this.close('client-left');
  }

  /** The transport is gone. */
  disconnected(): void {
    this.close('client-left');
  }

  /** The server stops: 421 now, or after the content and hook in progress. */
  shutdown(): void {
    if (this.closed) return;
    this.life = 'stopping';
    if (!this.hooks.waiting && !this.reading) this.afterBatch(0);
  }

  /** The server waits no longer: 421 where a reply may be sent, whatever is in progress. */
  cut(): void {
    if (this.closed) return;
    if (this.session.greeted || this.reader.passed !== undefined) this.reply(REPLIES.shutdown);
    this.close('shutdown');
  }

  get closed(): boolean {
    return this.life === 'closed';
  }

  /** Whether the transport has been told not to read for now. */
  get onHold(): boolean {
    return this.flow.onHold && !this.closed;
  }

  get readAhead(): boolean {
    return this.unread.length > 1;
  }

  now(): number {
    return this.transport.now();
  }

  use(reader: Reader): void {
    this.reader = reader;
  }

  resume(): void {
    this.reader = this.commands;
    this.commands.renew();
  }

  startTLS(): void {
    this.handshake = new HandshakeReader(this.now() + this.settings.timeouts.tls);
    this.reader = this.handshake;
  }

  reply(wire: string): void {
    if (this.observer.hearsDialogue) this.observer.serverSaid(wire);
    this.out += this.session.statusCodes ? wire : withoutStatus(wire);
    if (this.out.length > MOST_REPLIES) this.flush();
  }

  replyEach(wires: readonly string[]): void {
    if (!this.settings.separateReplies || wires.length < 2) {
      for (const wire of wires) this.reply(wire);
      return;
    }
    this.flush();
    for (const wire of wires) {
      this.reply(wire);
      const { out } = this;
      this.out = '';
      this.transport.sendApart(out);
    }
  }

  deny(wire: string, of: 'command' | 'message' = 'command', copies = 1): void {
    if (wire === '') return;
    if (this.observer.hearsRefusals)
      this.observer.refused(wire, of === 'command' ? this.commands.said() : undefined);
    this.replyEach(Array<string>(copies).fill(wire));
  }

  refuse(wire: string): void {
    this.deny(wire);
    this.budgets.spend('errors');
  }

  defer(wire: string): void {
    this.deny(wire);
    this.budgets.spend('deferrals');
  }

  dismiss(wire: string): void {
    this.deny(wire);
    this.close('limit');
  }

  reset(): void {
    this.content.abort(() => new ContentError('lost', 'the transaction was given up'));
    this.memory.end();
    if (this.envelope.mailFrom !== null) this.envelope = new EnvelopeState();
    this.session.xforward = null;
  }

  renewEnvelope(): void {
    this.memory.end();
    this.envelope = new EnvelopeState();
  }

  endTransaction(accepted: boolean): void {
    this.observer.answered(this.envelope, accepted);
    this.renewEnvelope();
    this.session.xforward = null;
    this.commands.renew();
    if (accepted) this.budgets.forgive();
    else this.budgets.spend('refusals');
  }

  close(reason: CloseReason): void {
    if (this.closed) return;
    this.life = 'closed';
    this.unread = [];
    this.reader = this.commands;
    this.commands.release();
    this.hooks.abandon();
    this.flush();
    const lost = (): ContentError => new ContentError('lost', `the connection ended: ${reason}`);
    this.content.abort(lost);
    this.envelope.abort(lost);
    this.session.abort(reason);
    this.transport.close(reason);
    this.observer.ended(reason);
    // The connection may linger for seconds; its last message is freed now.
    this.envelope = NO_ENVELOPE;
    this.memory.end();
  }

  /** Code that is no hook, such as a mechanism of the application, has thrown: it ends this session only. */
  fail(error: unknown): void {
    if (this.closed) return;
    this.observer.report(error);
    if (this.session.greeted) this.reply(REPLIES.sessionFailed);
    this.close('refused');
  }

  /** Whether the reader of the message has to make room before anything is read, between two chunks of BDAT as well. */
  private get full(): boolean {
    return this.content.message?.full ?? false;
  }

  /** Whether nothing is left to do before the client sends more. */
  private get idle(): boolean {
    return this.unread.length === 0 && !this.hooks.waiting;
  }

  private consume(chunk: Buffer): void {
    this.reading = true;
    do {
      const { reader } = this;
      if (reader.kept !== undefined) reader.kept = false;
      try {
        this.at = reader.read(chunk, this.at);
      } catch (error) {
        this.fail(error);
      }
      if (reader.kept !== false) this.kept = true;
    } while (this.at < chunk.length && !this.closed && !this.hooks.waiting && !this.turnOver());
    this.reading = false;
  }

  /** A look at the clock costs as much as a short command: one after each hook, and after some commands without. */
  private turnOver(): boolean {
    if (++this.reads < READS_UNTIMED && !this.hooks.called) return false;
    this.reads = 0;
    this.hooks.called = false;
    return this.transport.turnOver();
  }

  /** Goes on after a hook has settled. */
  private proceed(): void {
    if (this.closed) return;
    this.commands.renew();
    this.transport.askForTurn();
  }

  /** The handler has made room in its stream. */
  private drained(): void {
    if (!this.onHold || this.hooks.waiting || this.reading) return;
    this.commands.renew();
    this.transport.askForTurn();
  }

  /** Sends what has been queued and says what to wait for next. `octets` is the size of the batch. */
  private afterBatch(octets: number): void {
    if (this.closed) return;
    const { waiting } = this.hooks;
    if (this.life === 'stopping' && !waiting && this.content.message === undefined) {
      // In the delay before the greeting, 421 is the greeting; before a PROXY header or TLS there is nothing to say.
      if (this.session.greeted || this.reader.passed !== undefined) this.reply(REPLIES.shutdown);
      return this.close('shutdown');
    }
    this.flush();
    if (waiting || this.full) return this.flow.awaitHandler(this.reader, octets);
    this.flow.awaitClient(this.reader, this.content.message?.deadline, octets);
    if (this.handshake !== undefined && this.unread.length === 0) {
      const rest = this.handshake.take();
      this.handshake = undefined;
      this.transport.startTLS(rest);
    }
  }

  private flush(): void {
    if (this.out === '') return;
    const { out } = this;
    this.out = '';
    this.session.greeted = true;
    this.transport.send(out);
  }
}
