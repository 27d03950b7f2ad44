import type { Handler } from '../api/handler.ts';
import type { Settings } from '../api/options/options.ts';
import type { MailServer } from '../api/mail-server.ts';
import type { CloseReason } from '../api/session.ts';

/** The connection as a conversation sees it: output, one timer, reading on and off. */
export interface Transport {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Sends replies, printable ASCII and CRLF. One call for each batch of input, or more when the replies are long. */
  send(replies: string): void;
  /** Sends one reply in a segment of its own, a moment after what was sent before. */
  sendApart(reply: string): void;
  /** Input may wait: call `readOn` when it is the turn of this connection, at once if it can be. */
  askForTurn(): void;
  /** Whether other connections have to have their turn now. */
  turnOver(): boolean;
  /** Nothing refers to a chunk of input any more. */
  giveBack(chunk: Buffer): void;
  /** Stop reading, until `release`. Octets already read may still come. */
  hold(): void;
  release(): void;
  /** The one deadline, on the clock of `now`; replaces the one before. Call `expire` when it has passed. */
  deadline(at: number): void;
  /** Begin the server's end of TLS; `rest` has been read already and belongs to it. Call `secured` after. */
  startTLS(rest: Buffer): void;
  /** Close after everything has been sent. */
  close(reason: CloseReason): void;
}

/** What all conversations of a server share. */
export interface ServerContext {
  readonly server: MailServer;
  readonly handler: Handler;
  readonly settings: Settings;
}
