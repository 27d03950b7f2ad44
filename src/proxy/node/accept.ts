import { Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as check from './option-checks.ts';
import { type Diagnostic, reporter } from './diagnostic.ts';
import { type GateSettings, HeaderGate } from './header-gate.ts';
import type { ProxyData, TlvValues } from '../index.ts';
import { optionError } from '../../wire/messages/option-error.ts';
import type { Peer } from './peer.ts';
import type { Whose } from './proxied-socket.ts';
import { type ProxyOptions, readProxyOptions } from './proxy-options.ts';

/** How a server takes PROXY headers: as the SMTP server does, and what only a foreign server needs. */
export interface AcceptOptions<V = TlvValues> extends ProxyOptions<V> {
  /** Most connections whose header is awaited, default 16,384. One more, and the one that has waited longest is closed. */
  readonly maxPending?: number;
  /**
   * Whose address `socket.remoteAddress`, `remotePort` and `remoteFamily` give: that of the `'peer'` (default), or of
   * the `'client'`, for frameworks that look nowhere else. Where a header names no client, such as a health check's, they
   * stay the peer's (`client` is null all over); a client on a Unix socket has none, as anywhere in Node.
   */
  readonly remoteAddress?: Whose;
  /**
   * What `socket.localAddress`, `localPort` and `localFamily` give: where the `'peer'` connected to (default), or where
   * the `'client'` did, by the header. `socket.address()` is always of the connection itself.
   */
  readonly localAddress?: Whose;
  /**
   * A veto, asked once a header is good by all other options: true serves the connection, false closes it. It may
   * answer with a promise, within another `timeout`. Whatever else it does (an error, another answer) closes the
   * connection, and is reported. Not asked about peers that send no header (`untrusted: 'direct'`).
   */
  readonly verify?: (proxyData: ProxyData<V>, peer: Peer) => boolean | Promise<boolean>;
  /**
   * Receives log entries. Errors that it throws are ignored. Without it, what fails in a listener or a hook is a warning
   * of the process.
   */
  readonly diagnostics?: (diagnostic: Diagnostic) => void;
}

/**
 * Puts the PROXY protocol in front of any server of `node:net`, `node:http`, `node:https`, `node:http2` or `node:tls`.
 * A connection reaches the server's listeners once its header has been read, and looks as if it had just been opened:
 * what followed the header is there, unread. Its socket has three attributes more, `client`, `peer` and `proxyData`
 * (see `Proxied`); over TLS both sockets have them, as the header comes in the clear.
 *
 * Nothing is sent before a valid header, and a connection without one is closed. Errors of a socket never end the
 * process, and an error that a 'connection' listener throws ends its connection only. Listeners and hooks run in the
 * asynchronous context of `server.listen` (`AsyncLocalStorage`). `server.close`, and `closeAllConnections` and
 * `closeIdleConnections` of HTTP, also close the connections whose header is awaited.
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
  const gate = new HeaderGate(server, readSettings(options as unknown as AcceptOptions));
  accepting.add(server);
  passThrough(server, gate);
  for (const name of ['close', 'closeAllConnections', 'closeIdleConnections'] as const)
    closeAlso(server, name, gate);
  return server;
}

const accepting = new WeakSet<Server>();

const MORE: Record<Exclude<keyof AcceptOptions, keyof ProxyOptions>, true> = {
  maxPending: true,
  remoteAddress: true,
  localAddress: true,
  verify: true,
  diagnostics: true,
};

function readSettings(options: AcceptOptions): GateSettings {
  const note = reporter(options.diagnostics);
  const whose = (name: 'remoteAddress' | 'localAddress'): Whose =>
    check.oneOf(name, options[name] ?? 'peer', ['peer', 'client']);
  return {
    proxy: readProxyOptions('', options, note, MORE),
    maxPending: check.integer('maxPending', options.maxPending ?? 16_384, 1),
    ends: { remote: whose('remoteAddress'), local: whose('localAddress') },
    verify: check.callback('verify', options.verify),
    note,
  };
}

/** Puts the gate between Node and the listeners of a server. */
function passThrough(server: Server, gate: HeaderGate): void {
  const emit = server.emit.bind(server) as Emit;
  const admit = (socket: Socket): boolean => emit('connection', socket);
  server.emit = ((event, ...args) => {
    if (event === 'connection') {
      gate.arrived(args[0] as Socket, admit);
      return true;
    }
    if (event === 'secureConnection') gate.secured(args[0] as TLSSocket);
    if (event === 'tlsClientError') gate.secured(args[1] as TLSSocket);
    return emit(event, ...args);
  }) as Emit;
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/** Has a method of a server, where it has it, close the connections as well that it does not know yet. */
function closeAlso(server: Server, name: string, gate: HeaderGate): void {
  const methods = server as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
  const close = methods[name];
  if (close === undefined) return;
  methods[name] = (...args) => {
    gate.closePending();
    return close.apply(server, args);
  };
}
