import type { AddressInfo, Server, Socket } from 'node:net';
import { inspect } from 'node:util';
import type { TlvValues } from '../../proxy/index.ts';
import { peerOf, UNIX_PEER } from '../../proxy/node/peer.ts';
import { ConnectionList, type ListEntry } from '../../proxy/node/connection-list.ts';
import { checkCallLimit, checkCustomCommands } from '../commands/table.ts';
import { checkHonours } from '../commands/extensions.ts';
import { ClientLimits, ConnectionAdmission } from './client-limits.ts';
import { Connection } from './connection.ts';
import { Capacity } from './capacity.ts';
import { Dismissals } from './dismissals.ts';
import type { ServerContext } from '../engine/transport.ts';
import type { Handler } from '../api/handler.ts';
import * as check from '../api/options/option-checks.ts';
import { checkHandler, checkHookNames } from '../api/options/handler-checks.ts';
import { listenAt } from './listener.ts';
import { type ListenPlace, type ListenTarget, readTarget } from '../api/options/listen-target.ts';
import type { MailServer } from '../api/mail-server.ts';
import { readPolicy } from '../api/options/newline-policy.ts';
import { readTolerate } from '../api/options/tolerance.ts';
import { KNOWN, readOptions, type Settings, type SMTPServerOptions } from '../api/options/options.ts';
import { REPLIES } from '../engine/replies.ts';
import type { Session } from '../api/session.ts';
import { SessionState } from '../engine/session-state.ts';
import type { TLSOptions } from '../api/options/tls-options.ts';
import { heard } from '../../wire/heard.ts';
import { optionError } from '../../wire/messages/option-error.ts';
import { causeOf } from '../../wire/thrown.ts';

/** The port of SMTP, where LMTP must not be spoken. */
const SMTP_PORT = 25;

/**
 * An SMTP server (RFC 5321) that calls the hooks of one handler.
 *
 * @example
 * import { SMTPServer } from 'truepeer';
 *
 * const server = new SMTPServer({
 *   handleDATA(server, session, envelope) {
 *     return `250 2.6.0 ${envelope.size} octets for ${envelope.rcptTos.length} recipients`;
 *   },
 * });
 * const address = await server.listen({ host: '127.0.0.1', port: 0 });
 * console.log(address.family); // IPv4
 * await server.close();
 */
export class SMTPServer<V = TlvValues> implements MailServer<V> {
  readonly handler: Handler<V>;
  readonly settings: Settings;
  readonly #listeners = new Set<Server>();
  readonly #connections = new ConnectionList<Connection>();
  readonly #context: ServerContext;
  readonly #clientLimits: ClientLimits;
  readonly #capacity: Capacity;
  readonly #dismissals: Dismissals;
  #closing = false;
  /** Nobody listens to `diagnostics`. */
  readonly #silent: boolean;
  /** Calls of `close` that wait for their last connection to end. */
  readonly #waiting = new Set<{ readonly left: Set<Connection>; readonly done: () => void }>();

  /**
   * @param handler the application's hooks; all are optional.
   * @param dialect which protocol to speak; `LMTPServer` sets it.
   * @throws TypeError or RangeError that names a bad option, or a method `smtp<VERB>` or of the handler (`handleRcpt`)
   *   that would never be called, and says what is allowed.
   */
  constructor(
    handler: Handler<V> = {},
    options: SMTPServerOptions<V> = {},
    dialect: { lmtp?: boolean } = {},
  ) {
    checkHandler(handler, KNOWN);
    this.handler = handler;
    this.settings = readOptions(options, dialect.lmtp ?? false);
    this.#silent = options.diagnostics === undefined;
    checkHookNames(handler, this.settings.diagnostics);
    checkHonours(handler);
    if (handler.handleDATA === undefined && handler.handleContent === undefined) {
      const text = 'the handler has neither handleDATA nor handleContent: messages are accepted and dropped';
      this.settings.diagnostics({ level: 'warning', code: 'no-delivery', text });
    }
    if (this.settings.proxyProtocol !== null && handler.handlePROXY === undefined) {
      const text = 'PROXY is expected and the handler has no handlePROXY: every connection is refused';
      this.settings.diagnostics({ level: 'warning', code: 'no-handle-proxy', text });
    }
    if (handler.handleContent === undefined) checkContentMemory(this.settings);
    const server = this as unknown as SMTPServer;
    checkCustomCommands(server);
    checkCallLimit(server);
    this.#context = { server, handler: handler as Handler, settings: this.settings };
    this.#clientLimits = new ClientLimits(this.settings.limits);
    this.#capacity = new Capacity(this.settings);
    this.#dismissals = new Dismissals(this.settings.timeouts.linger, this.#capacity);
  }

  /** Connections open now. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** The sessions that are open now, those before their greeting too, the oldest first. */
  get sessions(): IterableIterator<Session<V>> {
    const sessions = this.#connections.all().map(({ session }) => session.view);
    return sessions.values() as IterableIterator<Session<V>>;
  }

