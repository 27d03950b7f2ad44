import { ConnectionList, type ListEntry } from '../../proxy/node/connection-list.ts';
import type { Limits } from '../api/options/options.ts';
import type { SessionState } from '../engine/session-state.ts';
import type { Admission } from '../engine/admission.ts';
import { MemoryBudget } from '../engine/memory-budget.ts';
import { clientKey } from './client-key.ts';
import { type Attempts, FailureCount } from './failure-count.ts';

/** Limits that all connections of a server share: connections, attempts of AUTH and memory by client, PROXY headers awaited. */
export class ClientLimits {
  readonly limits: Limits;
  /** Number of connections by client. */
  readonly perClient = new Map<string, number>();
  /** Connections whose PROXY header has not come yet, the oldest first. */
  readonly halfOpen = new ConnectionList<HalfOpen>();
  readonly authFailures: FailureCount;
  readonly content: MemoryBudget;
  readonly envelopes: MemoryBudget;

  constructor(limits: Limits) {
    this.limits = limits;
    this.content = new MemoryBudget(limits.contentMemory, limits.contentMemoryPerClient);
    this.envelopes = new MemoryBudget(limits.envelopeMemory, limits.envelopeMemoryPerClient);
    this.authFailures = new FailureCount(limits.authFailuresPerClient);
  }
}

/** A connection whose PROXY header is awaited. */
interface HalfOpen {
  /** Closes it to make room for a newer one. */
  evict(): void;
}

/** The limits as one connection uses them. A direct client on loopback or a Unix socket is not limited. */
export class ConnectionAdmission implements Admission {
  readonly content: MemoryBudget;
  readonly envelopes: MemoryBudget;
  private readonly shared: ClientLimits;
  private readonly session: SessionState;
  private waiting: ListEntry<HalfOpen> | undefined;
  /** The client whose limit it is counted against, if any. */
  private countedAs: string | undefined;
  /** The attempt of AUTH whose outcome is not known yet, if it is counted. */
  private attempt: Attempts | undefined;

  constructor(shared: ClientLimits, session: SessionState) {
    this.shared = shared;
    this.session = session;
    this.content = shared.content;
    this.envelopes = shared.envelopes;
  }

  get client(): string | undefined {
    return clientKey(this.session);
  }

  /** A balancer sends the header at once: where too many are awaited, the oldest connection is evicted. */
  awaitHeader(evict: () => void): void {
    const { halfOpen, limits } = this.shared;
    this.waiting = halfOpen.add({ evict });
    if (halfOpen.size <= limits.halfOpenHeaders) return;
    const oldest = halfOpen.oldest!;
    halfOpen.remove(oldest);
    oldest.connection.evict();
  }

  admit(): boolean {
    this.leave();
    const key = this.client;
    if (key === undefined) return true;
    const { perClient, limits } = this.shared;
    const count = perClient.get(key) ?? 0;
    if (count >= limits.connectionsPerClient) return false;
    perClient.set(key, count + 1);
    this.countedAs = key;
    return true;
  }

  beginAuth(): 'go' | 'over' | 'busy' {
    const key = this.client;
    if (key === undefined) return 'go';
    const attempt = this.shared.authFailures.begin(key);
    if (typeof attempt === 'string') return attempt;
    this.attempt = attempt;
    return 'go';
  }

  endAuth(failed: boolean): boolean {
    const { attempt } = this;
    this.attempt = undefined;
    return attempt === undefined || this.shared.authFailures.end(attempt, failed);
  }

  /** Takes the connection off all counts: it has ended, or belongs to another client from now on. */
  leave(): void {
    const { halfOpen, perClient } = this.shared;
    halfOpen.remove(this.waiting);
    // Whoever leaves in the middle of AUTH has guessed: nobody tells what the authenticator will say.
    this.endAuth(true);
    const key = this.countedAs;
    if (key === undefined) return;
    this.countedAs = undefined;
    const count = perClient.get(key)! - 1;
    if (count > 0) perClient.set(key, count);
    else perClient.delete(key);
  }
}
