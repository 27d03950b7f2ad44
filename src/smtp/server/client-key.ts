import type { Session } from '../api/session.ts';

/**
 * The key by which limits count a client: its IPv4 address, or the /64 of its IPv6 address, since one client commonly
 * has a whole /64. Undefined for a client without limits: one without an address, or from this machine without a proxy.
 */
export function clientKey({ client }: Pick<Session, 'client'>): string | undefined {
  const { address, family, proxied } = client;
  if (address === null || (family === 'unix' && !proxied)) return undefined;
  const loopback = address === '::1' || address.startsWith('127.');
  if (loopback && !proxied) return undefined;
  return family === 'IPv6' ? `${network(address)}::/64` : address;
}

/** The first four groups of an IPv6 address, whichever way it is written. */
function network(address: string): string {
  const [front = '', back] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const first = groups(front);
  const last = groups(back ?? '');
  const dotted = address.includes('.') ? 1 : 0;
  const gap = Math.max(0, 8 - first.length - last.length - dotted);
  const all = [...first, ...Array<string>(back === undefined ? 0 : gap).fill('0'), ...last];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
