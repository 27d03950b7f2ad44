import type { TlvValues } from '../../proxy/index.ts';
import type { Settings } from './options/options.ts';
import type { Session } from './session.ts';

/** What a hook sees of the server that calls it: `SMTPServer` and `LMTPServer` are such servers. */
export interface MailServer<V = TlvValues> {
  /** The options of the server with every default in place. */
  readonly settings: Settings;
  /** Connections open now. */
  readonly connectionCount: number;
  /** The sessions that are open now, those before their greeting too, the oldest first. */
  readonly sessions: IterableIterator<Session<V>>;
  /**
   * Ends one session: 421 when it is idle, content and hooks in progress first.
   *
   * @param options.drain milliseconds until it is cut; default 10,000. 0 cuts at once, without a reply.
   */
  disconnect(session: Session<V>, options?: { readonly drain?: number }): void;
  /**
   * Stops: no new connections, 421 to idle ones, content in flight is finished and answered.
   *
   * @param options.drain milliseconds until what is still open is cut; default 10,000. 0 cuts at once.
   * @returns a promise that settles when the last connection is gone. A hook that waits for it waits for itself, until
   *   `drain` ends: do not await it in a hook.
   */
  close(options?: { readonly drain?: number }): Promise<void>;
}
