import type { Socket } from 'node:net';
import type { ProxyData } from './data.ts';
import type { HeaderReader } from './reader.ts';

/** How the wait for a header ended. Octets behind the header are back in the socket, unread. */
export type HeaderOutcome<V> =
  | { readonly status: 'ok'; readonly data: ProxyData<V> }
  | { readonly status: 'invalid'; readonly data: ProxyData<V> }
  | { readonly status: 'timeout' }
  | { readonly status: 'closed' };

/**
 * Waits for the PROXY header at the start of a socket and calls `done` once. The socket is paused then, resume it; what followed
 * the header has been put back, so that whoever reads next (SMTP, HTTP, TLS) misses nothing and sees nothing of it.
 *
 * @param timeout milliseconds, one absolute deadline: a drip does not move it.
 */
export function receiveHeader<V>(
  socket: Socket,
  reader: HeaderReader<V>,
  timeout: number,
  done: (outcome: HeaderOutcome<V>) => void,
): void {
  const timer = setTimeout(() => finish({ status: 'timeout' }), timeout);
  const finish = (outcome: HeaderOutcome<V>): void => {
    clearTimeout(timer);
    socket.off('data', take);
    socket.off('end', leave);
    socket.off('close', leave);
    socket.pause();
    done(outcome);
  };
  const leave = (): void => finish({ status: 'closed' });
  const take = (chunk: Buffer): void => {
    const data = reader.push(chunk);
    if (data === undefined) return;
    socket.pause();
    if (reader.rest.length > 0) socket.unshift(reader.rest);
    finish({ status: data.valid ? 'ok' : 'invalid', data });
  };
  socket.on('data', take);
  socket.on('end', leave);
  socket.on('close', leave);
}
