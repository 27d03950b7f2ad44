import { isIPv4, isIPv6, type Socket } from 'node:net';
import { AF, type ProxyData } from '../index.ts';

/** The other end of a connection, or one end of it. */
export interface Peer {
  /** An IP address, or the path of the Unix socket (empty for an unnamed one); null when unknown. */
  readonly address: string | null;
  readonly port: number | null;
  readonly family: 'IPv4' | 'IPv6' | 'unix' | null;
}

/** Who the client is. Logs, limits and handlers go by this, never by the peer. */
export interface Client extends Peer {
  /** Whether the address comes from a PROXY header (or another trusted statement), not from the connection itself. */
  readonly proxied: boolean;
}

/** A client on a Unix socket, which has no address. */
export const UNIX_PEER: Peer = { address: '', port: null, family: 'unix' };

/** The client when a header names none. The proxy's address is not used: limits and permissions would go by it. */
const UNKNOWN_CLIENT: Client = { address: null, port: null, family: null, proxied: false };

/** The adjacent hop of a socket; an IPv4 address mapped into IPv6 (`::ffff:a.b.c.d`) is given as IPv4. */
export function peerOf(socket: Socket): Peer {
  return endOf(socket.remoteAddress, socket.remotePort);
}

/** This end of a socket. */
export function localEnd(socket: {
  localAddress?: string | undefined;
  localPort?: number | undefined;
}): Peer {
  return endOf(socket.localAddress, socket.localPort);
}

function endOf(given: string | undefined, port: number | undefined): Peer {
  if (given === undefined) return { address: null, port: null, family: null };
  const address = unmapped(given);
  const family = isIPv4(address) ? 'IPv4' : isIPv6(address) ? 'IPv6' : null;
  return { address, port: port ?? null, family };
}

/** The client that a well-formed header names. */
export function clientOf(data: ProxyData): Client {
  if (!data.proxied || data.srcAddr === null) return UNKNOWN_CLIENT;
  // A path may look like an address.
  if (data.family === AF.UNIX) return { address: data.srcAddr, port: null, family: 'unix', proxied: true };
  const address = data.family === AF.INET ? data.srcAddr : unmapped(data.srcAddr);
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return { address, port: data.srcPort, family, proxied: true };
}

/** `::ffff:192.0.2.1` as `192.0.2.1`; anything else unchanged. */
export function unmapped(address: string): string {
  if (!address.startsWith('::')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped === null ? address : mapped[1]!;
}
