/** Limits that a conversation shares with the other connections of its client. */
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
