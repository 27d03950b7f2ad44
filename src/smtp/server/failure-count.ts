const WINDOW = 10 * 60_000;
const MOST_CLIENTS = 10_000;

/** The attempts of one client within the window. */
export interface Attempts {
  readonly client: string;
  failed: number;
  /** Those whose outcome is not known yet. */
  running: number;
  since: number;
}

/**
 * Attempts by client within a window of ten minutes, each counted before it is made, so that attempts at the same time
 * are no way around the limit. At most 10,000 clients are kept: the one whose last attempt is oldest is dropped first.
 */
export class FailureCount {
  private readonly clients = new Map<string, Attempts>();
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Clients that are kept. */
  get size(): number {
    return this.clients.size;
  }

  /**
   * Counts an attempt that is about to be made, until `end`.
   *
   * @returns what `end` takes; `over` when the client has failed too often, `busy` when it would have if those that are
   *   being made now fail.
   */
  begin(client: string, now = performance.now()): Attempts | 'over' | 'busy' {
    const entry = this.clients.get(client) ?? { client, failed: 0, running: 0, since: now };
    if (now - entry.since >= WINDOW) {
      entry.failed = 0;
      entry.since = now;
    }
    if (entry.failed >= this.limit) return 'over';
    if (entry.failed + entry.running >= this.limit) return 'busy';
    entry.running++;
    this.clients.delete(client);
    this.clients.set(client, entry);
    if (this.clients.size > MOST_CLIENTS) this.clients.delete(this.clients.keys().next().value!);
    return entry;
  }

  /** The outcome of an attempt, once for each `begin`. Returns whether the client may make another one. */
  end(attempts: Attempts, failed: boolean): boolean {
    attempts.running--;
    if (failed) attempts.failed++;
    else if (attempts.failed + attempts.running === 0 && this.clients.get(attempts.client) === attempts)
      this.clients.delete(attempts.client);
    return attempts.failed < this.limit;
  }
}
