/** One connection: its socket, its TLS and its timer. It drives a conversation and knows no SMTP itself. */

import type { Socket } from 'node:net';
// Not the global, which the tests of an application may have replaced by fake timers.
import { clearTimeout as clearTimer, setImmediate, setTimeout as setTimer } from 'node:timers';
import { Conversation } from '../conversation.ts';
import { detachBuffer } from './detach-buffer.ts';
import { askForTurn, clock, type Flow, recently, turnOver } from './fair-queue.ts';
import { unwatchOverhead, type Watched, watchOverhead } from './tls-overhead.ts';
import { flushSoon, type Writer } from './write-batch.ts';
import type { Admission } from '../engine/admission.ts';
import type { ServerContext, Transport } from '../engine/transport.ts';
import type { CloseReason } from '../api/session.ts';
import type { SessionState } from '../engine/session-state.ts';
import { describeTLS, handshakeFault } from '../api/tls-info.ts';

/** Octets of replies that a client has not read; above this its input is not read either. */
const UNREAD_LIMIT = 65_536;
/** Octets of replies that are written at once, without waiting for a batch. */
const WRITE_AT_ONCE = 16_384;
/** Milliseconds between replies that go out apart: time for the client to read one before the next comes. */
const APART = 5;

/** Who is told how a connection ends, each once at most. */
export interface Ends {
  /** The server has ended it because of a limit, and waits for the client to close. */
  dismissed(): void;
  /** The socket is closed for good. */
  gone(): void;
}

export class Connection implements Transport, Writer, Flow {
  readonly session: SessionState;
  queued = false;
  private readonly conversation: Conversation;
  private socket: Socket;
  /** Replies that have not been passed to the socket. */
  private outgoing = '';
  /** Replies that go out apart, and what was sent behind them; the timer of the next one. */
  private readonly apart: string[] = [];
  private apartTimer: NodeJS.Timeout | undefined;
  /** During a TLS handshake: the TCP socket, and the octets it had read before. */
  private below: { readonly raw: Socket; readonly before: number } | undefined;
  /** What is watched of its TLS. */
  private overhead: Watched | undefined;
  private readonly context: ServerContext;
  private readonly ends: Ends;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = 0;
  private deadlineAt = 0;
  /** The deadline of a client that does not read its replies; 0 for one that reads. */
  private unreadUntil = 0;
  /** Its input waits for its turn, and no more of it is read meanwhile. */
  private stalled = false;
  /** The first error of the socket. */
  private fault: (Error & { readonly code?: string; readonly reason?: string }) | undefined;

  constructor(
    context: ServerContext,
    session: SessionState,
    socket: Socket,
    admission: Admission,
    ends: Ends,
  ) {
    this.context = context;
    this.session = session;
    this.socket = socket;
    this.ends = ends;
    this.conversation = new Conversation(context, session, this, admission);
    this.attach(socket);
  }

  /** @param proxied whether a PROXY header comes first, `tls` whether a handshake comes before the greeting. */
  start(proxied: boolean, tls: boolean): void {
    this.enter((conversation) => conversation.start(proxied, tls));
  }

  startTLS(rest: Buffer): void {
    this.flush();
    this.sendRest();
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
    const allowed = this.context.settings.limits.tlsOverhead;
    this.overhead = { ...this.below, secure, allowed, exceeded: () => this.flooded() };
    watchOverhead(this.overhead);
    secure.once('secure', () => {
      if (secure.destroyed) return;
      this.below = undefined;
      this.enter((conversation) => conversation.secured(describeTLS(secure)));
    });
  }

  /** Ends a connection that gets no session: sends `reply` and reads nothing. */
  dismiss(reply: string): void {
    this.enter((conversation) => conversation.dismiss(reply));
  }

  /** Deferred by a microtask: a hook that calls it has its own reply sent first. */
  shutdown(): void {
    queueMicrotask(() => this.enter((conversation) => conversation.shutdown()));
  }

  /** Ends the session now, with 421 where that may be said; a client that reads nothing is not waited for. */
  cut(): void {
    const unread = this.socket.writableLength > 0;
    this.enter((conversation) => conversation.cut());
    if (unread) this.destroy();
    else this.socket.destroySoon();
  }

  /** Closes the connection at once; replies in flight may be lost. */
  destroy(): void {
    this.socket.destroy();
  }

  now(): number {
    return clock();
  }

  send(replies: string): void {
    if (this.apart.length > 0) return void this.apart.push(replies);
    const first = this.outgoing === '';
    this.outgoing += replies;
    if (this.outgoing.length > WRITE_AT_ONCE) this.flush();
    else if (first) flushSoon(this, recently());
  }

  sendApart(reply: string): void {
    this.flush();
    this.apart.push(reply);
    if (this.apartTimer !== undefined) return;
    this.socket.pause();
    this.apartTimer = setTimer(Connection.nextApart, APART, this);
  }

