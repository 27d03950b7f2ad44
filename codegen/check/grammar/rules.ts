import type { Production, Rule } from '../../../spec/types.ts';
import { leading, literalOctets, longest, type Rules, rulesOf, skips } from '../../grammar.ts';
import { checkProductions } from './productions.ts';
import { type Path, type Report, show, suggest } from '../diagnostic.ts';
import { checkNamed } from '../rows/layouts.ts';
import type { At, Subject } from '../subject.ts';

/** Octets of a line whose ends of fields fit seven bits each. */
const LONGEST_LINE = 127;
/** Ends of fields that `Scan.marks` has room for. */
const MOST_FIELDS = 4;

/** The version 1 grammar: every rule is there, is reached, can be scanned, and is as long as the standard says. */
export function checkGrammar(subject: Subject, report: Report): void {
  const { v1, partial } = subject;
  if (partial.has('v1') || v1.length === 0) return;
  const rules = rulesOf(v1.map(({ row }) => row));
  for (const at of v1) checkConnection(at, subject, report);
  const known = checkReferences(v1, rules, report);
  if (!known || !checkCycles(v1, report)) return;
  checkReached(v1, report);
  for (const at of v1) checkProductions(at, rules, report);
  for (const { row, path } of v1) {
    const fields = references(row.is, [...path, 'is'], 'field');
    if (fields.length > MOST_FIELDS) {
      const message = `${show(row.name)} has ${fields.length} fields, and there is room for ${MOST_FIELDS}`;
      report.add('too-many-fields', fields[MOST_FIELDS]!.path, message);
    }
  }
  checkLongest(v1, rules, report);
}

/** Family and transport that a rule stands for are there, both or neither. */
function checkConnection({ row, path }: At<Rule>, subject: Subject, report: Report): void {
  if (row.family === undefined && row.transport === undefined) return;
  for (const key of ['family', 'transport'] as const) {
    const name = row[key];
    if (name === undefined) {
      const message = `a rule has family and transport, or neither; ${show(row.name)} has no ${key}`;
      report.add('missing-property', path, message);
    } else checkNamed(key, name, path, subject, report);
  }
}

interface Reference {
  readonly name: string;
  readonly path: Path;
}

/** The rules or fields that a production names, and where. */
function references(production: Production, path: Path, kind: 'rule' | 'field'): readonly Reference[] {
  if (typeof production === 'string' || 'skip' in production) return [];
  if ('rule' in production)
    return kind === 'rule' ? [{ name: production.rule, path: [...path, 'rule'] }] : [];
  if ('field' in production)
    return kind === 'field' ? [{ name: production.field, path: [...path, 'field'] }] : [];
  if ('opt' in production) return references(production.opt, [...path, 'opt'], kind);
  const [key, parts] =
    'seq' in production ? (['seq', production.seq] as const) : (['alt', production.alt] as const);
  return parts.flatMap((part, i) => references(part, [...path, key, i], kind));
}

function rulesIn({ row, path }: At<Rule>): readonly Reference[] {
  return references(row.is, [...path, 'is'], 'rule');
}

function checkReferences(v1: readonly At<Rule>[], rules: Rules, report: Report): boolean {
  const missing = v1.flatMap((at) => rulesIn(at)).filter(({ name }) => !rules.has(name));
  for (const { name, path } of missing)
    report.add('unknown-rule', path, `no rule is called ${show(name)}; ${suggest(name, [...rules.keys()])}`);
  return missing.length === 0;
}

function checkCycles(v1: readonly At<Rule>[], report: Report): boolean {
  const byName = new Map(v1.map((at) => [at.row.name, at]));
  const below = (name: string, seen: Set<string>): Set<string> => {
    for (const reference of rulesIn(byName.get(name)!)) {
      if (seen.has(reference.name)) continue;
      seen.add(reference.name);
      below(reference.name, seen);
    }
    return seen;
  };
  const cyclic = v1.filter(({ row }) => below(row.name, new Set()).has(row.name));
  for (const { row, path } of cyclic.slice(0, 1)) {
    const names = cyclic.map((at) => at.row.name).join(', ');
    report.add(
      'rule-cycle',
      path,
      `${show(row.name)} refers to itself through ${names}; a line has an end, so write it out`,
    );
  }
  return cyclic.length === 0;
}

function checkReached(v1: readonly At<Rule>[], report: Report): void {
  const byName = new Map(v1.map((at) => [at.row.name, at]));
  const reached = new Set(['header']);
  for (const name of reached) {
    const at = byName.get(name);
    if (at !== undefined) for (const reference of rulesIn(at)) reached.add(reference.name);
  }
  if (!byName.has('header')) return;
  for (const { row, path } of v1) {
    if (reached.has(row.name)) continue;
    const message = `${show(row.name)} can not be reached from header; refer to it with { rule: ${show(row.name)} }, or take it out`;
    report.add('unreachable-rule', path, message);
  }
}

/**
 * The stated maxima against the grammar. An ignored rest is counted as long as the longest that stands behind the
 * keyword of another rule: the standard's worst case, where it holds two IPv6 addresses and two ports.
 */
function checkLongest(v1: readonly At<Rule>[], rules: Rules, report: Report): void {
  const header = rules.get('header');
  if (header === undefined) return;
  const described = v1.filter(({ row }) => row.family !== undefined);
  const keyword = (row: Rule): number => leading(row.is, rules).trimEnd().length;
  const plain = described.filter(({ row }) => !skips(row.is, rules));
  const rest = Math.max(0, ...plain.map(({ row }) => longest(row.is, rules) - keyword(row)));
  const longestOf = (row: Rule): number =>
    skips(row.is, rules) ? keyword(row) + rest : longest(row.is, rules);
  const around = literalOctets(header.is);
  const lines = new Map(described.map(({ row }) => [row.name, around + longestOf(row)]));
  lines.set('header', Math.max(0, ...lines.values()));
  for (const { row, path } of v1) {
    const line = lines.get(row.name);
    if (row.longest > LONGEST_LINE) {
      const message = `${row.longest} octets are more than the ${LONGEST_LINE} that the scanner can note ends of fields in`;
      report.add('line-too-long', [...path, 'longest'], message);
    } else if (line !== undefined && line !== row.longest) {
      const message = `the longest line of ${show(row.name)} is stated as ${row.longest} octets, and the grammar gives ${line}`;
      report.add('longest-differs', [...path, 'longest'], message);
    }
  }
}
