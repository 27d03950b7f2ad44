import type { Socket } from 'node:net';
// Not the global, which tests of an application may have replaced by a clock that stands still.
import { setImmediate } from 'node:timers';
import type { ProxyData } from '../data.ts';
import type { HeaderReader } from '../reader.ts';

/** How the wait for a header ended. */
export type HeaderOutcome<V> =
  | { readonly status: 'ok' | 'invalid'; readonly data: ProxyData<V> }
  | { readonly status: 'timeout' }
  /** The codec, which may be the application's, has thrown. */
  | { readonly status: 'failed'; readonly error: unknown }
  /** The peer has closed the connection, or the socket was destroyed. */
  | { readonly status: 'closed' };

/**
 * Waits for the PROXY header at the start of a socket, and calls `done` once. The socket is then in the state it was in:
 * the next reader, of any kind and at any time, gets exactly what followed the header.
 *
 * It reads in paused mode: a socket that has flowed once does not start to flow when a 'data' listener is added.
 *
 * @param timeout milliseconds, one absolute deadline: octets that arrive do not move it. It measures the peer: what has
 *   come by then counts, also where this process was too busy to read it.
 */
export function receiveHeader<V>(
  socket: Socket,
  reader: HeaderReader<V>,
  timeout: number,
  done: (outcome: HeaderOutcome<V>) => void,
): void {
  const paused = socket.isPaused();
  let finished = false;
  const finish = (outcome: HeaderOutcome<V>): void => {
    if (finished) return;
    finished = true;
    clearTimeout(timer);
    socket.off('readable', take);
    socket.off('end', leave);
    socket.off('close', leave);
    // Node resets the mode of reading in the tick after the last 'readable' listener is removed.
    process.nextTick(() => {
      if (paused) socket.pause();
      done(outcome);
    });
  };
  const read = (): void => {
    for (let chunk = next(socket); chunk !== null; chunk = next(socket)) {
      const data = reader.push(chunk);
      if (data === undefined) continue;
      if (reader.rest.length > 0) socket.unshift(reader.rest);
      return finish({ status: data.valid ? 'ok' : 'invalid', data });
    }
  };
  const take = (): void => {
    try {
      read();
    } catch (error) {
      finish({ status: 'failed', error });
    }
  };
  const leave = (): void => finish({ status: 'closed' });
  // Between the timer and the immediate the event loop reads what has come.
  const timer = setTimeout(() => setImmediate(finish, { status: 'timeout' }), timeout);
  socket.on('readable', take);
  socket.on('end', leave);
  socket.on('close', leave);
}

function next(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}
