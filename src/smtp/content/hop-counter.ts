import { COLON, LF, SP } from '../grammar/octets.ts';

const TAB = 0x09;
const NAME = Buffer.from('received');

/** Where in a line of the header section the next octet stands. */
const START = 0;
const IN_NAME = 1;
const AFTER_NAME = 2;
const REST = 3;
const DONE = 4;

/**
 * Counts Received fields in the header section (RFC 5321 6.3), which ends at the first empty line, or at the first line
 * that is no field, so that the text of a message without a header is not searched.
 */
export class HopCounter {
  hops = 0;
  private state = START;
  /** Octets of the current field name; -1 once it differs from Received. */
  private matched = 0;

  write(octets: Buffer): void {
    let { state, matched } = this;
    for (let at = 0; at < octets.length && state !== DONE;) {
      if (state === REST) {
        const lf = octets.indexOf(LF, at);
        if (lf < 0) break;
        at = lf + 1;
        state = START;
        continue;
      }
      const octet = octets[at++]!;
      if (octet === COLON && state !== START) {
        if (matched === NAME.length) this.hops++;
        state = REST;
      } else if (octet === SP || octet === TAB) {
        // At the start of a line it continues the field before; behind a name it is obsolete syntax (RFC 5322 4.5).
        state = state === START ? REST : AFTER_NAME;
      } else if (octet < SP || state === AFTER_NAME || octet === COLON) {
        state = DONE;
      } else {
        if (state === START) matched = 0;
        matched = matched >= 0 && (octet | 0x20) === NAME[matched] ? matched + 1 : -1;
        state = IN_NAME;
      }
    }
    this.state = state;
    this.matched = matched;
  }
}
