import type { Socket } from 'node:net';
import { ConnectionList } from '../../proxy/node/connection-list.ts';

/**
 * Clients that were told to leave because of a limit, and have not closed yet. They take descriptors, and their part of
 * `limits.connections`: there is a bound to how many may be waited for.
 */
export class Dismissals {
  private readonly waiting = new ConnectionList<() => void>();
  private readonly linger: number;
  private readonly capacity: { readonly dismissed: number };

  /**
   * @param linger milliseconds for a client to close.
   * @param capacity how many may be waited for; above it the one that waits longest is cut.
   */
  constructor(linger: number, capacity: { readonly dismissed: number }) {
    this.linger = linger;
    this.capacity = capacity;
  }

  /** Ends a connection that gets no session: sends `reply`, and drops what the client sends. */
  dismiss(socket: Socket, reply: string): void {
    const closed = this.wait(() => socket.destroy());
    const timer = setTimeout(() => socket.destroy(), this.linger);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      closed();
    });
    socket.resume();
    socket.end(reply, 'latin1');
  }

  /** Waits for a client to close, or for so many others that it is `cut`. The function returned says that it has closed. */
  wait(cut: () => void): () => void {
    const entry = this.waiting.add(cut);
    if (this.waiting.size > this.capacity.dismissed) {
      const oldest = this.waiting.oldest!;
      this.waiting.remove(oldest);
      oldest.connection();
    }
    return () => this.waiting.remove(entry);
  }
}
