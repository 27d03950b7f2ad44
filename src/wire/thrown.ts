/** What was thrown, or a promise rejected with: anything at all, a Proxy that throws when it is looked at, too. */

/** Whether a value is of a class; never throws. */
export function isA<T>(value: unknown, kind: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

/** The message of an error, or what was thrown as text; never throws. */
export function causeOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'something that cannot be shown';
  }
}
