import { AsyncResource } from 'node:async_hooks';
import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ConnectionList } from './connection-list.ts';
import type { Diagnostic } from './diagnostic.ts';
import { judge, MISSING_HEADER } from './header-policy.ts';
import { type HeaderOutcome, receiveHeader } from './header-receiver.ts';
import type { ProxyData, TlvValues } from '../index.ts';
import { type Client, type Peer, peerOf, UNIX_PEER } from './peer.ts';
import { type Ends, identify, identifySecure } from './proxied-socket.ts';
import type { ProxySettings } from './proxy-options.ts';
import { askVeto, type Decision } from './trust/veto.ts';

/** What a gate goes by. */
export interface GateSettings {
  /** Null where the PROXY protocol is off. */
  readonly proxy: ProxySettings | null;
  readonly maxPending: number;
  readonly ends: Ends;
  readonly verify: ((proxyData: ProxyData, peer: Peer) => unknown) | undefined;
  /** Must not throw. */
  readonly note: (diagnostic: Diagnostic) => void;
}

/** A connection whose header is awaited, or judged. */
interface Waiting {
  readonly socket: Socket;
  readonly peer: Peer;
  /** Gives the socket to the server. */
  readonly admit: (socket: Socket) => void;
  /** The asynchronous context in which the connection came: that of `listen`. */
  readonly context: AsyncResource;
}

/** Reads the header of each connection before the server gets it. */
export class HeaderGate {
  private readonly server: Server;
  private readonly settings: GateSettings;
  /** In the order in which they came. */
  private readonly pending = new ConnectionList<Waiting>();

  constructor(server: Server, settings: GateSettings) {
    this.server = server;
    this.settings = settings;
  }

  arrived(socket: Socket, admit: (socket: Socket) => void): void {
    socket.on('error', ignore);
    const { proxy } = this.settings;
    const peer = this.peerOf(socket);
    const connection = { socket, peer, admit, context: new AsyncResource('PROXYHEADER') };
    const trusted = proxy !== null && proxy.trust.trusts(peer);
    if (proxy !== null && !trusted && proxy.untrusted === 'reject') {
      // A peer that reset the connection before it was accepted has no address any more.
      if (peer.address === null) return void socket.destroy();
      const text = `${peer.address} is not in trusted; closed before reading`;
      return this.refuse(connection, 'untrusted-peer', text);
    }
    if (proxy === null || !trusted) return this.admit(connection, { ...peer, proxied: false }, null);
    this.makeRoom();
    const entry = this.pending.add(connection);
    const leave = (): void => this.pending.remove(entry);
    const received = (outcome: HeaderOutcome<TlvValues>): void => {
      connection.context.runInAsyncScope(() => {
        this.guard(connection, () => this.received(connection, proxy, outcome, leave));
      });
    };
    try {
      receiveHeader(socket, new proxy.codec.ProxyReader(proxy.decode), proxy.timeout, received);
    } catch (error) {
      received({ status: 'failed', error });
    }
  }

  secured(socket: TLSSocket): void {
    identifySecure(socket, this.settings.ends);
  }

  /** Closes the connections whose header is awaited. */
  closePending(): void {
    for (const { socket } of this.pending.all()) socket.destroy();
  }

  /** @param leave takes the connection off those that wait. */
  private received(
    connection: Waiting,
    proxy: ProxySettings,
    outcome: HeaderOutcome<TlvValues>,
    leave: () => void,
  ): void {
    if (!('data' in outcome)) {
      leave();
      return this.withoutHeader(connection, outcome);
    }
    const { data } = outcome;
    const verdict = judge(data, connection.peer, proxy);
    if (typeof verdict === 'string') {
      leave();
      return this.refuse(connection, 'proxy-header-refused', `PROXY header refused: ${verdict}`);
    }
    const { verify } = this.settings;
    const decide = (decision: Decision): void => {
      leave();
      if (connection.socket.destroyed) return;
      if (decision.status === 'accepted') this.admit(connection, verdict, data);
      else this.vetoed(connection, verdict, decision);
    };
    if (verify === undefined) decide({ status: 'accepted' });
    else
      askVeto(
        () => verify(data, connection.peer),
        proxy.timeout,
        (decision) => {
          connection.context.runInAsyncScope(() => decide(decision));
        },
      );
  }

  private withoutHeader(
    connection: Waiting,
    outcome: Exclude<HeaderOutcome<TlvValues>, { readonly data: unknown }>,
  ): void {
    switch (outcome.status) {
      case 'closed':
        connection.socket.destroy();
        return;
      case 'timeout':
        return this.refuse(connection, 'proxy-header-missing', MISSING_HEADER);
      case 'failed':
        this.refuse(connection, 'codec-failed', 'the codec failed', undefined, outcome);
    }
  }

  private vetoed(connection: Waiting, client: Client, decision: Decision): void {
    const named = client.proxied ? client : undefined;
    if (decision.status !== 'failed')
      return this.refuse(connection, 'proxy-vetoed', 'verify refused the connection', named);
    const text = 'verify failed; the connection is closed';
    this.refuse(connection, 'verify-failed', text, named, decision);
  }

  private admit(connection: Waiting, client: Client, proxyData: ProxyData | null): void {
    const { socket, peer, admit } = connection;
    this.guard(connection, () => {
      identify(socket, { client, peer, proxyData }, this.settings.ends);
      admit(socket);
    });
  }

  /** All that runs for a connection: what fails in it, such as a listener, ends this connection, and nothing else. */
  private guard(connection: Waiting, work: () => void): void {
    try {
      work();
    } catch (error) {
      const text = 'a listener failed; its connection is closed';
      this.refuse(connection, 'listener-failed', text, undefined, { error });
    }
  }

  /** Closes the connection that has waited longest when `maxPending` wait: a proxy sends its header at once. */
  private makeRoom(): void {
    const { oldest } = this.pending;
    const { maxPending } = this.settings;
    if (oldest === undefined || this.pending.size < maxPending) return;
    this.pending.remove(oldest);
    const text = `${maxPending} connections wait with their PROXY header; the oldest of them is closed`;
    this.refuse(oldest.connection, 'proxy-pending-full', text);
  }

  private peerOf(socket: Socket): Peer {
    const named = peerOf(socket);
    return named.address === null && isUnix(this.server) ? UNIX_PEER : named;
  }

  /** @param client the peer itself where nobody else is known. */
  private refuse(
    { socket, peer, context }: Waiting,
    code: string,
    text: string,
    client: Client = { ...peer, proxied: false },
    failure?: { readonly error: unknown },
  ): void {
    const level = failure === undefined ? 'warning' : 'error';
    const cause = failure === undefined ? {} : { error: failure.error };
    context.runInAsyncScope(() => this.settings.note({ level, code, text, client, ...cause }));
    socket.destroy();
  }
}

/** Whether the connections of a server come over a Unix socket: one that was inherited has no name. */
function isUnix(server: Server): boolean {
  const address = server.address();
  return server.listening && (address === null || typeof address === 'string');
}

function ignore(): void {}
