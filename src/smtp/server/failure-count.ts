const WINDOW = 10 * 60_000;
const MOST_CLIENTS = 10_000;

/** Failures by client within a window of ten minutes. At most 10,000 clients are kept: the one whose last failure is oldest is dropped first. */
export class FailureCount {
  private readonly clients = new Map<string, { count: number; since: number }>();

  /** Counts one failure and returns how many there are now; 0 for a client that is not counted. */
  count(client: string | undefined, now = performance.now()): number {
    if (client === undefined) return 0;
    const known = this.clients.get(client);
    const entry = known !== undefined && now - known.since < WINDOW ? known : { count: 0, since: now };
    entry.count++;
    this.clients.delete(client);
    this.clients.set(client, entry);
    if (this.clients.size > MOST_CLIENTS) this.clients.delete(this.clients.keys().next().value!);
    return entry.count;
  }
}
