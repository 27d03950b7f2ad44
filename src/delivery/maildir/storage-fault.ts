/** What went wrong while a message was put on disk, and what the sender is told about it. */
export class StorageFault extends Error {
  override readonly name = 'StorageFault';
  /** The system's error code (`ENOSPC`, `EIO`, ...), or `UNKNOWN`. */
  readonly code: string;
  /** What was being done: `open`, `write`, `fsync`, `link`, ... */
  readonly operation: string;

  constructor(operation: string, cause: unknown) {
    const code = errorCode(cause);
    super(`${operation}: ${cause instanceof Error ? cause.message : code}`, { cause });
    this.operation = operation;
    this.code = code;
  }

  /**
   * The SMTP reply: 452 4.3.1 for a full disk or quota, 451 4.3.0 for everything else. Both are temporary
   * (RFC 5321 section 4.2.5: the sender keeps the message and tries again), and neither names a path.
   */
  get reply(): string {
    return FULL.has(this.code)
      ? '452 4.3.1 Insufficient system storage, try again later'
      : '451 4.3.0 The message could not be stored, try again later';
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** The `code` of a system error, or `UNKNOWN` for anything else that was thrown. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
