import type { Production, Rule, Spec } from '../../../spec/types.ts';
import { type Header, hexOf } from '../outcome.ts';
import { Fault, Need, type Reading } from './verdict.ts';
import { either, groupsOf, ipv4, spelled, words } from './words.ts';

/** Reads a version 1 line by walking the grammar in the tables, octet by octet. */
export function interpretLine(spec: Spec, octets: Uint8Array, reading: Reading): Header & { length: number } {
  const reader = new LineReader(spec, octets, reading);
  const length = reader.walk(spec.v1[0]!.is, 0);
  const { rule, fields, skipped } = reader;
  if (rule?.family === undefined) throw new Error('a rule without a family');
  return {
    length,
    version: 1,
    command: null,
    family: rule.family,
    protocol: rule.transport!,
    srcAddr: address(fields['srcAddr']),
    srcPort: number(fields['srcPort']),
    dstAddr: address(fields['dstAddr']),
    dstPort: number(fields['dstPort']),
    rest: hexOf(Uint8Array.from(skipped, (character) => character.charCodeAt(0))),
    tlvStart: null,
    tlvs: null,
    values: null,
  };
}

/** Octets of the shortest line. */
export function shortestLine(spec: Spec, production: Production = spec.v1[0]!.is): number {
  if (typeof production === 'string') return production.length;
  if ('rule' in production) return shortestLine(spec, ruleOf(spec, production.rule).is);
  if ('seq' in production) return production.seq.reduce((sum, each) => sum + shortestLine(spec, each), 0);
  if ('alt' in production) return Math.min(...production.alt.map((each) => shortestLine(spec, each)));
  if ('field' in production) return { ipv4: '0.0.0.0', ipv6: '::', port: '0' }[production.is].length;
  return 0;
}

class LineReader {
  rule: Rule | undefined;
  fields: Record<string, string> = {};
  skipped = '';
  readonly #spec: Spec;
  readonly #octets: Uint8Array;
  readonly #text: string;
  readonly #reading: Reading;

  constructor(spec: Spec, octets: Uint8Array, reading: Reading) {
    this.#spec = spec;
    this.#octets = octets;
    this.#text = String.fromCharCode(...octets.subarray(0, 200));
    this.#reading = reading;
  }

  /** The offset behind what the production matches at `at`. */
  walk(production: Production, at: number): number {
    if (typeof production === 'string') return this.#literal(production, at);
    if ('rule' in production) {
      this.rule = ruleOf(this.#spec, production.rule);
      return this.walk(this.rule.is, at);
    }
    if ('seq' in production) return production.seq.reduce((p, each) => this.walk(each, p), at);
    if ('alt' in production) return this.#furthest(production.alt, at);
    if ('field' in production) return this.#word(production, at);
    if ('skip' in production) return this.#skip(at);
    if (this.#at(at) !== firstOf(production.opt)) return at;
    const end = this.walk(production.opt, at);
    this.skipped = this.#text.slice(at, end);
    return end;
  }

  #literal(literal: string, at: number): number {
    for (let i = 0; i < literal.length; i++) {
      if (this.#at(at + i) !== literal[i]) throw this.#fault(errorOf(literal, i, at === 0), at + i);
    }
    return at + literal.length;
  }

  /** Of alternatives the one that matches, or else what the one that got furthest says. */
  #furthest(alternatives: readonly Production[], at: number): number {
    let furthest: Fault | undefined;
    for (const each of alternatives) {
      try {
        return this.walk(each, at);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (furthest === undefined || error.offset > furthest.offset) furthest = error;
      }
    }
    throw furthest!;
  }

  #word({ field, is }: { field: string; is: keyof typeof words }, at: number): number {
    const word = is !== 'port' && this.#reading.mixedFamilies ? either : words[is];
    let end = at;
    while (word.begins(this.#text.slice(at, end) + this.#at(end))) end++;
    const text = this.#text.slice(at, end);
    if (!word.is(text) || word.goesOn(text, this.#at(end))) {
      throw this.#fault(`V1_BAD_${is.toUpperCase()}`, end);
    }
    this.fields[field] = text;
    return end;
  }

  #skip(at: number): number {
    const last = this.#spec.v1[0]!.longest - '\r\n'.length;
    for (let p = at; ; p++) {
      if (this.#at(p) === '\r') return p;
      if (this.#at(p) === '\n') throw this.#fault('V1_BAD_LINE_END', p);
      if (p >= last) throw this.#fault('V1_TOO_LONG', p);
    }
  }

  #at(offset: number): string {
    const n = this.#octets.length;
    if (offset >= n) throw new Need(Math.max(n + 1, shortestLine(this.#spec)));
    return this.#text[offset]!;
  }

  #fault(name: string, offset: number): Fault {
    return new Fault(this.#spec, name, offset);
  }
}

/** What is wrong where octet `index` of a literal should stand. */
function errorOf(literal: string, index: number, first: boolean): string {
  if (first) return literal[index] === ' ' ? 'V1_BAD_SEPARATOR' : 'BAD_SIGNATURE';
  if (literal === ' ') return 'V1_BAD_SEPARATOR';
  return literal === '\r\n' ? 'V1_BAD_LINE_END' : 'V1_BAD_KEYWORD';
}

function ruleOf(spec: Spec, name: string): Rule {
  return spec.v1.find((rule) => rule.name === name)!;
}

function firstOf(production: Production): string {
  if (typeof production === 'string') return production[0]!;
  if (typeof production === 'object' && 'seq' in production) return firstOf(production.seq[0]!);
  throw new Error('an optional part begins with a literal');
}

function address(text: string | undefined): string | null {
  if (text === undefined) return null;
  return ipv4.is(text) ? text : spelled(groupsOf(text)!);
}

function number(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