  /**
   * Ends one session as `close` ends all: 421 when it is idle, content and hooks in progress first. One that has ended
   * already is left alone.
   *
   * @param options.drain milliseconds until it is cut; default 10,000. 0 cuts at once. It hears 421 and
   *   `handleClose` `shutdown` in any case.
   *
   * @example
   * import { once } from 'node:events';
   * import { connect } from 'node:net';
   * import { Sink, SMTPServer } from 'truepeer';
   *
   * const server = new SMTPServer(new Sink());
   * const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
   * const client = connect(port, '127.0.0.1');
   * await once(client, 'data');
   * for (const session of server.sessions) if (session.client.address === '127.0.0.1') server.disconnect(session);
   * console.log(String(await once(client, 'data')).trim()); // 421 4.3.2 Service is shutting down; try again later
   * await once(client.end(), 'close');
   * await server.close();
   */
  disconnect(session: Session<V>, options: { readonly drain?: number } = {}): void {
    const drain = readDrain('disconnect', options);
    const connection = this.#connections.all().find((open) => open.session.view === session);
    if (connection === undefined) return;
    if (drain === 0) return connection.cut();
    connection.shutdown();
    setTimeout(() => connection.cut(), drain).unref();
  }

  /**
   * Starts to listen. May be called several times, for several addresses, and again after `close`. A stale Unix
   * socket, which a killed server has left behind, is removed first.
   *
   * @returns the address; for a Unix socket its path stands in `address` and the port is 0.
   * @throws the system's error (EADDRINUSE, EACCES ...); TypeError or RangeError that names what is wrong with
   *   `target`; an Error when `close` is called meanwhile. The promise rejects with it, and `diagnostics` is told (without
   *   that option: a process warning), so that a promise that nobody awaits does not end the process.
   */
  listen(target: ListenTarget): Promise<AddressInfo> {
    const listening = this.open(target);
    // One that nobody awaits must not end the process, nor fail in silence.
    listening.catch((error: unknown) => this.listenFailed(error));
    return listening;
  }

  private async open(target: ListenTarget): Promise<AddressInfo> {
    const place = readTarget(target);
    if (this.settings.lmtp && 'port' in place && place.port === SMTP_PORT)
      throw optionError(
        'ERR_OUT_OF_RANGE',
        'listen: LMTP must not be spoken on port 25 (RFC 2033 section 5)',
      );
    const tls = place.tls === true;
    if (tls && this.settings.tls === null)
      throw optionError('ERR_MISSING_OPTION', 'listen: tls needs the option tls of the server');
    let unix = 'path' in place;
    const context = this.contextFor(place);
    this.#closing = false;
    const listener = await listenAt(place, (socket) => this.accept(context, socket, unix, tls));
    if (this.#closing) {
      listener.close();
      throw new Error('listen: the server was closed before it could listen');
    }
    // Running out of descriptors must not end the process; the system's queue holds the clients meanwhile.
    listener.on('error', (error) => this.acceptFailed(error));
    this.#listeners.add(listener);
    this.#capacity.measure(this.#connections.size);
    const address = listener.address();
    if (typeof address === 'object' && address !== null && 'port' in address) return address;
    unix = true;
    return { address: typeof address === 'string' ? address : '', family: 'unix', port: 0 };
  }

  /**
   * Stops: no new connections, 421 to idle ones, content in flight is finished and answered.
   *
   * @param options.drain milliseconds until what is still open is cut; default 10,000. 0 cuts at once.
   *   They hear 421, and `handleClose` `shutdown`.
   */
  close(options: { readonly drain?: number } = {}): Promise<void> {
    return heard(this.stop(readDrain('close', options)));
  }

