/**
 * One SMTP conversation without a socket: octets in; replies, deadlines, "hold" and "close" out.
 *
 * The transcript and the stored octets depend on the octets alone, never on how they were cut. While a hook's promise
 * is pending, input waits in `held`; the transport is told to stop reading, so it stays small.
 */

import type { Client } from '../proxy/node/peer.ts';
import { MISSING_HEADER } from '../proxy/node/header-policy.ts';
import { CommandReader } from './commands/command-reader.ts';
import { ContentError } from './api/content-error.ts';
import type { Exchange } from './engine/exchange.ts';
import { Envelope } from './api/envelope.ts';
import type { Handler } from './api/handler.ts';
import { HookCalls } from './engine/hook-call.ts';
import type { Reader } from './engine/reader.ts';
import { askAfterTLS, awaitHeader, greet } from './opening/opening.ts';
import type { Settings } from './api/options.ts';
import { FlowControl } from './engine/flow-control.ts';
import { Reception } from './content/reception.ts';
import type { ServerContext, Transport } from './engine/transport.ts';
import { REPLIES } from './engine/replies.ts';
import { formatReply, readReply, statusOf, withoutStatus } from './api/reply.ts';
import type { MailServer } from './api/mail-server.ts';
import type { CloseReason, Session } from './api/session.ts';
import type { TLSInfo } from './api/tls.ts';
import { HandshakeReader } from './opening/handshake-reader.ts';
import { Observer } from './engine/observer.ts';

/** Replies to one batch, in octets, beyond which they are sent before the batch is done. */
export const MOST_REPLIES = 16_384;

const NO_ENVELOPE = new Envelope();

export class Conversation implements Exchange {
  readonly server: MailServer;
  readonly handler: Handler;
  readonly settings: Settings;
  readonly session: Session;
  envelope = new Envelope();
  private readonly observer: Observer;
  private readonly transport: Transport;
  private readonly commands: CommandReader;
  private readonly gate: HookCalls;
  private readonly reception: Reception;
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
  private authFailures = 0;

  constructor(context: ServerContext, session: Session, transport: Transport) {
    this.server = context.server;
    this.handler = context.handler;
    this.settings = context.settings;
    this.session = session;
    this.observer = new Observer(context.server, context.handler, context.settings, session);
    this.transport = transport;
    this.flow = new FlowControl(transport, context.settings);
    this.commands = new CommandReader(this);
    this.reader = this.commands;
    this.reception = new Reception(this, () => this.drained());
    this.gate = new HookCalls(
      () => this.proceed(),
      (error) => this.report(error),
    );
  }

  /** Waits for the PROXY header where `proxied`, then for TLS where `tls`, then greets the client. */
  start(proxied: boolean, tls: boolean): void {
    this.observer.started();
    const proxy = proxied ? this.settings.proxyProtocol : null;
    const open = (): void => (tls ? this.startTLS() : this.greet());
    if (proxy === null) open();
    else awaitHeader(this, proxy, tls, open);
    this.afterBatch(0);
  }

  /** The TLS handshake is done. */
  secured(tls: TLSInfo): void {
    if (this.closed) return;
    const { session } = this;
    session.tls = tls;
    session.restart();
    session.forgetLogin();
    this.envelope = new Envelope();
    askAfterTLS(this, () => session.greeted || this.greet());
    this.afterBatch(0);
  }

