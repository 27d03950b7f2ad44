import type { Take } from './content-sink.ts';
import { CR, DOT, LF } from '../grammar/octets.ts';

/**
 * Turns every bare CR and bare LF into CRLF. A line that is a single dot only because of such a change gets a second
 * dot, so that the result never holds a CRLF.CRLF that the sender did not send.
 */
export class NewlineNormalizer {
  private afterCr = false;
  /** Whether the line began at a newline that was changed. */
  private changedStart = false;
  /** Octets of the line so far: 0, 1 and it is a dot, or more. */
  private line: 'empty' | 'dot' | 'text' = 'empty';
  private readonly emit: Take;

  constructor(emit: Take) {
    this.emit = emit;
  }

  write(octets: Buffer): void {
    const target = roomFor(octets.length);
    let size = 0;
    const newline = (changed: boolean): void => {
      if (this.line === 'dot' && (changed || this.changedStart)) target[size++] = DOT;
      target[size++] = CR;
      target[size++] = LF;
      this.line = 'empty';
      this.changedStart = changed;
    };
    for (const octet of octets) {
      if (this.afterCr) {
        this.afterCr = octet === CR;
        newline(octet !== LF);
        if (octet === LF || octet === CR) continue;
      } else if (octet === CR) {
        this.afterCr = true;
        continue;
      } else if (octet === LF) {
        newline(true);
        continue;
      }
      this.line = this.line === 'empty' && octet === DOT ? 'dot' : 'text';
      target[size++] = octet;
    }
    if (size > 0) this.emit(target.subarray(0, size), true);
  }

  /** Must be called at the end: a CR may be held back. */
  end(): void {
    if (!this.afterCr) return;
    this.afterCr = false;
    this.emit(Buffer.from(this.line === 'dot' ? [DOT, CR, LF] : [CR, LF]), false);
  }
}

let room = Buffer.alloc(0);

/** Where the result for so many octets fits: one becomes at most three, and a CR and a dot may be held from before. */
function roomFor(length: number): Buffer {
  const most = length * 3 + 3;
  if (room.length < most) room = Buffer.allocUnsafeSlow(most);
  return room;
}
