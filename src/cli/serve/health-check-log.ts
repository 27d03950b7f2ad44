import type { Facts, Log } from '../shared/log.ts';

/** How often counts are written. */
const MINUTES = 10;
/** Balancers that are counted at a time; with `--proxy-trust anyone` any peer counts as one. */
const MOST_PROXIES = 1000;

/**
 * A log that counts the connections that a balancer makes for itself, instead of a line for each: health checks come
 * every few seconds. A connection about which anything else is logged gets its own line, before the others of its session.
 */
export class HealthCheckLog implements Log {
  readonly #log: Log;
  /** Lines held back, by session. */
  readonly #held = new Map<string, () => void>();
  /** Connections by balancer, since the last line about it. */
  #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  write(event: string, sentence: string, facts: Facts = {}): void {
    this.#tell(String(facts.session));
    this.#log.write(event, sentence, facts);
  }

  /** Keeps a line back until there is another of its session. */
  hold(session: string, event: string, sentence: string, facts: Facts): void {
    this.#held.set(session, () => this.#log.write(event, sentence, facts));
  }

  /** A session has ended: where its line is still held back, the connection is counted for its balancer. */
  settle(session: string, proxy: string): void {
    if (!this.#held.has(session)) return;
    const count = this.#counts.get(proxy);
    if (count === undefined && this.#counts.size >= MOST_PROXIES) return this.#tell(session);
    this.#held.delete(session);
    this.#timer ??= setTimeout(() => this.report(), MINUTES * 60_000).unref();
    if (count !== undefined) return void this.#counts.set(proxy, count + 1);
    this.#counts.set(proxy, 0);
    this.#writeCount(proxy, 1, `; more are counted, one line in ${MINUTES} minutes`);
  }

  /** Writes the counts, and forgets balancers without new connections. */
  report(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counted = [...this.#counts].filter(([, count]) => count > 0);
    this.#counts = new Map(counted.map(([proxy]) => [proxy, 0]));
    for (const [proxy, count] of counted) this.#writeCount(proxy, count, '');
  }

  #tell(session: string): void {
    const line = this.#held.get(session);
    this.#held.delete(session);
    line?.();
  }

  #writeCount(proxy: string, count: number, more: string): void {
    const connections = count === 1 ? '1 connection' : `${count} connections`;
    this.#log.write('health-checks', `proxy ${proxy}: ${connections} for itself, without mail${more}`, {
      proxy,
      count,
    });
  }
}
