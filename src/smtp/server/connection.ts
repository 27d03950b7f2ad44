/** The driver of one conversation: owns the socket and the clock, and holds no SMTP. */

import type { Socket } from 'node:net';
import { Conversation } from '../conversation.ts';
import { detachBuffer } from './detach-buffer.ts';
import { flushSoon, type Sender } from './write-batch.ts';
import type { Admission } from '../engine/admission.ts';
import type { ServerContext, Transport } from '../engine/transport.ts';
import type { CloseReason, Session } from '../api/session.ts';
import { describeTLS, handshakeFault } from '../api/tls.ts';

/** Replies that wait for a client that does not read; above this its input is not read either. */
const UNREAD_LIMIT = 65_536;
/** Replies that are not kept until others can be written with them. */
const WRITE_AT_ONCE = 16_384;

export class Connection implements Transport, Sender {
  readonly session: Session;
  private readonly conversation: Conversation;
  private socket: Socket;
  /** Replies that have not been given to the socket. */
  private outgoing = '';
  /** While a TLS handshake runs: the socket below, and the octets it had read before. */
  private below: { readonly raw: Socket; readonly before: number } | undefined;
  private readonly context: ServerContext;
  private readonly gone: () => void;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = 0;
  private deadlineAt = 0;
  /** Until when a client that does not read its replies may go on with that; 0 for one that reads. */
  private unreadUntil = 0;
  /** What has ended the socket first. */
  private fault: (Error & { readonly code?: string; readonly reason?: string }) | undefined;

  /** @param gone called once, when the socket is closed for good. */
  constructor(
    context: ServerContext,
    session: Session,
    socket: Socket,
    admission: Admission,
    gone: () => void,
  ) {
    this.context = context;
    this.session = session;
    this.socket = socket;
    this.gone = gone;
    this.conversation = new Conversation(context, session, this, admission);
    this.attach(socket);
  }

  /** @param proxied whether a PROXY header comes first, `tls` whether a handshake comes before the greeting. */
  start(proxied: boolean, tls: boolean): void {
    this.conversation.start(proxied, tls);
  }

  startTLS(rest: Buffer): void {
    this.flush();
    const raw = this.socket;
    raw.removeAllListeners('data');
    raw.removeAllListeners('end');
    raw.removeAllListeners('drain');
    raw.removeAllListeners('close');
    raw.pause();
    this.below = { raw, before: raw.bytesRead - rest.length };
    if (rest.length > 0) raw.unshift(rest);
    const secure = this.context.settings.tls!.wrap(raw);
    this.socket = secure;
    this.attach(secure);
    secure.once('secure', () => {
      this.below = undefined;
      this.conversation.secured(describeTLS(secure));
    });
  }

  /** Ends a connection that is not served: nothing is read, `reply` is all that is said. */
  dismiss(reply: string): void {
    this.conversation.dismiss(reply);
  }

  /** Called from within a hook, it waits until what the hook answers has been said. */
  shutdown(): void {
    queueMicrotask(() => this.conversation.shutdown());
  }

  /** Ends the connection now, whatever is in flight. */
  destroy(): void {
    this.socket.destroy();
  }

  now(): number {
    return performance.now();
  }

  send(replies: string): void {
    const first = this.outgoing === '';
    this.outgoing += replies;
    if (this.outgoing.length > WRITE_AT_ONCE) this.flush();
    else if (first) flushSoon(this, this.now());
  }

  flush(): void {
    const { socket, outgoing } = this;
    if (outgoing === '') return;
    this.outgoing = '';
    if (socket.writable) socket.write(outgoing, 'latin1');
    if (socket.writableLength <= UNREAD_LIMIT || this.unreadUntil > 0) return;
    this.unreadUntil = this.now() + this.context.settings.timeouts.write;
    socket.pause();
    this.arm(this.unreadUntil);
  }

  hold(): void {
    this.socket.pause();
  }

  release(): void {
    if (this.unreadUntil === 0) this.socket.resume();
  }

  deadline(at: number): void {
    this.deadlineAt = at;
    if (this.unreadUntil === 0) this.arm(at);
  }

  close(reason: CloseReason): void {
    if (reason === 'client-left' && this.socket.destroyed) return;
    this.flush();
    if (this.below !== undefined) return this.destroy();
    this.socket.end();
    // What the client still sends is read and dropped, so that the last reply is not lost to a reset.
    this.socket.resume();
    this.unreadUntil = 0;
    this.deadline(this.now() + this.context.settings.timeouts.linger);
  }

  private attach(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      if (this.conversation.receive(chunk)) detachBuffer(chunk);
    });
    socket.on('end', () => this.conversation.end());
    socket.on('drain', () => this.drained());
    socket.on('error', (error) => {
      this.fault ??= error;
      socket.destroy();
    });
    socket.on('close', () => this.closed());
  }

  private drained(): void {
    if (this.unreadUntil === 0) return;
    this.unreadUntil = 0;
    this.arm(this.deadlineAt);
    if (!this.conversation.onHold) this.socket.resume();
  }

  private closed(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    // Who has left before a word of TLS has not failed in it: a health check looks no further than the port.
    const { below } = this;
    if (below !== undefined && below.raw.bytesRead > below.before)
      this.conversation.handshakeFailed(handshakeFault(this.fault));
    else this.conversation.disconnected();
    this.gone();
  }

  /** A timer is only ever moved forward in time by firing early and sleeping again: deadlines change all the time. */
  private arm(at: number): void {
    if (this.timer !== undefined) {
      if (at >= this.timerAt) return;
      clearTimeout(this.timer);
    }
    this.timerAt = at;
    this.timer = setTimeout(Connection.fired, Math.max(1, at - this.now()), this);
  }

  private static fired(connection: Connection): void {
    connection.timer = undefined;
    const unread = connection.unreadUntil > 0;
    const at = unread ? connection.unreadUntil : connection.deadlineAt;
    if (connection.now() < at) return connection.arm(at);
    if (unread) connection.conversation.unread();
    if (connection.conversation.closed) connection.destroy();
    else connection.conversation.expire();
  }
}
