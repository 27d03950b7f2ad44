import { isIPv4, isIPv6, type Socket } from 'node:net';
import type { Peer } from './session.ts';

/** A client on a Unix socket: the system tells no address. */
export const UNIX_PEER: Peer = { address: '', port: null, family: 'unix' };

/** The adjacent hop of a socket; an IPv4 address mapped into IPv6 (`::ffff:a.b.c.d`) is given as IPv4. */
export function peerOf(socket: Socket): Peer {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined) return { address: null, port: null, family: null };
  const address = unmapped(remoteAddress);
  const family = isIPv4(address) ? 'IPv4' : isIPv6(address) ? 'IPv6' : null;
  return { address, port: remotePort ?? null, family };
}

/** `::ffff:192.0.2.1` as `192.0.2.1`; anything else unchanged. */
export function unmapped(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped === null ? address : mapped[1]!;
}
