import type { Socket } from 'node:net';
import { ConnectionList } from '../../proxy/node/connection-list.ts';

/** Clients that get no session: each hears a reply, and is cut when it does not close in time. */
export class Dismissals {
  private readonly sockets = new ConnectionList<Socket>();
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

  /** Ends a connection: sends `reply`, and drops what the client sends. */
  dismiss(socket: Socket, reply: string): void {
    const entry = this.sockets.add(socket);
    const timer = setTimeout(() => socket.destroy(), this.linger);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      this.sockets.remove(entry);
    });
    socket.resume();
    socket.end(reply, 'latin1');
    if (this.sockets.size <= this.capacity.dismissed) return;
    const oldest = this.sockets.oldest!;
    this.sockets.remove(oldest);
    oldest.connection.destroy();
  }
}
