import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ProxyData, TlvValues } from '../index.ts';
import type { Client, Peer } from './peer.ts';

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

/** Whose address `remoteAddress`, `remotePort` and `remoteFamily` of a socket give. */
export type Remote = 'peer' | 'client';

/** Defines the attributes of a socket; they are read-only. */
export function identify(socket: Socket, proxied: Proxied, remote: Remote): void {
  const { client, peer, proxyData } = proxied;
  const given: Record<string, unknown> = { client, peer, proxyData };
  if (remote === 'client' && proxyData !== null) {
    const unix = client.family === 'unix';
    given['remoteAddress'] = unix ? undefined : (client.address ?? undefined);
    given['remotePort'] = client.port ?? undefined;
    given['remoteFamily'] = unix ? undefined : (client.family ?? undefined);
  }
  for (const [name, value] of Object.entries(given)) {
    Object.defineProperty(socket, name, { value, configurable: true });
  }
}

/** Defines on a TLS socket the attributes of the socket below it. */
export function identifySecure(socket: TLSSocket, remote: Remote): void {
  // Node has no public name for the socket below a TLS socket of a server.
  const { _parent: below } = socket as { _parent?: Partial<ProxiedSocket> };
  if (below?.client === undefined) return;
  identify(socket, below as ProxiedSocket, remote);
}
