const LF = 0x0a;
const CR = 0x0d;

/** Looks for a CR without LF or a LF without CR in content that comes in chunks (RFC 3030), octets unchanged. */
export class ChunkScanner {
  bareNewline = false;
  private afterCr = false;

  write(octets: Buffer): void {
    if (this.bareNewline) return;
    let at = 0;
    if (this.afterCr && octets[at++] !== LF) {
      this.bareNewline = true;
      return;
    }
    this.afterCr = false;
    let nextLf = octets.indexOf(LF, at);
    for (;;) {
      const cr = octets.indexOf(CR, at);
      if (nextLf >= 0 && nextLf < at) nextLf = octets.indexOf(LF, at);
      const lfFirst = nextLf >= 0 && (cr < 0 || nextLf < cr);
      if (lfFirst || (cr >= 0 && cr + 1 < octets.length && octets[cr + 1] !== LF)) {
        this.bareNewline = true;
        return;
      }
      if (cr < 0) return;
      if (cr + 1 === octets.length) {
        this.afterCr = true;
        return;
      }
      at = cr + 2;
    }
  }

  /** A CR at the very end has no LF. */
  end(): void {
    if (this.afterCr) this.bareNewline = true;
  }
}
