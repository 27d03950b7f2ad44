import { lazyView } from './lazy-view.ts';
import type { Endpoints } from './inet-text.ts';

/** Floor: a v2 header over IPv6, both addresses in the short form of RFC 5952. */
export function inet6Text(b: Uint8Array): Endpoints | undefined {
  const view = lazyView(b);
  if (view === undefined || view.family !== 0x21 || view.length < 52) return undefined;
  return {
    srcAddr: colonHex(b, 16),
    dstAddr: colonHex(b, 32),
    srcPort: (b[48]! << 8) | b[49]!,
    dstPort: (b[50]! << 8) | b[51]!,
  };
}

/** One pass finds the first longest run of zero groups, a second one writes around it. */
function colonHex(b: Uint8Array, at: number): string {
  let runStart = -1;
  let runLength = 1;
  for (let group = 0; group < 8; group++) {
    let end = group;
    while (end < 8 && b[at + 2 * end] === 0 && b[at + 2 * end + 1] === 0) end++;
    if (end - group > runLength) {
      runStart = group;
      runLength = end - group;
    }
    if (end > group) group = end;
  }
  let text = '';
  for (let group = 0; group < 8; group++) {
    if (group === runStart) {
      text += '::';
      group += runLength - 1;
      continue;
    }
    if (group > 0 && group !== runStart + runLength) text += ':';
    text += hex((b[at + 2 * group]! << 8) | b[at + 2 * group + 1]!);
  }
  return text;
}

const OCTET: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16));
const PADDED: readonly string[] = OCTET.map((text) => text.padStart(2, '0'));

function hex(group: number): string {
  return group < 256 ? OCTET[group]! : OCTET[group >> 8]! + PADDED[group & 255]!;
}
