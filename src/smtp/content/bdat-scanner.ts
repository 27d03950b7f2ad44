import { BLOCK, newlines, WASM_MINIMUM } from './newlines/index.ts';
import { CR, LF } from '../grammar/octets.ts';

/** Looks for a CR without LF or a LF without CR in content that comes in chunks (RFC 3030), octets unchanged. */
export class BdatScanner {
  bareNewline = false;
  private afterCr = false;

  write(octets: Buffer): void {
    for (let at = 0; at < octets.length && !this.bareNewline;) {
      const end = Math.min(octets.length, at + BLOCK);
      if (newlines !== undefined && end - at >= WASM_MINIMUM) {
        newlines.load(octets, at, end, this.afterCr ? 'cr' : 'text');
        this.bareNewline = newlines.findBare();
      } else this.scan(octets, at, end);
      this.afterCr = octets[end - 1] === CR;
      at = end;
    }
  }

  /** A CR at the very end has no LF. */
  end(): void {
    if (this.afterCr) this.bareNewline = true;
  }

  private scan(octets: Buffer, from: number, to: number): void {
    let { afterCr } = this;
    for (let at = from; at < to; at++) {
      const octet = octets[at];
      if (afterCr !== (octet === LF)) this.bareNewline = true;
      afterCr = octet === CR;
    }
  }
}