  private async stop(drain: number): Promise<void> {
    this.#closing = true;
    const closed = [...this.#listeners].map(
      (listener) => new Promise<void>((resolve) => void listener.close(() => resolve())),
    );
    this.#listeners.clear();
    // Connections that come after a new `listen` stay open.
    const left = new Set(this.#connections.all());
    for (const connection of left) connection.shutdown();
    const cut = (): void => {
      for (const connection of left) connection.cut();
    };
    const timer = setTimeout(cut, drain);
    const gone = left.size > 0 && new Promise<void>((done) => void this.#waiting.add({ left, done }));
    if (drain === 0) {
      // Idle sessions send their 421 in a microtask.
      await Promise.resolve();
      cut();
    }
    await gone;
    clearTimeout(timer);
    await Promise.all(closed);
  }

  /** What a log may show of the server: no key, no secret, no handler. */
  toJSON(): Record<string, unknown> {
    const { connectionCount, settings } = this;
    const listening = [...this.#listeners].map((listener) => listener.address());
    return { listening, connectionCount, settings };
  }

  [inspect.custom](): Record<string, unknown> {
    return this.toJSON();
  }

  /** `await using server = ...`: the same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Uses another key and certificate for TLS from now on, without a restart; connections that are open keep theirs. They
   * are tried in handshakes in memory before, for some 25 ms in which the process waits.
   *
   * @throws TypeError when they are not usable, or no handshake succeeds; the old ones stay in use.
   */
  replaceTLS(options: TLSOptions): void {
    if (this.settings.tls === null)
      throw optionError('ERR_MISSING_OPTION', 'replaceTLS: the server was made without option tls');
    this.settings.tls.replace(options);
  }

  /** The context of the sessions of one listener. */
  private contextFor({ bareNewlines, tolerate }: ListenPlace): ServerContext {
    if (bareNewlines === undefined && tolerate === undefined) return this.#context;
    const { settings } = this;
    const { lmtp, diagnostics } = settings;
    const own = {
      ...(bareNewlines !== undefined && { bareNewlines: readPolicy('listen: bareNewlines', bareNewlines) }),
      ...(tolerate !== undefined && {
        tolerate: readTolerate('listen.tolerate', tolerate, lmtp, diagnostics),
      }),
    };
    return { ...this.#context, settings: { ...settings, ...own } };
  }

  private accept(context: ServerContext, socket: Socket, unix: boolean, tls: boolean): void {
    const session = new SessionState(unix ? UNIX_PEER : peerOf(socket), this.settings.lmtp, socket);
    // A peer that closed before it was accepted has no address any more.
    if (session.peer.address === null) return void socket.destroy();
    const proxy = this.settings.proxyProtocol;
    const trusted = proxy !== null && proxy.trust.trusts(session.peer);
    if (proxy !== null && !trusted && proxy.untrusted === 'reject') {
      this.warn(
        'untrusted-peer',
        `${session.peer.address} is not in proxyProtocol.trusted; closed before reading`,
        session,
      );
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    // Before a PROXY header, and before TLS, no reply may be sent.
    const mute = trusted || tls;
    if (this.#closing) return this.#dismissals.dismiss(socket, mute ? '' : REPLIES.shutdown);
    if (!this.#capacity.admits(this.#connections.size, session.client))
      return this.#dismissals.dismiss(socket, mute ? '' : REPLIES.tooManyConnections);
    const admission = new ConnectionAdmission(this.#clientLimits, session);
    let closed = (): void => {};
    const connection = new Connection(context, session, socket, admission, {
      dismissed: () => (closed = this.#dismissals.wait(() => connection.destroy())),
      gone: () => {
        closed();
        admission.leave();
        this.forget(entry);
      },
    });
    const entry = this.#connections.add(connection);
    if (trusted) admission.awaitHeader(() => this.evict(connection));
    if (trusted || admission.admit()) connection.start(trusted, tls);
    else connection.dismiss(mute ? '' : REPLIES.tooManyConnections);
  }

  private evict(connection: Connection): void {
    const text = 'too many connections without a PROXY header; the oldest was closed';
    this.warn('too-many-half-open', text, connection.session);
    connection.dismiss('');
  }

  private forget(entry: ListEntry<Connection>): void {
    this.#connections.remove(entry);
    this.#capacity.ended(this.#connections.size);
    for (const waiter of this.#waiting) {
      waiter.left.delete(entry.connection);
      if (waiter.left.size > 0) continue;
      this.#waiting.delete(waiter);
      waiter.done();
    }
  }

  private warn(code: string, text: string, { client }: SessionState): void {
    this.settings.diagnostics({ level: 'warning', code, text, client });
  }

  private listenFailed(error: unknown): void {
    const text = 'the server could not begin to listen';
    this.settings.diagnostics({ level: 'error', code: 'listen-failed', text, error });
    if (!this.#silent) return;
    process.emitWarning(`${text}: ${causeOf(error)}`, { code: 'TRUEPEER_LISTEN' });
  }

  private acceptFailed(error: Error): void {
    this.settings.diagnostics({
      level: 'error',
      code: 'accept-failed',
      text: 'accepting a connection failed',
      error,
    });
  }
}

/** @throws TypeError or RangeError for options that are wrong. */
function readDrain(path: string, options: { readonly drain?: number }): number {
  check.object(path, options, { drain: true });
  return check.integer(`${path}.drain`, options.drain ?? 10_000, 0, 2 ** 31 - 1);
}

/** Tells of a size limit that a whole message in memory cannot reach. */
function checkContentMemory({ dataSizeLimit, limits, diagnostics }: Settings): void {
  const most = Math.floor(Math.min(limits.contentMemoryPerClient, limits.contentMemory / 2));
  if (dataSizeLimit > 0 && dataSizeLimit <= most) return;
  const text =
    `dataSizeLimit promises more than the ${most} octets that handleDATA can have in memory: larger messages get 452; ` +
    'raise limits.contentMemory and contentMemoryPerClient, lower dataSizeLimit, or use handleContent';
  diagnostics({ level: 'warning', code: 'content-memory-low', text });
}
