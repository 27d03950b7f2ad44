/**
 * The scanner of message content after DATA (RFC 5321 4.1.1.4, 4.5.2, 2.3.8).
 *
 * The one end is CRLF "." CRLF, or "." CRLF as the first line. A leading dot is removed only after CRLF; every other
 * octet passes unchanged. Octets are handed on as subarrays of what came in, or, where dots were removed, compacted and
 * borrowed; nothing is kept but a CR that may belong to the end.
 */

import type { Take } from './content-sink.ts';
import { BLOCK, newlines, WASM_MINIMUM } from './newlines/index.ts';
import { CR, DOT, LF } from '../grammar/octets.ts';

const LINE_START = 0;
const TEXT = 1;
const AFTER_CR = 2;
const AFTER_DOT = 3;
const AFTER_DOT_CR = 4;
const ENDED = 5;

const LONE_CR = Buffer.from([CR]);

export class DataScanner {
  /** Whether a CR without LF or a LF without CR stood in the content. */
  bareNewline = false;
  private state = LINE_START;
  private readonly emit: Take;

  /** @param emit receives content, dots removed, in order; never an empty buffer. */
  constructor(emit: Take) {
    this.emit = emit;
  }

  /** Whether the end of the content has been seen. */
  get ended(): boolean {
    return this.state === ENDED;
  }

  /** Reads content from `from` and returns the index after the last octet that belongs to it. */
  scan(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && this.state !== ENDED) {
      at = this.canStride(chunk, at) ? this.stride(chunk, at) : this.step(chunk, at);
    }
    return at;
  }

  private canStride(chunk: Buffer, at: number): boolean {
    return this.state <= TEXT && chunk.length - at >= WASM_MINIMUM && newlines !== undefined;
  }

  /** Octet by octet, up to the end of the chunk, of the content, or to where a stride can begin. */
  private step(chunk: Buffer, from: number): number {
    const { length } = chunk;
    let { state } = this;
    // [run, at) waits to be handed on.
    let run = from;
    let at = from;
    if (state === AFTER_DOT_CR && chunk[at] !== LF) this.emit(LONE_CR, false);
    do {
      const octet = chunk[at++]!;
      if (state === LINE_START && octet === DOT) {
        this.pass(chunk, run, at - 1);
        run = at;
        state = AFTER_DOT;
      } else if (octet === CR) {
        if (state === AFTER_CR || state === AFTER_DOT_CR) this.bareNewline = true;
        state = state === AFTER_DOT ? AFTER_DOT_CR : AFTER_CR;
      } else if (octet === LF && state === AFTER_DOT_CR) {
        this.state = ENDED;
        return at;
      } else if (octet === LF && state === AFTER_CR) {
        state = LINE_START;
      } else {
        if (octet === LF || state === AFTER_CR || state === AFTER_DOT_CR) this.bareNewline = true;
        state = TEXT;
      }
      this.state = state;
    } while (at < length && !this.canStride(chunk, at));
    this.pass(chunk, run, state === AFTER_DOT_CR ? at - 1 : at);
    return at;
  }

  /** A block at once; what cannot be decided at its end is left. */
  private stride(chunk: Buffer, from: number): number {
    const scan = newlines!;
    const end = Math.min(chunk.length, from + BLOCK);
    scan.load(chunk, from, end, this.state === LINE_START ? 'line-start' : 'text');
    let at = from + scan.findDot();
    this.pass(chunk, from, at);
    if (at + 2 < end && !isEnd(chunk, at)) {
      const rest = scan.unstuff(at + 1 - from);
      at = from + rest.at;
      if (rest.octets.length > 0) this.emit(rest.octets, true);
    }
    if (scan.bare) this.bareNewline = true;
    if (at < end) {
      const ended = at + 2 < end;
      this.state = ended ? ENDED : LINE_START;
      return ended ? at + 3 : at;
    }
    const last = chunk[end - 1];
    this.state = last === CR ? AFTER_CR : last === LF && chunk[end - 2] === CR ? LINE_START : TEXT;
    return end;
  }

  private pass(chunk: Buffer, from: number, to: number): void {
    if (to > from) this.emit(chunk.subarray(from, to), false);
  }
}

/** Whether the dot at `at` stands alone on its line. */
function isEnd(chunk: Buffer, at: number): boolean {
  return chunk[at + 1] === CR && chunk[at + 2] === LF;
}
