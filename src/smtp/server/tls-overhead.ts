/**
 * TLS messages that carry no data, such as key updates, cost as much as data and never reach the conversation: OpenSSL
 * answers them by itself, as many as come. What shows them are the octets of the TCP socket that brought no data.
 */

// Not the global, which the tests of an application may have replaced by fake timers.
import { clearInterval, setInterval } from 'node:timers';

interface Counted {
  readonly bytesRead: number;
}

/** A connection that is watched. */
export interface Watched {
  /** The TCP socket. */
  readonly raw: Counted;
  /** Octets that it had read before TLS began. */
  readonly before: number;
  /** TLS over it. */
  readonly secure: Counted;
  /** Octets without data that are free: handshake, certificates, what has been read and not been decrypted. */
  readonly allowed: number;
  /** It has sent more; called once. */
  exceeded(): void;
}

/** Octets without data that each octet of data allows: a record for a single one has 22 to 85 of them. */
const PER_OCTET = 96;
/** Milliseconds between two looks. */
const INTERVAL = 100;
/** Connections in one look: each has its turn. */
const MOST = 2000;

const watched = new Set<Watched>();
/** Those that this round has not looked at yet. */
let round: Iterator<Watched> = watched.values();
let timer: NodeJS.Timeout | undefined;

/** Watches a connection until `unwatch`. */
export function watchOverhead(connection: Watched): void {
  watched.add(connection);
  timer ??= setInterval(look, INTERVAL).unref();
}

/** Its socket is closed. */
export function unwatchOverhead(connection: Watched): void {
  watched.delete(connection);
  if (watched.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

export function hasExceeded({ raw, before, secure, allowed }: Omit<Watched, 'exceeded'>): boolean {
  const data = secure.bytesRead;
  return raw.bytesRead - before - data > allowed + data * PER_OCTET;
}

function look(): void {
  for (let count = Math.min(MOST, watched.size); count > 0; count--) {
    let next = round.next();
    if (next.done === true) {
      round = watched.values();
      next = round.next();
    }
    if (next.done === true) return;
    if (!hasExceeded(next.value)) continue;
    watched.delete(next.value);
    next.value.exceeded();
  }
}
