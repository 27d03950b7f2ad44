import type { Production, Rule, Word } from '../spec/types.ts';

/** Questions about the version 1 grammar that checker and emitters share. */

/** Octets of the longest and the shortest spelling of each word. */
const WORDS: Readonly<Record<Word, { longest: number; shortest: number }>> = {
  ipv4: { longest: '255.255.255.255'.length, shortest: '0.0.0.0'.length },
  ipv6: { longest: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'.length, shortest: '::'.length },
  port: { longest: '65535'.length, shortest: '0'.length },
};

export type Rules = ReadonlyMap<string, Rule>;

export function rulesOf(rules: readonly Rule[]): Rules {
  return new Map(rules.map((rule) => [rule.name, rule]));
}

/** A production with rules replaced by what they stand for, as one list. */
export function flatten(production: Production): readonly Production[] {
  if (typeof production === 'string') return [production];
  if ('seq' in production) return production.seq.flatMap((part) => flatten(part));
  return [production];
}

/** Octets of the literals of a sequence: what all its lines have in common. */
export function literalOctets(production: Production): number {
  return flatten(production).reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0);
}

/** The literal that a production begins with; empty where it begins with anything else. */
export function leading(production: Production, rules: Rules): string {
  if (typeof production === 'string') return production;
  if ('seq' in production) return production.seq.length === 0 ? '' : leading(production.seq[0]!, rules);
  if ('rule' in production) {
    const rule = rules.get(production.rule);
    return rule === undefined ? '' : leading(rule.is, rules);
  }
  return '';
}

/** The production without the first `count` octets of its leading literal. */
export function without(production: Production, count: number, rules: Rules): Production {
  if (count === 0) return production;
  if (typeof production === 'string') return production.slice(count);
  if ('seq' in production) {
    const [first, ...rest] = production.seq;
    return { seq: [without(first!, count, rules), ...rest] };
  }
  if ('rule' in production) return without(rules.get(production.rule)!.is, count, rules);
  return production;
}

/** Octets of the longest text, ignored rest not counted. */
export function longest(production: Production, rules: Rules): number {
  return measure(production, rules, 'longest');
}

/** Octets of the shortest text. */
export function shortest(production: Production, rules: Rules): number {
  return measure(production, rules, 'shortest');
}

function measure(production: Production, rules: Rules, which: 'longest' | 'shortest'): number {
  if (typeof production === 'string') return production.length;
  if ('seq' in production) return production.seq.reduce((sum, part) => sum + measure(part, rules, which), 0);
  if ('alt' in production) {
    const sizes = production.alt.map((part) => measure(part, rules, which));
    return which === 'longest' ? Math.max(...sizes) : Math.min(...sizes);
  }
  if ('opt' in production) return which === 'longest' ? measure(production.opt, rules, which) : 0;
  if ('rule' in production) return measure(rules.get(production.rule)?.is ?? '', rules, which);
  if ('field' in production) return WORDS[production.is][which];
  return 0;
}

/** Whether an ignored rest is in it, so that only the bound of the line ends it. */
export function skips(production: Production, rules: Rules): boolean {
  if (typeof production === 'string' || 'field' in production) return false;
  if ('skip' in production) return true;
  if ('opt' in production) return skips(production.opt, rules);
  if ('rule' in production) return skips(rules.get(production.rule)?.is ?? '', rules);
  return ('seq' in production ? production.seq : production.alt).some((part) => skips(part, rules));
}

/** The named words of a production, in order. */
export function fieldsOf(production: Production): readonly { field: string; is: Word }[] {
  if (typeof production === 'string' || 'skip' in production || 'rule' in production) return [];
  if ('field' in production) return [production];
  if ('opt' in production) return fieldsOf(production.opt);
  return ('seq' in production ? production.seq : production.alt).flatMap(fieldsOf);
}
