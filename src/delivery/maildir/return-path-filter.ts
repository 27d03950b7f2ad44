const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const NAME = 'return-path';
/** The most octets held back: a name followed by more white space is not taken for the field. */
const LONGEST_START = 78;
const NOTHING = Buffer.alloc(0);

/** What is done with the line that begins somewhere; `undecided` when that depends on octets that have not come. */
type Action = 'keep' | 'drop' | 'body' | 'undecided';

/**
 * Takes `Return-Path` fields out of a message's header section, wherever the stream is cut, so that the one the
 * final delivery adds is the only one (RFC 5321 section 4.4). Every other octet passes untouched, and nothing is
 * copied except the start or the end of a line that was cut.
 *
 * A line ends with CRLF or LF. Where the first line of a message ends with CR alone, the others may, too (BINARYMIME,
 * `bareNewlines: 'preserve'`). In any message the field that is taken out ends with the first CR or LF at the latest, so
 * that nothing behind it is lost.
 */
export class ReturnPathFilter {
  /** The start of a line that may still be such a field, or a CR that LF may follow. */
  #held: Buffer = NOTHING;
  #where: 'line start' | 'kept line' | 'dropped line' | 'body' = 'line start';
  /** Whether the field before this line was dropped, so that its continuation lines are too. */
  #dropping = false;
  /** Whether CR alone ends a line; undefined until the first line has ended. */
  #endedByCr: boolean | undefined;

  /** The octets of `chunk`, and any held back before it, that may pass now; `[]` when none. */
  push(chunk: Buffer): Buffer[] {
    if (this.#where === 'body') return [chunk];
    const input = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = NOTHING;
    return this.#scan(input);
  }

  /** What is still held back when the message ends. */
  end(): Buffer {
    const held = this.#where === 'dropped line' ? NOTHING : this.#held;
    this.#held = NOTHING;
    return held;
  }

  #scan(input: Buffer): Buffer[] {
    const passed: Buffer[] = [];
    let kept = 0;
    let at = 0;
    while (at < input.length && this.#where !== 'body') {
      if (this.#where === 'line start') {
        const action = this.#actionFor(input, at);
        if (action === 'undecided') break;
        this.#where = STATE_AFTER[action];
        if (action === 'body') continue;
      }
      const next = this.#lineEnd(input, at);
      if (this.#where === 'dropped line') {
        if (at > kept) passed.push(input.subarray(kept, at));
        kept = next.at;
      }
      at = next.at;
      if (next.found) this.#where = 'line start';
      else break;
    }
    // What is left behind `at` in the header section waits for octets that decide on it.
    const end = this.#where === 'body' ? input.length : at;
    if (end > kept) passed.push(kept === 0 && end === input.length ? input : input.subarray(kept, end));
    if (end < input.length) this.#held = Buffer.from(input.subarray(end));
    return passed;
  }

  /** Where the line ends that `at` stands in, or as far as it is certain that it does not. */
  #lineEnd(input: Buffer, at: number): { at: number; found: boolean } {
    if (this.#where === 'kept line' && this.#endedByCr === false) {
      const lineFeed = input.indexOf(LF, at);
      return lineFeed < 0 ? { at: input.length, found: false } : { at: lineFeed + 1, found: true };
    }
    let end = at;
    while (end < input.length && input[end] !== LF && input[end] !== CR) end++;
    if (end === input.length) return { at: end, found: false };
    if (input[end] === CR && end + 1 === input.length) return { at: end, found: false };
    const bare = input[end] === CR && input[end + 1] !== LF;
    this.#endedByCr ??= bare;
    return { at: end + (input[end] === CR && !bare ? 2 : 1), found: true };
  }

  #actionFor(input: Buffer, at: number): Action {
    const first = input[at];
    if (first === SPACE || first === TAB) return this.#dropping ? 'drop' : 'keep';
    this.#dropping = false;
    if (first === LF) return 'body';
    if (first === CR) {
      if (at + 1 === input.length) return 'undecided';
      return input[at + 1] === LF || this.#endedByCr !== false ? 'body' : 'keep';
    }
    const start = startsField(input, at);
    this.#dropping = start === 'drop';
    return start;
  }
}

const STATE_AFTER = { keep: 'kept line', drop: 'dropped line', body: 'body' } as const;

/** Whether a line begins with `Return-Path`, white space (RFC 5322 section 4.5 allows it) and a colon. */
function startsField(input: Buffer, at: number): 'keep' | 'drop' | 'undecided' {
  for (let index = 0; index < NAME.length; index++) {
    const octet = input[at + index];
    if (octet === undefined) return 'undecided';
    const lower = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
    if (lower !== NAME.charCodeAt(index)) return 'keep';
  }
  for (let index = NAME.length; index < LONGEST_START; index++) {
    const octet = input[at + index];
    if (octet === undefined) return 'undecided';
    if (octet === COLON) return 'drop';
    if (octet !== SPACE && octet !== TAB) return 'keep';
  }
  return 'keep';
}
