import { lazyView } from './lazy-view.ts';

/** Both ends of a connection, addresses as text. */
export interface Endpoints {
  srcAddr: string;
  dstAddr: string;
  srcPort: number;
  dstPort: number;
}

const OCTET: readonly string[] = Array.from({ length: 256 }, (_, octet) => String(octet));
const DOT_OCTET: readonly string[] = OCTET.map((text) => '.' + text);

/** Floor: a v2 header over IPv4, four octets of each address looked up in a table of 256 texts. */
export function inetText(b: Uint8Array): Endpoints | undefined {
  const view = lazyView(b);
  if (view === undefined || view.family !== 0x11 || view.length < 28) return undefined;
  return {
    srcAddr: dotted(b, 16),
    dstAddr: dotted(b, 20),
    srcPort: (b[24]! << 8) | b[25]!,
    dstPort: (b[26]! << 8) | b[27]!,
  };
}

function dotted(b: Uint8Array, at: number): string {
  return OCTET[b[at]!]! + DOT_OCTET[b[at + 1]!]! + DOT_OCTET[b[at + 2]!]! + DOT_OCTET[b[at + 3]!]!;
}
