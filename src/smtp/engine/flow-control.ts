import type { Reader } from './reader.ts';
import type { Settings } from '../api/options/options.ts';
import type { Transport } from './transport.ts';

/** The deadline of a message, which all of its commands share. */
interface ContentTime {
  at(now: number): number;
  /** Moves the deadline by the milliseconds that the handler has taken. */
  shift(duration: number): void;
}

/** What the session waits for between two batches: octets of the client, or a hook, while reading is on hold. */
export class FlowControl {
  private readonly transport: Transport;
  private readonly settings: Settings;
  /** When reading was put on hold; undefined while it goes on. */
  private heldSince: number | undefined;

  constructor(transport: Transport, settings: Settings) {
    this.transport = transport;
    this.settings = settings;
  }

  get onHold(): boolean {
    return this.heldSince !== undefined;
  }

  /**
   * Waits for a hook, or for the reader of a message to make room.
   *
   * @param octets size of the batch that has come.
   */
  awaitHandler(reader: Reader, octets: number): void {
    const now = this.transport.now();
    // The octets of the batch count towards the client's rate, although no more are awaited now.
    reader.deadline(now, octets);
    if (this.heldSince === undefined) {
      this.heldSince = now;
      this.transport.hold();
    }
    this.transport.deadline(now + this.settings.timeouts.handler);
  }

  /** Waits for octets; `content` is the deadline of the message that they belong to, if one has begun. */
  awaitClient(reader: Reader, content: ContentTime | undefined, octets: number): void {
    const now = this.transport.now();
    if (this.heldSince !== undefined) {
      content?.shift(now - this.heldSince);
      this.heldSince = undefined;
      this.transport.release();
    }
    const until = reader.deadline(now, octets);
    // The deadline of the message holds between its chunks, too.
    this.transport.deadline(content === undefined ? until : Math.min(until, content.at(now)));
  }
}
