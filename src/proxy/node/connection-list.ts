/** A connection's entry in a list: what `remove` takes. */
export interface ListEntry<T> {
  readonly connection: T;
  before: ListEntry<T> | undefined;
  after: ListEntry<T> | undefined;
  present: boolean;
}

/**
 * Connections in the order in which they came; adding and removing cost the same whatever the length.
 *
 * A linked list instead of a Set: V8 rehashes a Set after some hundred additions and removals and keeps the old tables
 * alive until a major collection, with all they refer to. A server of short connections would spend a tenth of its time on
 * copying closed ones.
 */
export class ConnectionList<T> {
  size = 0;
  /** The entry of the connection that has been here longest. */
  oldest: ListEntry<T> | undefined;
  private last: ListEntry<T> | undefined;

  /** Adds a connection at the end. */
  add(connection: T): ListEntry<T> {
    const entry: ListEntry<T> = { connection, before: this.last, after: undefined, present: true };
    if (this.last === undefined) this.oldest = entry;
    else this.last.after = entry;
    this.last = entry;
    this.size++;
    return entry;
  }

  /** Removes an entry; nothing happens where it is removed already. */
  remove(entry: ListEntry<T> | undefined): void {
    if (entry === undefined || !entry.present) return;
    const { before, after } = entry;
    if (before === undefined) this.oldest = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    entry.before = undefined;
    entry.after = undefined;
    entry.present = false;
    this.size--;
  }

  /** The connections, oldest first. */
  all(): T[] {
    const found: T[] = [];
    for (let entry = this.oldest; entry !== undefined; entry = entry.after) found.push(entry.connection);
    return found;
  }
}