  /** Takes octets from the client. Returns whether nobody needs the chunk any more. */
  receive(chunk: Buffer): boolean {
    if (this.closed) return true;
    if (this.gate.closed) {
      this.held.push(chunk);
      return false;
    }
    this.keeping = false;
    this.consume(chunk);
    this.afterBatch(chunk.length);
    // A hook that is awaited may have been called with what stands in the chunk.
    return !this.keeping && !this.gate.closed;
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
      this.report(new Error('a hook did not settle before its deadline'));
      if (this.session.greeted) this.reply(REPLIES.handlerTimeout);
      return this.close('handler-timeout');
    }
    if (phase === 'tls') return this.handshakeFailed('it took too long');
    if (phase === 'proxy-header') this.note('proxy-header-missing', MISSING_HEADER);
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
    this.note('tls-failed', `the TLS handshake failed: ${cause}`);
    this.close('tls');
  }

  /** The client will send no more. What came before is still answered. */
  end(): void {
    if (this.closed) return;
    this.halfClosed = true;
    if (!this.gate.closed) this.close('client-left');
  }

  /** The transport is gone. */
  lost(): void {
    this.close('client-left');
  }

  /** The server stops: 421 now, or after the content and hook in progress. */
  shutdown(): void {
    if (this.closed) return;
    this.life = 'stopping';
    if (!this.gate.closed && !this.reading) this.afterBatch(0);
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

  startTLS(): void {
    this.handshake = new HandshakeReader(this.now() + this.settings.timeouts.tls);
    this.reader = this.handshake;
  }

  identified(): boolean {
    return this.transport.identified();
  }

  reply(wire: string): void {
    this.out += this.session.statusCodes ? wire : withoutStatus(wire);
    if (this.out.length > MOST_REPLIES) this.flush();
  }

  refuse(wire: string): void {
    this.reply(wire);
    this.commands.countError();
  }

  defer(wire: string): void {
    this.reply(wire);
    this.commands.countDeferral();
  }

  countJunk(): boolean {
    return this.commands.countJunk();
  }

  reset(): void {
    this.reception.drop(() => new ContentError('lost', 'the transaction was given up'));
    if (this.envelope.mailFrom !== null) this.envelope = new Envelope();
    this.session.xforward = null;
  }

  endTransaction(accepted: boolean): void {
    this.observer.answered(this.envelope, accepted);
    this.envelope = new Envelope();
    this.session.xforward = null;
    this.commands.renew();
    if (accepted) this.commands.forgive();
    else this.commands.countRefusal();
  }

  resume(): void {
    this.reader = this.commands;
    this.commands.renew();
  }

  close(reason: CloseReason): void {
    if (this.closed) return;
    this.life = 'closed';
    this.held = [];
    this.reader = this.commands;
    this.commands.release();
    this.gate.abandon();
    this.flush();
    const lost = (): ContentError => new ContentError('lost', `the connection ended: ${reason}`);
    this.reception.drop(lost);
    this.envelope.abort(lost);
    this.session.abort(reason);
    this.transport.close(reason);
    this.observer.ended(reason);
    // The connection may linger; its last message need not.
    this.envelope = NO_ENVELOPE;
  }

  ask<T>(
    call: () => T | PromiseLike<T>,
    done: (value: T) => void,
    failed = (error: unknown): void => this.hookFailed(error),
  ): void {
    this.gate.call(call, done, failed);
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
      else if (reply.code >= 500) this.commands.countRefusal();
      else if (reply.code >= 400) this.commands.countDeferral();
    });
  }

  countAuthFailure(): boolean {
    return this.transport.authFailed() && ++this.authFailures < this.settings.limits.authFailures;
  }

  reintroduce(client: Client, login: string | null): void {
    const { session } = this;
    session.client = client;
    session.restart();
    // The certificate was the peer's, and the client is somebody else.
    if (session.tls !== null) session.tls = { ...session.tls, authorized: false, peerCertificate: null };
    if (login !== null)
      session.identity = { mechanism: 'XCLIENT', authcid: login, authzid: null, identity: login };
    this.envelope = new Envelope();
    if (this.identified()) return this.greet();
    this.reply(REPLIES.tooManyConnections);
    this.close('limit');
  }

  get chunking(): boolean {
    return this.reception.chunking;
  }

  startContent(): void {
    this.reception.startContent();
  }

  startChunk(size: number, last: boolean): void {
    this.reception.startChunk(size, last);
  }

  note(code: string, text: string): void {
    this.observer.note(code, text);
  }

  aborted(reason: ContentError): void {
    this.observer.aborted(this.envelope, reason);
  }

  report(error: unknown): string | undefined {
    return this.observer.report(error);
  }

  private greet(): void {
    greet(this, () => (this.commands.refused = true));
  }

  private consume(chunk: Buffer): void {
    this.reading = true;
    let at = 0;
    while (at < chunk.length && !this.closed) {
      if (this.gate.closed) {
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
    this.report(error);
    if (this.session.greeted) this.reply(REPLIES.sessionFailed);
    this.close('refused');
  }

  private hookFailed(error: unknown): void {
    const wire = this.report(error) ?? REPLIES.handlerFailed;
    this.reply(wire);
    if (wire.startsWith('421')) this.close('refused');
    else this.commands.countDeferral();
  }

  /** Goes on with held input after a hook has settled. */
  private proceed(): void {
    if (this.closed) return;
    this.commands.renew();
    let octets = 0;
    while (this.held.length > 0 && !this.gate.closed) {
      const chunk = this.held.shift()!;
      octets += chunk.length;
      this.consume(chunk);
    }
    this.afterBatch(octets);
    if (this.halfClosed && !this.gate.closed) this.close('client-left');
  }

  /** The handler has made room in its stream. */
  private drained(): void {
    if (this.flow.onHold && !this.gate.closed && !this.closed) this.afterBatch(0);
  }

  /** Sends what has been queued and says what to wait for next. `octets` is the size of the batch. */
  private afterBatch(octets: number): void {
    if (this.closed) return;
    const waiting = this.gate.closed;
    if (this.life === 'stopping' && !waiting && this.reception.message === undefined) {
      // In the pause before the greeting, 421 is the greeting; before a PROXY header or TLS there is nothing to say.
      if (this.session.greeted || this.reader.passed !== undefined) this.reply(REPLIES.shutdown);
      return this.close('shutdown');
    }
    this.flush();
    if (waiting || this.reader.full) return this.flow.awaitHandler(this.reader, octets);
    this.flow.awaitClient(this.reader, this.reception.message?.time, octets);
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
