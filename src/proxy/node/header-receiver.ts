import type { Socket } from 'node:net';
import type { ProxyData } from '../data.ts';
import type { HeaderReader } from '../reader.ts';

/** How the wait for a header ended. */
export type HeaderOutcome<V> =
  | { readonly status: 'ok' | 'invalid'; readonly data: ProxyData<V> }
  | { readonly status: 'timeout' }
  /** The peer has left, or somebody destroyed the socket. */
  | { readonly status: 'closed' };

/**
 * Waits for the PROXY header at the start of a socket, and calls `done` once. The socket is then as it was: whoever
 * reads next, in whatever way and whenever it likes, gets what followed the header and nothing of the header itself.
 *
 * It reads in paused mode: a socket that has flowed once would not start to flow when somebody listens for its data.
 *
 * @param timeout milliseconds, one absolute deadline: a drip does not move it.
 */
export function receiveHeader<V>(
  socket: Socket,
  reader: HeaderReader<V>,
  timeout: number,
  done: (outcome: HeaderOutcome<V>) => void,
): void {
  const paused = socket.isPaused();
  const finish = (outcome: HeaderOutcome<V>): void => {
    clearTimeout(timer);
    socket.off('readable', take);
    socket.off('end', leave);
    socket.off('close', leave);
    // A socket forgets how it was read in the tick after its last 'readable' listener has gone.
    process.nextTick(() => {
      if (paused) socket.pause();
      done(outcome);
    });
  };
  const take = (): void => {
    for (let chunk = read(socket); chunk !== null; chunk = read(socket)) {
      const data = reader.push(chunk);
      if (data === undefined) continue;
      if (reader.rest.length > 0) socket.unshift(reader.rest);
      return finish({ status: data.valid ? 'ok' : 'invalid', data });
    }
  };
  const leave = (): void => finish({ status: 'closed' });
  const timer = setTimeout(() => finish({ status: 'timeout' }), timeout);
  socket.on('readable', take);
  socket.on('end', leave);
  socket.on('close', leave);
}

function read(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}
