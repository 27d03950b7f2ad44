import type * as TruepeerProxy from '../../../src/proxy/index.ts';
import type { Contestant } from '../compare.ts';

/** What is measured of truepeer: the module that users import, from wherever it was loaded. */
export type Codec = Pick<typeof TruepeerProxy, 'decode' | 'encode'>;

/** A contestant that can be asked what it found, so that equal answers are proven before anything is timed. */
export interface Answering<Input> extends Contestant<Input> {
  /** The whole answer in plain values; undefined for a peer that gives less than the line asks. */
  answer?(input: Input): unknown;
}

/**
 * One line of the table. The functions of all lines look alike on purpose: each call must be its own piece of
 * source, or the compiler would see many callees at one place and time that.
 */
export interface Line {
  title: string;
  /** The most that truepeer may take, as a multiple of the floor. */
  target: number;
  /** What the peer leaves out, when it does less than the line asks. */
  peerLeavesOut?: string;
  /** The answer that everybody must give for input i. */
  expected: (i: number) => unknown;
  floor: Answering<unknown>;
  truepeer: Answering<unknown>;
  peer: Answering<unknown>;
}

/** Decodes a header that is known to be valid. */
export function opened(codec: Codec, b: Buffer): TruepeerProxy.ProxyData {
  const result = codec.decode(b);
  if (result.status !== 'ok') throw new Error(`a valid header was refused: ${b.toString('hex')}`);
  return result.data;
}

/** Both ends of a decoded header, as the floors give them. */
export function endsOf(data: TruepeerProxy.ProxyData): unknown {
  return { srcAddr: data.srcAddr, dstAddr: data.dstAddr, srcPort: data.srcPort, dstPort: data.dstPort };
}
