/**
 * The scanner of message content after DATA (RFC 5321 4.1.1.4, 4.5.2, 2.3.8).
 *
 * The one end is CRLF "." CRLF, or "." CRLF as the first line. A leading dot is removed only after CRLF; every other
 * octet passes unchanged. Octets are handed on as subarrays of what came in, or, where dots were removed, as one
 * compacted copy a chunk; nothing is kept but a CR that may belong to the end.
 */

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

const LINE_START = 0;
const TEXT = 1;
const AFTER_CR = 2;
const AFTER_DOT = 3;
const AFTER_DOT_CR = 4;
const ENDED = 5;

/** Up to here a loop over octets beats a call of Buffer.indexOf, and up to there one of copyWithin. */
const NEAR = 8;
const FAR = 32;
const LEAST_WINDOW = 2048;
const MOST_WINDOW = 65_536;

const LONE_CR = Buffer.from([CR]);

export class ContentScanner {
  /** Whether the end of the content has been seen. */
  ended = false;
  /** Whether a CR without LF or a LF without CR stood in the content. */
  bareNewline = false;
  private state = LINE_START;
  private readonly emit: (octets: Buffer) => void;

  /** @param emit receives content, dots removed, in order; never an empty buffer. */
  constructor(emit: (octets: Buffer) => void) {
    this.emit = emit;
  }

  /** Reads content from `from` and returns the index after the last octet that belongs to it. */
  scan(chunk: Buffer, from: number): number {
    const end = chunk.length;
    let state = this.state;
    let bare = this.bareNewline;
    let at = from;
    // [runStart, at) waits to be handed on. Once a stuffed dot has been removed, `copy` holds the chunk from `from` on,
    // and runs are moved up in it to close the gaps.
    let runStart = from;
    let copy: Buffer | undefined;
    let copied = 0;
    // Line ends are looked for in the text of a window, which grows: String.indexOf is the fastest search there is.
    let text = '';
    let window = LEAST_WINDOW / 8;
    let windowStart = 0;
    let windowEnd = 0;
    let nextCr = -1;
    let nextLf = -1;
    // Whether lines are long here, so that a look at the next octets one by one would not find their end.
    let far = false;
    if (state === AFTER_DOT_CR && at < end && chunk[at] !== LF) {
      this.emit(LONE_CR);
      state = AFTER_CR;
    }
    while (at < end) {
      if (state === LINE_START) {
        if (chunk[at] === DOT) {
          if (at + 2 < end) {
            if (chunk[at + 1] === CR && chunk[at + 2] === LF) {
              state = ENDED;
              break;
            }
            copy ??= Buffer.from(chunk.subarray(from));
          }
          if (copy !== undefined) copied = moveUp(copy, runStart - from, at - from, copied);
          else if (at > runStart) this.emit(chunk.subarray(runStart, at));
          runStart = ++at;
          state = AFTER_DOT;
          continue;
        }
        state = TEXT;
      } else if (state === AFTER_DOT) {
        state = TEXT;
        if (chunk[at] === CR) {
          state = AFTER_DOT_CR;
          at++;
          continue;
        }
      } else if (state === AFTER_CR) {
        if (chunk[at] === LF) {
          state = LINE_START;
          at++;
          continue;
        }
        bare = true;
        state = TEXT;
      } else if (state === AFTER_DOT_CR) {
        if (chunk[at] === LF) {
          // The dot came with an earlier chunk; of this one at most the CR has been read.
          runStart = at;
          state = ENDED;
          break;
        }
        bare = true;
        state = TEXT;
      }
      // The rest of the line, in one step where it ends in CRLF.
      const start = at;
      const near: number = far || at + NEAR > end ? at : at + NEAR;
      while (at < near && chunk[at] !== CR && chunk[at] !== LF) at++;
      if (at === near) {
        if (at >= windowEnd) {
          window = Math.min(window * 8, MOST_WINDOW);
          windowStart = at;
          windowEnd = Math.min(at + window, end);
          text = chunk.toString('latin1', at, windowEnd);
          nextCr = nextLf = -1;
        }
        if (nextCr < at) nextCr = find(text, '\r', at, windowStart, windowEnd);
        if (nextLf < at) nextLf = find(text, '\n', at, windowStart, windowEnd);
        at = nextCr < nextLf ? nextCr : nextLf;
        if (at === windowEnd) {
          far = true;
          continue;
        }
      }
      far = at - start > NEAR * 2;
      if (chunk[at] === LF) bare = true;
      else if (at + 1 < end && chunk[at + 1] === LF) {
        state = LINE_START;
        at++;
      } else state = AFTER_CR;
      at++;
    }
    this.state = state;
    this.bareNewline = bare;
    this.ended = state === ENDED;
    const runEnd = state === AFTER_DOT_CR ? runStart : at;
    if (copy !== undefined) {
      copied = moveUp(copy, runStart - from, runEnd - from, copied);
      if (copied > 0) this.emit(copy.subarray(0, copied));
    } else if (runEnd > runStart) this.emit(chunk.subarray(runStart, runEnd));
    if (state === ENDED) return chunk[at] === DOT ? at + 3 : at + 1;
    return at;
  }
}

function find(text: string, wanted: string, at: number, start: number, end: number): number {
  const found = text.indexOf(wanted, at - start);
  return found < 0 ? end : found + start;
}

/** Moves [from, to) to `offset`, which is not behind it, and returns the index after it. */
function moveUp(octets: Buffer, from: number, to: number, offset: number): number {
  const length = to - from;
  if (length > FAR) octets.copyWithin(offset, from, to);
  else for (let at = 0; at < length; at++) octets[offset + at] = octets[from + at]!;
  return offset + length;
}
