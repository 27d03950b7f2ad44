/** Memory that mail in progress takes: each octet is counted before it is kept, for its client and in total. */

export class MemoryBudget {
  /** Octets that are held now. */
  total = 0;
  private readonly held = new Map<string, number>();
  private readonly most: number;
  private readonly mostPerClient: number;

  constructor(most: number, mostPerClient: number) {
    this.most = most;
    this.mostPerClient = mostPerClient;
  }

  /** Clients that hold anything. */
  get clients(): number {
    return this.held.size;
  }

  /**
   * Whether a client may hold so many octets more. No client holds more than what is left for all others, so that few
   * of them cannot take everything. One without limits (undefined) is counted in total only.
   */
  fits(client: string | undefined, octets: number): boolean {
    const left = this.most - this.total - octets;
    if (left < 0 || client === undefined) return left >= 0;
    return (this.held.get(client) ?? 0) + octets <= Math.min(this.mostPerClient, left);
  }

  /** Counts octets, negative ones that are given back. */
  add(client: string | undefined, octets: number): void {
    this.total += octets;
    if (client === undefined) return;
    const held = (this.held.get(client) ?? 0) + octets;
    if (held > 0) this.held.set(client, held);
    else this.held.delete(client);
  }
}

/** What one message, or one transaction, holds of a budget. */
export class Holding {
  private octets = 0;
  /** Octets of `propose` that have not been confirmed. */
  private proposed = 0;
  /** Whom the octets are counted for. */
  private client: string | undefined;
  private readonly budget: MemoryBudget;
  private readonly clientNow: () => string | undefined;

  /** @param clientNow who the client is, asked when there is something to hold. */
  constructor(budget: MemoryBudget, clientNow: () => string | undefined) {
    this.budget = budget;
    this.clientNow = clientNow;
  }

  /** Holds so many octets more; false, and nothing is held for them, where they are too many. */
  take(octets: number): boolean {
    if (this.octets === 0) this.client = this.clientNow();
    if (!this.budget.fits(this.client, octets)) return false;
    this.octets += octets;
    this.budget.add(this.client, octets);
    return true;
  }

  /** Gives octets back, at most what is held. */
  giveBack(octets: number): void {
    const least = Math.min(octets, this.octets);
    if (least === 0) return;
    this.octets -= least;
    this.budget.add(this.client, -least);
  }

  /** Holds octets that are given back with the next proposal, unless `confirm` comes first. */
  propose(octets: number): boolean {
    this.giveBack(this.proposed);
    this.proposed = 0;
    if (!this.take(octets)) return false;
    this.proposed = octets;
    return true;
  }

  confirm(): void {
    this.proposed = 0;
  }

  /** Gives everything back. */
  end(): void {
    this.proposed = 0;
    this.giveBack(this.octets);
  }
}