  private static nextApart(connection: Connection): void {
    const { apart } = connection;
    connection.outgoing = apart.shift() ?? '';
    connection.flush();
    if (apart.length > 0) return void connection.apartTimer!.refresh();
    connection.apartTimer = undefined;
    connection.resumeReading();
  }

  /** What was to go out apart goes out now. */
  private sendRest(): void {
    clearTimer(this.apartTimer);
    this.apartTimer = undefined;
    for (const replies of this.apart.splice(0)) {
      this.outgoing = replies;
      this.flush();
    }
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

  askForTurn(): void {
    askForTurn(this);
  }

  turnOver(): boolean {
    return turnOver();
  }

  readOn(): boolean {
    let more = false;
    try {
      more = this.conversation.readOn();
      if (this.stalled && !more) {
        this.stalled = false;
        this.resumeReading();
      }
    } catch (error) {
      this.failed(error);
    }
    return more;
  }

  stall(): void {
    if (this.stalled) return;
    this.stalled = true;
    this.socket.pause();
  }

  giveBack(chunk: Buffer): void {
    detachBuffer(chunk);
  }

  hold(): void {
    this.socket.pause();
  }

  release(): void {
    this.resumeReading();
  }

  deadline(at: number): void {
    this.deadlineAt = at;
    if (this.unreadUntil === 0) this.arm(at);
  }

  close(reason: CloseReason): void {
    if (reason === 'client-left' && this.socket.destroyed) return;
    this.flush();
    this.sendRest();
    if (this.below !== undefined) return this.destroy();
    this.socket.end();
    // Unread input would make the system send a reset, and the client lose the last reply: it is read and dropped.
    this.socket.resume();
    this.unreadUntil = 0;
    this.deadline(this.now() + this.context.settings.timeouts.linger);
    if (reason === 'limit') this.ends.dismissed();
  }

  private attach(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.conversation.receive(chunk);
    });
    socket.on('end', () => this.enter((conversation) => conversation.end()));
    socket.on('drain', () => this.drained());
    socket.on('error', (error) => {
      this.fault ??= error;
      socket.destroy();
    });
    socket.on('close', () => this.closed());
  }

  /** TLS brings octets and no data. */
  private flooded(): void {
    this.enter((conversation) => {
      if (this.below === undefined) conversation.floodedByTLS();
      else conversation.handshakeFailed('it takes too many octets');
    });
    // Its reply is on its way; what the client still sends would have to be decrypted.
    setImmediate(() => this.destroy());
  }

  private drained(): void {
    if (this.unreadUntil === 0) return;
    this.unreadUntil = 0;
    this.arm(this.deadlineAt);
    this.resumeReading();
  }

  /** Reads again, unless a hook, a turn in the queue or replies that wait prevent it. */
  private resumeReading(): void {
    const waits = this.unreadUntil > 0 || this.apart.length > 0;
    if (!waits && !this.stalled && !this.conversation.onHold) this.socket.resume();
  }

  private closed(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    clearTimer(this.apartTimer);
    if (this.overhead !== undefined) unwatchOverhead(this.overhead);
    // A client that left before its first octet of TLS is a health check of the port, not a failed handshake.
    const { below } = this;
    this.enter((conversation) => {
      if (below !== undefined && below.raw.bytesRead > below.before)
        conversation.handshakeFailed(handshakeFault(this.fault));
      else conversation.disconnected();
    });
    this.ends.gone();
  }

  /** A later deadline leaves the timer as it is: it fires early and is set again, which is cheaper than to move it each time. */
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
    // Input that came while the process was busy is read first: the deadline is the client's, not ours.
    if (!connection.beforeDeadline()) setImmediate(Connection.due, connection);
  }

  private static due(connection: Connection): void {
    if (!connection.beforeDeadline()) connection.enter((conversation) => connection.expired(conversation));
  }

  /** Whether the deadline has moved on, or input waits for its turn: then it is looked at again later. */
  private beforeDeadline(): boolean {
    const at = this.unreadUntil > 0 ? this.unreadUntil : this.deadlineAt;
    const now = this.now();
    if (now >= at && !this.queued) return false;
    this.arm(Math.max(at, now + 1));
    return true;
  }

  private expired(conversation: Conversation): void {
    if (this.unreadUntil > 0) conversation.repliesUnread();
    if (conversation.closed) this.destroy();
    else conversation.expire();
  }

  /** Runs what an event of the socket, a timer or TLS asks for: an error ends this session only. */
  private enter(work: (conversation: Conversation) => void): void {
    try {
      work(this.conversation);
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    try {
      if (!this.conversation.closed) return this.conversation.fail(error);
    } catch {}
    // Closing the session has failed: the socket is cut without a reply.
    this.destroy();
  }
}
