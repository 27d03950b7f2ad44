import { lazyView } from './lazy-view.ts';

/** The texts of a header that a TLS-terminating balancer sends. */
export interface SslTexts {
  authority: string;
  version: string;
  cn: string;
  cipher: string;
  sigAlg: string;
  keyAlg: string;
}

/** Floor: walk the TLVs and those inside SSL, and make every text with Buffer's own decoders. */
export function sslTexts(b: Buffer): SslTexts | undefined {
  const view = lazyView(b);
  if (view === undefined || view.family !== 0x11) return undefined;
  const texts = { authority: '', version: '', cn: '', cipher: '', sigAlg: '', keyAlg: '' };
  return walk(b, 28, view.length, texts) ? texts : undefined;
}

function walk(b: Buffer, at: number, end: number, texts: SslTexts): boolean {
  while (at + 3 <= end) {
    const value = at + 3;
    const next = value + ((b[at + 1]! << 8) | b[at + 2]!);
    if (next > end) return false;
    if (b[at] === 0x02) texts.authority = b.utf8Slice(value, next);
    else if (b[at] === 0x20) {
      if (!walk(b, value + 5, next, texts)) return false;
    } else if (b[at] === 0x21) texts.version = b.latin1Slice(value, next);
    else if (b[at] === 0x22) texts.cn = b.utf8Slice(value, next);
    else if (b[at] === 0x23) texts.cipher = b.latin1Slice(value, next);
    else if (b[at] === 0x24) texts.sigAlg = b.latin1Slice(value, next);
    else if (b[at] === 0x25) texts.keyAlg = b.latin1Slice(value, next);
    at = next;
  }
  return at === end;
}
