import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ProxyData, TlvValues } from '../index.ts';
import { type Client, destinationOf, type Peer } from './peer.ts';

/** What a connection is given by `acceptProxy`. */
export interface Proxied<V = TlvValues> {
  /** Who the client is; logs, limits and permissions go by this. All null where a header names no client. */
  readonly client: Client;
  /** The adjacent hop: the balancer, or a client that may connect directly. */
  readonly peer: Peer;
  /** The header; null for a peer that sends none (`untrusted: 'direct'`). */
  readonly proxyData: ProxyData<V> | null;
}

/** A socket of a server that accepts PROXY headers: `req.socket as ProxiedSocket`, `socket as ProxiedSocket<TLSSocket>`. */
export type ProxiedSocket<S = Socket, V = TlvValues> = S & Proxied<V>;

/** Whose connection the attributes of a socket speak of: the peer's to this server, or the client's to the proxy. */
export type Whose = 'peer' | 'client';

/** Of which connection a socket gives either end. */
export interface Ends {
  readonly remote: Whose;
  readonly local: Whose;
}

/** Defines the attributes of a socket; they are read-only. Where a header names nobody, its own ends stay. */
export function identify(socket: Socket, proxied: Proxied, ends: Ends): void {
  const { client, proxyData } = proxied;
  define(socket, { client, peer: proxied.peer, proxyData });
  if (proxyData === null || !client.proxied) return;
  if (ends.remote === 'client') defineEnd(socket, 'remote', client);
  const destination = destinationOf(proxyData);
  if (ends.local === 'client' && destination !== null) defineEnd(socket, 'local', destination);
}

/** Defines on a TLS socket the attributes of the socket below it. */
export function identifySecure(socket: TLSSocket, ends: Ends): void {
  // Node has no public name for the socket below a TLS socket of a server.
  const { _parent: below } = socket as { _parent?: Partial<ProxiedSocket> };
  if (below?.client === undefined) return;
  identify(socket, below as ProxiedSocket, ends);
}

/** As Node has it, a Unix socket has no address. */
function defineEnd(socket: Socket, end: keyof Ends, { address, port, family }: Peer): void {
  const unix = family === 'unix';
  define(socket, {
    [`${end}Address`]: unix ? undefined : (address ?? undefined),
    [`${end}Port`]: port ?? undefined,
    [`${end}Family`]: unix ? undefined : (family ?? undefined),
  });
}

function define(socket: Socket, attributes: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(attributes))
    Object.defineProperty(socket, name, { value, configurable: true });
}
