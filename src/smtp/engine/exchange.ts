import type { Settings } from '../api/options/options.ts';
import type { Admission } from './admission.ts';
import type { HookCalls, HookContext } from './hook-call.ts';
import type { Holding } from './memory-budget.ts';
import type { Reader } from './reader.ts';

/** Where the content of messages goes. */
export interface ContentIntake {
  /** Whether a transaction in chunks has begun (BDAT): no other content and no other recipient may come. */
  readonly chunking: boolean;
  /** Whether there is memory for the message, as far as its size is known. */
  readonly hasRoom: boolean;
  /** The reply 354, and content from the next octet on. */
  startData(): void;
  /** A chunk of `size` octets from the next octet on. */
  startChunk(size: number, last: boolean): void;
}

/** The conversation as commands and readers of the stream see it. */
export interface Exchange extends HookContext {
  readonly settings: Settings;
  /** Calls hooks of the handler; input waits until they have answered. */
  readonly hooks: HookCalls;
  /** Limits that the client's connections share. */
  readonly admission: Admission;
  readonly content: ContentIntake;
  /** Set when the greeting refused the session: 503 until QUIT (RFC 5321 3.1). */
  sessionRefused: boolean;

  /** Queues a reply that refuses the command being read, or a message, on the server's own account; and tells of it. */
  deny(wire: string, of?: 'command' | 'message', copies?: number): void;
  /** Queues a reply for each recipient of a message, in segments of their own where option `separateReplies` says so. */
  replyEach(wires: readonly string[]): void;
  /** Queues a reply to a command that was wrong, and counts the error. */
  refuse(wire: string): void;
  /** Queues a reply to a command that is refused for now, and counts it. */
  defer(wire: string): void;
  /** Ends the connection with a reply, because of a limit. */
  dismiss(wire: string): void;
  /** What the transaction holds in memory beside its content. */
  readonly memory: Holding;
  /** Ends the transaction: a fresh envelope. */
  reset(): void;
  /** A fresh envelope where no transaction is open. */
  renewEnvelope(): void;
  /** Ends the transaction after its content has been answered: a fresh envelope. One not `accepted` counts as refused. */
  endTransaction(accepted: boolean): void;
  /** Whether octets wait that have come after those being read now. */
  readonly readAhead: boolean;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Lets something else read the stream from the next octet on. */
  use(reader: Reader): void;
  /** Reads commands again. */
  resume(): void;
  /** Sends what is queued, then TLS; the session is a fresh one afterwards, but for the PROXY header. */
  startTLS(): void;
}
