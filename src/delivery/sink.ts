import type { Handler } from '../smtp/api/handler.ts';

/**
 * The handler that accepts every message and keeps none: for load tests, and to see what a sender does.
 *
 * @example
 * import { Sink, SMTPServer } from 'truepeer';
 *
 * const server = new SMTPServer(new Sink());
 * await server.listen({ host: '127.0.0.1', port: 0 });
 * console.log(server.connectionCount === 0);
 * await server.close();
 */
export class Sink implements Handler {
  /** Accepts: who may send headers is the server's `trusted` list. */
  handlePROXY(): boolean {
    return true;
  }

  /** Content that is never read is dropped as it comes. */
  handleContent(): undefined {}
}
