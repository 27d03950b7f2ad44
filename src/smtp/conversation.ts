/**
 * One SMTP conversation without a socket: octets in; replies, deadlines, "hold" and "close" out.
 *
 * The transcript and the stored octets depend on the octets alone, never on how they were cut. While a hook's promise
 * is pending, input waits in `held`; the transport is told to stop reading, so it stays small.
 */

import { MISSING_HEADER } from '../proxy/node/header-policy.ts';
import { ContentError } from './api/content-error.ts';
import { Envelope } from './api/envelope.ts';
import type { Handler } from './api/handler.ts';
import type { MailServer } from './api/mail-server.ts';
import type { Settings } from './api/options.ts';
import { withoutStatus } from './api/reply.ts';
import type { CloseReason, Session } from './api/session.ts';
import type { TLSInfo } from './api/tls.ts';
import { CommandReader } from './commands/command-reader.ts';
import { Reception } from './content/reception.ts';
import type { Admission } from './engine/admission.ts';
import { Budgets } from './engine/budgets.ts';
import type { Exchange } from './engine/exchange.ts';
import { FlowControl } from './engine/flow-control.ts';
import { HookCalls } from './engine/hook-call.ts';
import { Observer } from './engine/observer.ts';
import type { Reader } from './engine/reader.ts';
import { REPLIES } from './engine/replies.ts';
import type { ServerContext, Transport } from './engine/transport.ts';
import { HandshakeReader } from './opening/handshake-reader.ts';
import { awaitHeader, beginAfterTLS, greet } from './opening/opening.ts';

/** Replies to one batch, in octets, beyond which they are sent before the batch is done. */
export const MOST_REPLIES = 16_384;

const NO_ENVELOPE = new Envelope();

export class Conversation implements Exchange {
  readonly server: MailServer;
  readonly handler: Handler;
  readonly settings: Settings;
  readonly session: Session;
  readonly admission: Admission;
  readonly observer: Observer;
  readonly budgets: Budgets;
  readonly hooks: HookCalls;
  readonly content: Reception;
  envelope = new Envelope();
  sessionRefused = false;
  private readonly transport: Transport;
  private readonly commands: CommandReader;
  private readonly flow: FlowControl;
  private reader: Reader;
  /** Set until the transport has been told to begin. */
  private handshake: HandshakeReader | undefined;
  private out = '';
  private held: Buffer[] = [];
  /** Input is being read now: a hook that stops the server is called from there. */
  private reading = false;
  /** Whether anything may refer to the chunk that is read. */
  private keeping = false;
  private life: 'open' | 'stopping' | 'closed' = 'open';
  private halfClosed = false;

  constructor(context: ServerContext, session: Session, transport: Transport, admission: Admission) {
    this.server = context.server;
    this.handler = context.handler;
    this.settings = context.settings;
    this.session = session;
    this.admission = admission;
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

  /** Takes octets from the client. Returns whether nobody needs the chunk any more. */
  receive(chunk: Buffer): boolean {
    if (this.closed) return true;
    if (this.hooks.waiting) {
      this.held.push(chunk);
      return false;
    }
    this.keeping = false;
    this.consume(chunk);
    this.afterBatch(chunk.length);
    // A hook that is awaited may have been called with what stands in the chunk.
    return !this.keeping && !this.hooks.waiting;
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
    if (phase === 'proxy-header') this.observer.note('proxy-header-missing', MISSING_HEADER);
    this.reply(onTimeout);
    this.close(phase === 'proxy-header' ? phase : 'timeout');
  }

  /** The client has not read its replies in time. */
  unread(): void {
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
    this.observer.note('tls-failed', `the TLS handshake failed: ${cause}`);
    this.close('tls');
  }

  /** The client will send no more. What came before is still answered. */
  end(): void {
    if (this.closed) return;
    this.halfClosed = true;
    if (!this.hooks.waiting) this.close('client-left');
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

  get closed(): boolean {
    return this.life === 'closed';
  }

  /** Whether the transport has been told not to read for now. */
  get onHold(): boolean {
    return this.flow.onHold;
  }

  get readAhead(): boolean {
    return this.held.length > 0;
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
    this.out += this.session.statusCodes ? wire : withoutStatus(wire);
    if (this.out.length > MOST_REPLIES) this.flush();
  }

  refuse(wire: string): void {
    this.reply(wire);
    this.budgets.spend('errors');
  }

  defer(wire: string): void {
    this.reply(wire);
    this.budgets.spend('deferrals');
  }

  dismiss(wire: string): void {
    this.reply(wire);
    this.close('limit');
  }

  reset(): void {
    this.content.abort(() => new ContentError('lost', 'the transaction was given up'));
    if (this.envelope.mailFrom !== null) this.envelope = new Envelope();
    this.session.xforward = null;
  }

  endTransaction(accepted: boolean): void {
    this.observer.answered(this.envelope, accepted);
    this.envelope = new Envelope();
    this.session.xforward = null;
    this.commands.renew();
    if (accepted) this.budgets.forgive();
    else this.budgets.spend('refusals');
  }

  close(reason: CloseReason): void {
    if (this.closed) return;
    this.life = 'closed';
    this.held = [];
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
    // The connection may linger; its last message need not.
    this.envelope = NO_ENVELOPE;
  }

  private consume(chunk: Buffer): void {
    this.reading = true;
    let at = 0;
    while (at < chunk.length && !this.closed) {
      if (this.hooks.waiting) {
        this.held.unshift(chunk.subarray(at));
        break;
      }
      const { reader } = this;
      if (reader.kept !== undefined) reader.kept = false;
      try {
        at = reader.read(chunk, at);
      } catch (error) {
        this.broken(error);
      }
      if (reader.kept !== false) this.keeping = true;
    }
    this.reading = false;
  }

  /** What is not a hook and fails all the same, such as a mechanism of somebody else's, ends one session. */
  private broken(error: unknown): void {
    this.observer.report(error);
    if (this.session.greeted) this.reply(REPLIES.sessionFailed);
    this.close('refused');
  }

  /** Goes on with held input after a hook has settled. */
  private proceed(): void {
    if (this.closed) return;
    this.commands.renew();
    let octets = 0;
    while (this.held.length > 0 && !this.hooks.waiting) {
      const chunk = this.held.shift()!;
      octets += chunk.length;
      this.consume(chunk);
    }
    this.afterBatch(octets);
    if (this.halfClosed && !this.hooks.waiting) this.close('client-left');
  }

  /** The handler has made room in its stream. */
  private drained(): void {
    if (this.flow.onHold && !this.hooks.waiting && !this.closed) this.afterBatch(0);
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
    if (waiting || this.reader.full) return this.flow.awaitHandler(this.reader, octets);
    this.flow.awaitClient(this.reader, this.content.message?.time, octets);
    if (this.handshake !== undefined) {
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
