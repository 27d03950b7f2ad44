import { Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as check from './option-checks.ts';
import { type Diagnostic, safely } from './diagnostic.ts';
import { type HeaderOutcome, receiveHeader } from './header-receiver.ts';
import type { ProxyData, TlvValues } from '../index.ts';
import { clientOf, type Peer, peerOf, UNIX_PEER } from './peer.ts';
import { identify, identifySecure, type Remote } from './proxied-socket.ts';
import { type ProxyOptions, type ProxySettings, readProxyOptions } from './proxy-options.ts';
import { ConnectionList } from './connection-list.ts';
import { MISSING_HEADER, refusalReason } from './header-policy.ts';
import { optionError } from '../../wire/option-error.ts';

/** How a server takes PROXY headers: as the SMTP server does, and what only a foreign server needs. */
export interface AcceptOptions<V = TlvValues> extends ProxyOptions<V> {
  /** Most connections whose header is awaited, default 16,384. One more, and the one that has waited longest is closed. */
  readonly maxPending?: number;
  /**
   * Whose address `socket.remoteAddress`, `remotePort` and `remoteFamily` give: that of the `'peer'` (default), or of
   * the `'client'`, for frameworks that look nowhere else; undefined then where a header names no client.
   */
  readonly remoteAddress?: Remote;
  /** Receives log entries. Errors that it throws are ignored. */
  readonly diagnostics?: (diagnostic: Diagnostic) => void;
}

/**
 * Puts the PROXY protocol in front of any server of `node:net`, `node:http`, `node:https`, `node:http2` or `node:tls`.
 * A connection reaches the server's listeners once its header has been read, and looks as if it had just been opened:
 * what followed the header is there, unread. Its socket has three attributes more, `client`, `peer` and `proxyData`
 * (see `Proxied`); over TLS both sockets have them, as the header comes in the clear.
 *
 * Nothing is sent before a valid header, and a connection without one is closed. Errors of a socket never end the
 * process. `server.close` waits for connections whose header is awaited, no longer than `timeout`.
 *
 * @param server before or after it listens. Connections it has already are left alone.
 * @returns the same server.
 * @throws TypeError or RangeError that names a bad option and says what is allowed; TypeError for what is no server.
 * @see The PROXY protocol, section 2
 *
 * @example
 * import { once } from 'node:events';
 * import { createServer } from 'node:http';
 * import { type AddressInfo, connect } from 'node:net';
 * import { acceptProxy, type ProxiedSocket, sendProxy } from 'truepeer/proxy/node';
 *
 * const server = createServer((req, res) => {
 *   const { client, proxyData } = req.socket as ProxiedSocket;
 *   res.end(`you are ${client.address}, of ${proxyData?.tlv?.AUTHORITY}`);
 * });
 * acceptProxy(server, { timeout: 5000, trusted: ['127.0.0.0/8', '::1'] });
 * await once(server.listen(0, '127.0.0.1'), 'listening');
 *
 * const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
 * sendProxy(socket, {
 *   srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.80', dstPort: 80,
 *   tlvs: { AUTHORITY: 'www.example' },
 * });
 * socket.write('GET / HTTP/1.0\r\n\r\n');
 * const [answer] = await once(socket, 'data');
 * console.log(String(answer).split('\r\n\r\n')[1]); // you are 203.0.113.7, of www.example
 * server.close();
 */
export function acceptProxy<S extends Server, V = TlvValues>(server: S, options: AcceptOptions<V>): S {
  if (!((server as unknown) instanceof Server))
    throw optionError(
      'ERR_INVALID_ARG_TYPE',
      'acceptProxy: a server of node:net, http, https, http2 or tls is expected; for an app of a framework make one: http.createServer(app)',
    );
  if (accepting.has(server))
    throw optionError('ERR_INVALID_ARG_VALUE', 'acceptProxy: this server accepts PROXY headers already');
  const gate = new HeaderGate(server, options as unknown as AcceptOptions);
  accepting.add(server);
  const emit = server.emit.bind(server) as Emit;
  const admitted = (socket: Socket): boolean => emit('connection', socket);
  server.emit = ((event, ...args) => {
    if (event === 'connection') {
      gate.arrived(args[0] as Socket, admitted);
      return true;
    }
    if (event === 'secureConnection') gate.secured(args[0] as TLSSocket);
    if (event === 'tlsClientError') gate.secured(args[1] as TLSSocket);
    return emit(event, ...args);
  }) as Emit;
  return server;
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

const accepting = new WeakSet<Server>();

const MORE: Record<Exclude<keyof AcceptOptions, keyof ProxyOptions>, true> = {
  maxPending: true,
  remoteAddress: true,
  diagnostics: true,
};

/** Reads the header of each connection before the server gets it. */
class HeaderGate {
  private readonly server: Server;
  /** Null where the PROXY protocol is off. */
  private readonly settings: ProxySettings | null;
  private readonly maxPending: number;
  private readonly remote: Remote;
  private readonly note: (diagnostic: Diagnostic) => void;
  /** In the order in which they came. */
  private readonly pending = new ConnectionList<Socket>();

  constructor(server: Server, options: AcceptOptions) {
    this.server = server;
    this.note = safely(check.callback('diagnostics', options.diagnostics));
    this.settings = readProxyOptions('', options, this.note, MORE);
    this.maxPending = check.integer('maxPending', options.maxPending ?? 16_384, 1);
    this.remote = check.oneOf('remoteAddress', options.remoteAddress ?? 'peer', ['peer', 'client']);
  }

  arrived(socket: Socket, admit: (socket: Socket) => void): void {
    socket.on('error', ignore);
    const { settings } = this;
    const peer = this.peerOf(socket);
    const trusted = settings !== null && settings.trust.trusts(peer);
    if (settings !== null && !trusted && settings.untrusted === 'reject') {
      // A peer that reset the connection before it was accepted has no address any more.
      if (peer.address === null) return void socket.destroy();
      return this.refuse(
        socket,
        'untrusted-peer',
        `${peer.address} is not in trusted; closed before reading`,
      );
    }
    if (settings === null || !trusted) {
      this.identify(socket, peer, null);
      admit(socket);
      return;
    }
    this.makeRoom();
    const entry = this.pending.add(socket);
    receiveHeader(socket, new settings.codec.ProxyReader(settings.decode), settings.timeout, (outcome) => {
      this.pending.remove(entry);
      const data = this.acceptedHeader(socket, outcome, settings);
      if (data === undefined || socket.destroyed) return;
      this.identify(socket, peer, data);
      admit(socket);
    });
  }

  secured(socket: TLSSocket): void {
    identifySecure(socket, this.remote);
  }

  private identify(socket: Socket, peer: Peer, data: ProxyData | null): void {
    const client = data === null ? { ...peer, proxied: false } : clientOf(data);
    identify(socket, { client, peer, proxyData: data }, this.remote);
  }

  /** The header when it lets the connection in; undefined when the connection has been closed instead. */
  private acceptedHeader(
    socket: Socket,
    outcome: HeaderOutcome<TlvValues>,
    settings: ProxySettings,
  ): ProxyData | undefined {
    switch (outcome.status) {
      case 'closed':
        socket.destroy();
        return undefined;
      case 'timeout':
        this.refuse(socket, 'proxy-header-missing', MISSING_HEADER);
        return undefined;
      default: {
        const problem = refusalReason(outcome.data, settings);
        if (problem === undefined) return outcome.data;
        this.refuse(socket, 'proxy-header-refused', `PROXY header refused: ${problem}`);
        return undefined;
      }
    }
  }

  /** Closes the connection that has waited longest when `maxPending` wait: a proxy sends its header at once. */
  private makeRoom(): void {
    const { oldest } = this.pending;
    if (oldest === undefined || this.pending.size < this.maxPending) return;
    this.pending.remove(oldest);
    const text = `${this.maxPending} connections wait with their PROXY header; the oldest of them is closed`;
    this.refuse(oldest.connection, 'proxy-pending-full', text);
  }

  private peerOf(socket: Socket): Peer {
    const named = peerOf(socket);
    return named.address === null && isUnix(this.server) ? UNIX_PEER : named;
  }

  private refuse(socket: Socket, code: string, text: string): void {
    this.note({ level: 'warning', code, text, client: { ...this.peerOf(socket), proxied: false } });
    socket.destroy();
  }
}

/** Whether the connections of a server come over a Unix socket: one that was inherited has no name. */
function isUnix(server: Server): boolean {
  const address = server.address();
  return server.listening && (address === null || typeof address === 'string');
}

function ignore(): void {}
