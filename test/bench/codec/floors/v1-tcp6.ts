import { isIPv6 } from 'node:net';
import type { Endpoints } from './inet-text.ts';

/** Floor: what one writes in a minute. The line as a string, split at spaces, addresses checked by net. */
export function v1Tcp6(b: Buffer): Endpoints | undefined {
  const end = b.indexOf('\r\n');
  if (end < 0 || end > 105) return undefined;
  const words = b.latin1Slice(0, end).split(' ');
  if (words.length !== 6 || words[0] !== 'PROXY' || words[1] !== 'TCP6') return undefined;
  const srcPort = Number(words[4]);
  const dstPort = Number(words[5]);
  if (!isIPv6(words[2]!) || !isIPv6(words[3]!)) return undefined;
  if (!(srcPort >= 0 && srcPort <= 65535 && dstPort >= 0 && dstPort <= 65535)) return undefined;
  return { srcAddr: words[2]!, dstAddr: words[3]!, srcPort, dstPort };
}
