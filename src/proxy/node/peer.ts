import { isIPv4, isIPv6 } from 'node:net';
import { ipv6Text } from '../../wire/index.ts';
import { AF, type ProxyData } from '../index.ts';
import { octetsOf } from './trust/network.ts';

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
export const UNIX_PEER: Peer = Object.freeze({ address: '', port: null, family: 'unix' });

/** The client when a header names none. The proxy's address is not used: limits and permissions would go by it. */
const UNKNOWN_CLIENT: Client = Object.freeze({ address: null, port: null, family: null, proxied: false });

/** The adjacent hop of a socket; an IPv4 address mapped into IPv6 (`::ffff:a.b.c.d`) is given as IPv4. */
export function peerOf(socket: {
  remoteAddress?: string | undefined;
  remotePort?: number | undefined;
}): Peer {
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

/**
 * The client that a well-formed header names. A header whose source is the peer's own address and port names nobody, as
 * LOCAL does: version 1 has no other words for a balancer's health check (the PROXY protocol, section 2.1).
 */
export function clientOf(data: ProxyData, peer: Peer): Client {
  if (!data.proxied || data.srcAddr === null) return UNKNOWN_CLIENT;
  // A path may look like an address.
  if (data.family === AF.UNIX) return { address: data.srcAddr, port: null, family: 'unix', proxied: true };
  const { srcPort: port } = data;
  const address = unmapped(data.srcAddr);
  if (port === peer.port && isSame(address, peer.address)) return UNKNOWN_CLIENT;
  return { address, port, family: address.includes(':') ? 'IPv6' : 'IPv4', proxied: true };
}

/** The end of the proxy's connection that the client connected to; null where the header does not say. */
export function destinationOf(data: ProxyData): Peer | null {
  const { dstAddr, dstPort: port } = data;
  if (dstAddr === null) return null;
  if (data.family === AF.UNIX) return { address: dstAddr, port: null, family: 'unix' };
  const address = unmapped(dstAddr);
  return { address, port, family: address.includes(':') ? 'IPv6' : 'IPv4' };
}

/** Whether two spellings, the first one ours, are of one address; the zone of the other does not count. */
function isSame(address: string, other: string | null): boolean {
  if (other === null || address === other) return other !== null;
  if (!address.includes(':')) return false;
  const octets = octetsOf(other);
  return octets?.length === 16 && ipv6Text(octets, 0) === address;
}

/** `::ffff:192.0.2.1` as `192.0.2.1`; anything else unchanged. */
export function unmapped(address: string): string {
  if (!address.startsWith('::')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped === null ? address : mapped[1]!;
}
