import { isIPv4, isIPv6 } from 'node:net';
import type { Production, Word } from '../../../spec/types.ts';
import type { Rules } from '../../grammar.ts';
import { canonical } from './read-header.ts';
import type { Reading } from './read-value.ts';

/** Reads a whole version 1 line by the rule called header; `through` are the rules that matched. */
export function readLine(line: string, rules: Rules): Reading & { readonly through?: readonly string[] } {
  const header = rules.get('header');
  if (header === undefined) return { fault: 'there is no rule called header' };
  const match: Match = { line, rules, means: {}, through: [], depth: 0 };
  const end = matches(header.is, 0, match);
  if (end === undefined) return { fault: 'no alternative of the grammar matches' };
  if (end < line.length) return { fault: `octets are left from ${end}` };
  return { means: match.means, through: match.through };
}

interface Match {
  readonly line: string;
  readonly rules: Rules;
  readonly means: Record<string, string | number>;
  readonly through: string[];
  depth: number;
}

/** Where the production ends that begins at `at`; undefined where it does not match. */
function matches(production: Production, at: number, match: Match): number | undefined {
  const { line, rules, means } = match;
  if (typeof production === 'string')
    return line.startsWith(production, at) ? at + production.length : undefined;
  if ('seq' in production) {
    let end: number | undefined = at;
    for (const part of production.seq) if (end !== undefined) end = matches(part, end, match);
    return end;
  }
  if ('alt' in production) {
    for (const part of production.alt) {
      const end = matches(part, at, match);
      if (end !== undefined) return end;
    }
    return undefined;
  }
  if ('opt' in production) return matches(production.opt, at, match) ?? at;
  if ('rule' in production) {
    const rule = rules.get(production.rule);
    if (rule === undefined || match.depth > rules.size) return undefined;
    match.depth++;
    const end = matches(rule.is, at, match);
    match.depth--;
    if (end !== undefined) match.through.push(rule.name);
    return end;
  }
  if ('skip' in production) {
    const end = line.indexOf('\r\n', at);
    return end < 0 ? line.length : end;
  }
  const word = /[0-9A-Fa-f:.]*/y;
  word.lastIndex = at;
  const text = word.exec(line)?.[0] ?? '';
  const value = READ[production.is](text);
  if (value === undefined) return undefined;
  means[production.field] = value;
  return at + text.length;
}

const READ: Readonly<Record<Word, (text: string) => string | number | undefined>> = {
  ipv4: (text) => (isIPv4(text) ? text : undefined),
  ipv6: (text) => (isIPv6(text) ? canonical(text) : undefined),
  port: (text) => (/^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 0xffff ? Number(text) : undefined),
};
