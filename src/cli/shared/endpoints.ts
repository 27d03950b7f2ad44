import { isIP } from 'node:net';

/** Where a socket listens or connects to. */
export type SocketAddress = ({ host: string; port: number } | { path: string }) & {
  /** Whether TLS comes first. */
  tls?: boolean;
};

/** An IP address with a port. */
export interface Endpoint {
  address: string;
  port: number;
  family: 4 | 6;
}

/**
 * Reads `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`.
 *
 * @throws Error with a sentence that says what was expected
 */
export function parseSocketAddress(text: string): SocketAddress {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    if (path === '') throw new Error('Expected a path after "unix:".');
    return { path };
  }
  const { host, port } = splitPort(text, EXPECTED_ADDRESS);
  if (host === '')
    throw new Error('Expected HOST:PORT; for every address of the machine say 0.0.0.0 or [::].');
  if (isIP(host) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/u.test(host))
    throw new Error(EXPECTED_ADDRESS);
  return { host, port };
}

const EXPECTED_ADDRESS = 'Expected HOST:PORT, [IPV6]:PORT or unix:PATH.';

/**
 * Reads `IPV4:PORT` or `[IPV6]:PORT`, with no name to be looked up.
 *
 * @throws Error with a sentence that says what was expected
 */
export function parseEndpoint(text: string): Endpoint {
  const { host, port } = splitPort(text, EXPECTED_ENDPOINT);
  const family = isIP(host);
  if ((family !== 4 && family !== 6) || host.includes('%')) throw new Error(EXPECTED_ENDPOINT);
  return { address: host, port, family };
}

const EXPECTED_ENDPOINT = 'Expected an address and a port, as in 203.0.113.7:4321 or [2001:db8::7]:4321.';

function splitPort(text: string, expected: string): { host: string; port: number } {
  const match = /^(?:\[([^[\]]*)\]|([^:]*)):(\d{1,5})$/u.exec(text);
  const port = Number(match?.[3]);
  if (match === null) throw new Error(expected);
  if (match[1] !== undefined && isIP(match[1]) !== 6)
    throw new Error('Expected an IPv6 address in the brackets.');
  if (port > 65535) throw new Error('Expected a port from 0 to 65535.');
  return { host: match[1] ?? match[2] ?? '', port };
}

/** An address as options take it. */
export function showSocketAddress(address: SocketAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  return showAddress(address.host, address.port);
}

/** An address with a port as people write it; the address alone when there is no port. */
export function showAddress(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
