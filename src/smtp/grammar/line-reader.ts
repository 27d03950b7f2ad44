/**
 * Cuts command lines out of the stream (RFC 5321 2.3.8: only CRLF ends a line; 4.5.3.1.4: lengths).
 *
 * A line that came in one chunk is handed on in place; one that came in pieces is collected in a buffer that never
 * grows past the longest line allowed.
 */

import { CR, LF } from './octets.ts';

/** The state of `LineReader.status`. */
export const LineStatus = {
  /** No end of line yet. */
  MORE: 0,
  /** `octets`, `from` and `to` hold a line without its CRLF. */
  LINE: 1,
  /** A LF without CR in front. */
  BARE_LF: 2,
  /** A line that ended, longer than any command may be. */
  TOO_LONG: 3,
  /** More than 64 KiB and no end. */
  ENDLESS: 4,
} as const;

/** Longest command line but AUTH, CRLF included: more than MAIL or RCPT with all extensions (RFC 5321 4.5.3.1.4). */
export const COMMAND_LINE_LIMIT = 2048;
/** RFC 4954 section 4: 12288 octets of base64 and CRLF, after `AUTH` and a mechanism. */
export const AUTH_LINE_LIMIT = 12_288 + 64;
const ENDLESS_LIMIT = 65_536;

const NOTHING = Buffer.alloc(0);

export class LineReader {
  status: number = LineStatus.MORE;
  octets: Buffer = NOTHING;
  from = 0;
  to = 0;
  private readonly wide: boolean;
  private partial: Buffer = NOTHING;
  private length = 0;
  private lastOctet = 0;

  /** @param wide whether every line may be as long as an AUTH line. */
  constructor(wide = false) {
    this.wide = wide;
  }

  /** Whether a line has begun and not ended. */
  get pending(): boolean {
    return this.length > 0;
  }

  /** Reads up to the end of one line and returns the index after it; look at `status` then. */
  read(chunk: Buffer, from: number): number {
    const lf = chunk.indexOf(LF, from);
    const end = lf < 0 ? chunk.length : lf + 1;
    const total = this.length + end - from;
    if (lf >= 0 && this.length === 0) {
      this.octets = chunk;
      this.from = from;
      this.to = lf - 1;
    } else this.collect(chunk, from, end);
    const beforeLf = lf > from ? chunk[lf - 1] : this.lastOctet;
    this.lastOctet = chunk[end - 1]!;
    this.length = total;
    if (total > ENDLESS_LIMIT) return this.finish(LineStatus.ENDLESS, end);
    if (lf < 0) {
      this.status = LineStatus.MORE;
      return end;
    }
    if (beforeLf !== CR) return this.finish(LineStatus.BARE_LF, end);
    if (total > this.limit(this.octets, this.from)) return this.finish(LineStatus.TOO_LONG, end);
    return this.finish(LineStatus.LINE, end);
  }

  /** Drops the reference to the chunk of the last line. */
  release(): void {
    this.octets = NOTHING;
  }

  private finish(status: number, end: number): number {
    this.status = status;
    this.length = 0;
    this.lastOctet = 0;
    this.partial = NOTHING;
    return end;
  }

  /** Appends to the partial line as far as the limit allows; what is beyond is counted, not kept. */
  private collect(chunk: Buffer, from: number, end: number): void {
    const total = this.length + end - from;
    if (total > this.partial.length) {
      const first = this.length === 0 ? chunk : this.partial;
      const limit = this.limit(first, this.length === 0 ? from : 0);
      const size = Math.min(limit, Math.max(total, this.partial.length * 2, 128));
      if (size > this.partial.length) {
        const grown = Buffer.allocUnsafeSlow(size);
        this.partial.copy(grown, 0, 0, Math.min(this.length, size));
        this.partial = grown;
      }
    }
    if (this.length < this.partial.length) chunk.copy(this.partial, this.length, from, end);
    this.octets = this.partial;
    this.from = 0;
    this.to = total - 2;
  }

  private limit(octets: Buffer, from: number): number {
    const first = octets[from]! | 0x20;
    return this.wide || first === 0x61 ? AUTH_LINE_LIMIT : COMMAND_LINE_LIMIT;
  }
}
