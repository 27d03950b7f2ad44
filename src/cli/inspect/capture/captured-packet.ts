/** A captured packet: its octets from the link layer on, and the number of that link layer. */
export interface CapturedPacket {
  linkType: number;
  /** What the capture holds of it. */
  octets: Buffer;
  /** Octets that it had on the wire. */
  length: number;
}

/**
 * Reads a capture as far as its octets are there: packets, `undefined` where more octets are needed, and at last what
 * is wrong with it, if anything is.
 */
export type PacketSource = Generator<CapturedPacket | undefined, string | undefined>;
