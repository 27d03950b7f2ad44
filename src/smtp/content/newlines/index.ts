/** Newlines of large pieces of content, by WebAssembly: five times as fast as the fastest way in JavaScript. */

import { CR, LF, SP } from '../../grammar/octets.ts';
import { NEWLINES_WASM } from './newlines-wasm.ts';

/** Octets that one call can look at. */
export const BLOCK = 65_536;
/** Octets from which a call is faster than JavaScript. */
export const WASM_MINIMUM = 256;

/** Neither a newline nor a dot. */
const NEUTRAL = SP;
/** Octets a step may read behind its input. */
const STEP = 32;

/** Where input and output begin in the memory. */
const IN = 64;
const OUT = 98_304;

/** As much of the global as is used here: the types for Node 20 leave it out. */
declare const WebAssembly:
  | {
      validate(octets: Uint8Array): boolean;
      readonly Module: new (octets: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: unknown };
    }
  | undefined;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly bare: { value: number };
  readonly out: { value: number };
  survey(pair: number, end: number): number;
  unstuff(from: number, end: number): number;
}

/** The octet before the input, as far as it matters. */
export type Before = 'cr' | 'line-start' | 'text';

/**
 * Scans one block of content at a time; indexes are relative to the block. All connections share it: every use begins
 * with `load` and is synchronous.
 */
class NewlineScan {
  readonly #exports: Exports;
  readonly #memory: Buffer;
  #end = IN;

  constructor(exports: Exports) {
    this.#exports = exports;
    this.#memory = Buffer.from(exports.memory.buffer);
  }

  /** Takes [from, to) of a chunk, at most `BLOCK` octets. A CR at its end is left undecided. */
  load(chunk: Buffer, from: number, to: number, before: Before): void {
    const memory = this.#memory;
    const end = IN + to - from;
    memory[IN - 2] = before === 'line-start' ? CR : NEUTRAL;
    memory[IN - 1] = before === 'line-start' ? LF : before === 'cr' ? CR : NEUTRAL;
    chunk.copy(memory, IN, from, to);
    memory.fill(NEUTRAL, end, end + STEP);
    if (chunk[to - 1] === CR) memory[end] = LF;
    this.#end = end;
    this.#exports.bare.value = 0;
  }

  /** Whether a bare CR or LF was seen since `load`. */
  get bare(): boolean {
    return this.#exports.bare.value !== 0;
  }

  /** Scans the whole block; true as soon as it has seen a bare CR or LF. */
  findBare(): boolean {
    let pair = IN - 1;
    while (pair < this.#end && !this.bare) pair = this.#exports.survey(pair, this.#end);
    return this.bare;
  }

  /** Index of the first dot at the start of a line, or the length of the block. */
  findDot(): number {
    const memory = this.#memory;
    let at = this.#exports.survey(IN - 1, this.#end);
    while (at < this.#end && memory[at - 2] !== CR) at = this.#exports.survey(at, this.#end);
    return at - IN;
  }

  /**
   * Goes on behind a dot that was dropped, and drops those at the start of lines.
   *
   * @returns the index of the dot that ends the content or is too near the end of the block to tell, or the length of
   *   the block; `octets` is what is left of what stood before, until the next `load`.
   */
  unstuff(from: number): { at: number; octets: Buffer } {
    const { out, unstuff } = this.#exports;
    out.value = OUT;
    const at = unstuff(IN + from, this.#end) - IN;
    return { at, octets: this.#memory.subarray(OUT, out.value) };
  }
}

/** Undefined where the processor has no SIMD or WebAssembly is switched off: then content is read octet by octet. */
export const newlines: NewlineScan | undefined = load();

function load(): NewlineScan | undefined {
  const octets = Buffer.from(NEWLINES_WASM, 'base64');
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(octets)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(octets));
  return new NewlineScan(exports as Exports);
}
