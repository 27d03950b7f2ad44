import type { MemoryBudget } from './memory-budget.ts';

/** Limits that a conversation shares with the other connections of its client. */
export interface Admission {
  /** Whom limits count what comes now for; undefined for a client without limits. */
  readonly client: string | undefined;
  /** Content in memory, of all connections. */
  readonly content: MemoryBudget;
  /** Envelopes in memory, of all connections. */
  readonly envelopes: MemoryBudget;
  /**
   * The client is known, or is another one now: counts the connection against the limit of the client.
   *
   * @returns false when the client has too many connections.
   */
  admit(): boolean;
  /**
   * Counts an attempt of AUTH before it is made, as one that fails until `endAuth` says otherwise.
   *
   * @returns whether it may be made; `over` when the client has failed too often, `busy` when it would have if its
   *   attempts on other connections fail.
   */
  beginAuth(): 'go' | 'over' | 'busy';
  /** The outcome of the attempt. Returns whether the client may make another one. */
  endAuth(failed: boolean): boolean;
}
