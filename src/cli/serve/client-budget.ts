import type { Client } from '../../proxy/node/peer.ts';
import { clientKey } from '../../smtp/server/client-key.ts';
import type { Facts, Log } from '../shared/log.ts';

/** How many lines one client gets in a period. */
const LINES = 20;
/** The period, in seconds. */
const SECONDS = 60;
/** Clients that are counted at a time; further ones share the lines of one. */
const MOST_CLIENTS = 1000;
const OTHERS = 'other clients';

/**
 * Lines that a client can cause as often as it likes: peers that are not trusted, bad headers, refusals. Each client, an IPv4
 * address or an IPv6 /64, has 20 of them a minute; what is beyond is counted, and told in one line at the end of the minute.
 */
export class ClientBudget {
  readonly #log: Log;
  #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Writes a line, or counts it. */
  write(client: Client, event: string, sentence: string, facts: Facts): void {
    const key = this.#keyOf(client);
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    this.#timer ??= setTimeout(() => this.report(), SECONDS * 1000).unref();
    if (count <= LINES) this.#log.write(event, sentence, facts);
  }

  /** Tells what was only counted, and begins to count anew. */
  report(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = [...this.#counts];
    this.#counts = new Map();
    for (const [client, count] of counts) {
      if (count <= LINES) continue;
      const left = count - LINES;
      const lines = left === 1 ? '1 more line' : `${left} more lines`;
      this.#log.write('lines-left-out', `client ${client}: ${lines} left out within ${SECONDS} seconds`, {
        client,
        count: left,
      });
    }
  }

  #keyOf(client: Client): string {
    const key = clientKey({ client }) ?? client.address ?? 'unknown';
    return this.#counts.has(key) || this.#counts.size < MOST_CLIENTS ? key : OTHERS;
  }
}
