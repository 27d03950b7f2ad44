import type { Input } from './reader.ts';
import type { Settings } from '../api/options.ts';
import type { Port } from './transport.ts';

/** The deadline of a message, which all of its commands share. */
interface ContentTime {
  at(now: number): number;
  /** Time that passed for the handler, not for the client. */
  shift(duration: number): void;
}

/** What the port waits for between two batches: octets of the client, or a hook, with reading on hold meanwhile. */
export class Pace {
  private readonly port: Port;
  private readonly settings: Settings;
  /** When reading was put on hold; undefined while it goes on. */
  private heldSince: number | undefined;

  constructor(port: Port, settings: Settings) {
    this.port = port;
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
  awaitHandler(input: Input, octets: number): void {
    const now = this.port.now();
    // What has come counts for the client, although nobody waits for more of it now.
    input.deadline(now, octets);
    if (this.heldSince === undefined) {
      this.heldSince = now;
      this.port.hold();
    }
    this.port.deadline(now + this.settings.timeouts.handler);
  }

  /** Waits for octets; `content` is the deadline of the message that they belong to, if one has begun. */
  awaitClient(input: Input, content: ContentTime | undefined, octets: number): void {
    const now = this.port.now();
    if (this.heldSince !== undefined) {
      content?.shift(now - this.heldSince);
      this.heldSince = undefined;
      this.port.release();
    }
    const until = input.deadline(now, octets);
    // Between chunks too the message has to come on: many small ones take no longer than a large one.
    this.port.deadline(content === undefined ? until : Math.min(until, content.at(now)));
  }
}
