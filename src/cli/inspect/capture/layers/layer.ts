/** How the layers of a packet are taken off: each parser tells what is inside, none calls another. */

/** What a packet holds at last: a segment, a datagram, or something that is only named. */
export type Held =
  | { kind: 'segment'; segment: Segment }
  | { kind: 'datagram'; datagram: Datagram }
  | { kind: 'other'; name: string };

/** From where to where, as text. */
export interface Route {
  from: string;
  to: string;
  /** What it was wrapped in, from the outside, as in `VXLAN 7`; empty for a plain packet. */
  via: string;
}

/** A TCP segment. */
export interface Segment extends Route {
  sequence: number;
  /** The number that a SYN answers; `undefined` for the SYN that opens, and for every segment without SYN. */
  answers: number | undefined;
  syn: boolean;
  fin: boolean;
  rst: boolean;
  payload: Buffer;
  /** Octets at the end of the payload that the capture does not hold. */
  missing: number;
}

/** A UDP datagram. */
export interface Datagram extends Route {
  payload: Buffer;
}

/** An IP packet without its header. */
export interface Transport {
  protocol: number;
  source: string;
  destination: string;
  octets: Buffer;
  missing: number;
}

/** What is inside a layer: another one, or what the packet holds. `label` names a layer worth telling. */
export type Inside = { label?: string } & (
  | { layer: 'ethernet' | 'ppp' | 'ip'; octets: Buffer }
  | { layer: 'ethertype'; type: number; octets: Buffer }
  | ({ layer: 'transport' } & Transport)
  | { layer: 'held'; held: Held }
);

/** Something that is not looked into. */
export function other(name: string): Inside {
  return { layer: 'held', held: { kind: 'other', name } };
}

/** A packet, or a capture of it, that ends before its headers do. */
export const CUT = other('packets that end inside their headers');

/** The number at an offset; 0 behind the end. */
export function u16(octets: Buffer, at: number): number {
  return at + 2 <= octets.length ? octets.readUInt16BE(at) : 0;
}
