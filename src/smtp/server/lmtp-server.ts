import type { TlvValues } from '../../proxy/index.ts';
import type { Handler } from '../api/handler.ts';
import type { LMTPServerOptions } from '../api/options/options.ts';
import { SMTPServer } from './server.ts';

/**
 * An LMTP server (RFC 2033): LHLO instead of HELO and EHLO, and after the content one reply for each accepted recipient.
 * `handleDATA` and `handleContent` may return a list of replies, one for each recipient in order; a single one counts
 * for all. OpenSMTPD needs `separateReplies: true`: of several replies in one segment it reads the first, and delivers to the
 * other recipients again and again. TCP port 25 is refused by `listen` with a RangeError (RFC 2033 section 5).
 *
 * @example
 * import { LMTPServer } from 'truepeer';
 *
 * const server = new LMTPServer({
 *   handleDATA: (server, session, envelope) => envelope.rcptTos.map((address) => `250 2.1.5 <${address}> has it`),
 * });
 * const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
 * console.log(port > 0); // true
 * await server.close();
 */
export class LMTPServer<V = TlvValues> extends SMTPServer<V> {
  constructor(handler: Handler<V> = {}, options: LMTPServerOptions<V> = {}) {
    super(handler, options, { lmtp: true });
  }
}
