/** What a conversation asks of the limits that all connections of its client share. */
export interface Admission {
  /**
   * The client is known, or is another one now: counts the connection against the limit of the client.
   *
   * @returns false when the client has too many connections.
   */
  admit(): boolean;
  /** Counts a failed AUTH; false when the client has failed too often. */
  authFailed(): boolean;
}
