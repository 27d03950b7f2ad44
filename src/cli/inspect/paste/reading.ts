/** What a text may stand for: the octets of one thing, or of several packets. */
export interface Reading {
  parts: readonly Uint8Array[];
  /** Whether other text looks like that, too: then it counts only where a header comes out. */
  isGuess: boolean;
}
