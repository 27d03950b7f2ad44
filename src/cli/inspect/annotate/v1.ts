import type { Production, Ref, Rule } from '../../../../spec/types.ts';
import { escapeText } from '../../../wire/messages/escape.ts';
import { latin1 } from '../../../wire/index.ts';
import { showRef } from './annotation.ts';
import type { Annotation } from './annotation.ts';

/**
 * Annotates a version 1 line by its grammar, as far as the octets follow it.
 *
 * @param octets the line, or its beginning
 * @param rules the grammar; reading begins at the first rule
 */
export function annotateV1(octets: Uint8Array, rules: readonly Rule[]): Annotation[] {
  const reader = new LineReader(octets, rules);
  const start = rules[0];
  if (start !== undefined) reader.read(start.is, start);
  return reader.finish();
}

class LineReader {
  readonly #line: Uint8Array;
  readonly #rules: readonly Rule[];
  readonly #found: Annotation[] = [];
  #at = 0;

  constructor(line: Uint8Array, rules: readonly Rule[]) {
    this.#line = line;
    this.#rules = rules;
  }

  /** Reads one production; false when the octets do not follow it. */
  read(production: Production, rule: Rule): boolean {
    if (typeof production === 'string') return this.#literal(production, rule);
    if ('seq' in production) return production.seq.every((part) => this.read(part, rule));
    if ('alt' in production) {
      const chosen = production.alt.find((part) => this.#starts(part));
      return chosen !== undefined && this.read(chosen, rule);
    }
    if ('opt' in production) return !this.#starts(production.opt) || this.read(production.opt, rule);
    if ('rule' in production) {
      const named = this.#rules.find(({ name }) => name === production.rule);
      return named !== undefined && this.read(named.is, named);
    }
    if ('skip' in production) return this.#take(/^[^\r\n]*/u, 'ignored', () => 'means nothing', rule.ref);
    return this.#take(/^[^ \r\n]+/u, production.field, (text) => text, rule.ref);
  }

  /** What was found, and the octets that follow no rule. */
  finish(): Annotation[] {
    if (this.#at < this.#line.length) {
      const rest = this.#line.subarray(this.#at);
      this.#found.push({ ...this.#note(rest, '?', `"${escapeText(textOf(rest))}"`), section: '' });
    }
    return this.#found;
  }

  #starts(production: Production): boolean {
    if (typeof production === 'string') return textOf(this.#line, this.#at).startsWith(production);
    if ('seq' in production) return production.seq[0] !== undefined && this.#starts(production.seq[0]);
    if (!('rule' in production)) return false;
    const named = this.#rules.find(({ name }) => name === production.rule);
    return named !== undefined && this.#starts(named.is);
  }

  #literal(text: string, rule: Rule): boolean {
    const octets = this.#line.subarray(this.#at, this.#at + text.length);
    if (textOf(octets) !== text) return false;
    const word = text.trim();
    const section = showRef(rule.ref);
    const meaning = rule === this.#rules[0] ? 'PROXY protocol version 1' : rule.doc;
    if (text === '\r\n') this.#found.push({ ...this.#note(octets, 'CRLF', 'end of the line'), section });
    else if (word !== '') this.#found.push({ ...this.#note(octets, word, meaning), section });
    this.#at += text.length;
    return true;
  }

  #take(pattern: RegExp, field: string, meaning: (text: string) => string, ref: Ref): boolean {
    const text = pattern.exec(textOf(this.#line, this.#at))?.[0];
    if (text === undefined) return false;
    const octets = this.#line.subarray(this.#at, this.#at + text.length);
    this.#found.push({ ...this.#note(octets, field, escapeText(meaning(text))), section: showRef(ref) });
    this.#at += text.length;
    return true;
  }

  #note(octets: Uint8Array, field: string, meaning: string): Omit<Annotation, 'section'> {
    return { offset: this.#at, octets, field, meaning, depth: 0 };
  }
}

function textOf(octets: Uint8Array, from = 0): string {
  return latin1(octets, from, octets.length);
}
