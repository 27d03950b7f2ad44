import { CR, LF } from './octets.ts';

const NAME = Buffer.from('received:');

/** Counts Received fields in the header section, which ends at the first empty line (RFC 5321 6.3). */
export class HopCounter {
  hops = 0;
  private done = false;
  private matched = 0;
  /** Whether the rest of the current line is of no interest. */
  private skipping = false;

  write(octets: Buffer): void {
    let at = 0;
    while (!this.done && at < octets.length) {
      if (this.skipping) {
        const lf = octets.indexOf(LF, at);
        if (lf < 0) return;
        at = lf + 1;
        this.skipping = false;
        this.matched = 0;
        continue;
      }
      const octet = octets[at++]!;
      if (this.matched === 0 && (octet === CR || octet === LF)) this.done = true;
      else if ((octet | 0x20) !== (NAME[this.matched]! | 0x20)) this.skipping = octet !== LF;
      else if (++this.matched === NAME.length) {
        this.hops++;
        this.skipping = true;
      }
      if (octet === LF) this.matched = 0;
    }
  }
}
