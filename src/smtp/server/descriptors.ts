import { readdirSync, readFileSync } from 'node:fs';

/** Descriptors of this process. */
export interface Descriptors {
  /** How many it may have open. */
  readonly limit: number;
  /** How many it has open now. */
  readonly open: number;
}

/** Undefined where the system does not tell, or sets no limit; Linux does, in /proc. */
export function descriptors(): Descriptors | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return limit === undefined
      ? undefined
      : { limit: Number(limit), open: readdirSync('/proc/self/fd').length };
  } catch {
    return undefined;
  }
}

/** Descriptors that are left to everything but connections at most: files of messages, sockets that hear 421. */
const MOST_RESERVED = 256;

/** How many connections the process has descriptors for, and how many clients may be told that there are too many. */
export function connectionsFor({ limit, open }: Descriptors): { connections: number; dismissed: number } {
  const reserved = Math.min(MOST_RESERVED, Math.ceil(limit / 4));
  return {
    connections: Math.max(1, limit - open - reserved),
    dismissed: Math.max(1, Math.floor(reserved / 2)),
  };
}
