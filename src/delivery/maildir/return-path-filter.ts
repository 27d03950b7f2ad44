const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const NAME = 'return-path';
/** The most octets held back: a name followed by more white space is not taken for the field. */
const LONGEST_START = 78;
const NOTHING = Buffer.alloc(0);

/**
 * Takes `Return-Path` fields out of a message's header section, wherever the stream is cut, so that the one the
 * final delivery adds is the only one (RFC 5321 section 4.4). Every other octet passes untouched, and nothing is
 * copied except the start of a line that was cut.
 */
export class ReturnPathFilter {
  /** The start of a line that may still be such a field. */
  #held: Buffer = NOTHING;
  #where: 'line start' | 'kept line' | 'dropped line' | 'body' = 'line start';
  /** Whether the field before this line was dropped, so that its continuation lines are too. */
  #dropping = false;

  /** The octets of `chunk`, and any held back before it, that may pass now; `[]` when none. */
  push(chunk: Buffer): Buffer[] {
    if (this.#where === 'body') return [chunk];
    const input = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = NOTHING;
    return this.#scan(input);
  }

  /** What is still held back when the message ends. */
  end(): Buffer {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }

  #scan(input: Buffer): Buffer[] {
    const passed: Buffer[] = [];
    let kept = 0;
    let at = 0;
    while (at < input.length) {
      if (this.#where === 'line start') {
        const action = this.#actionFor(input, at);
        if (action === 'body') break;
        if (action === 'undecided') {
          this.#held = Buffer.from(input.subarray(at));
          if (at > kept) passed.push(input.subarray(kept, at));
          return passed;
        }
        const drop = action === 'drop';
        if (drop && at > kept) passed.push(input.subarray(kept, at));
        this.#where = drop ? 'dropped line' : 'kept line';
        if (drop) kept = at;
      }
      const lineEnd = input.indexOf(LF, at);
      const next = lineEnd < 0 ? input.length : lineEnd + 1;
      if (this.#where === 'dropped line') kept = next;
      if (lineEnd >= 0) this.#where = 'line start';
      at = next;
    }
    if (input.length > kept) passed.push(kept === 0 ? input : input.subarray(kept));
    return passed;
  }

  /** What is done with the line that begins at `at`. */
  #actionFor(input: Buffer, at: number): 'keep' | 'drop' | 'body' | 'undecided' {
    const first = input[at];
    if (first === SPACE || first === TAB) return this.#dropping ? 'drop' : 'keep';
    this.#dropping = false;
    if (first === LF) return this.#enterBody();
    if (first === CR) {
      if (at + 1 === input.length) return 'undecided';
      return input[at + 1] === LF ? this.#enterBody() : 'keep';
    }
    const start = startsField(input, at);
    this.#dropping = start === 'drop';
    return start;
  }

  #enterBody(): 'body' {
    this.#where = 'body';
    return 'body';
  }
}

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
    if (octet === 0x3a) return 'drop';
    if (octet !== SPACE && octet !== TAB) return 'keep';
  }
  return 'keep';
}
