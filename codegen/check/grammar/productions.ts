import type { Production, Rule } from '../../../spec/types.ts';
import { leading, type Rules } from '../../grammar.ts';
import { type Path, type Report, show } from '../diagnostic.ts';
import { checkEndpoint } from '../endpoints.ts';
import type { At } from '../subject.ts';

/** Octets that a word can be made of, so that none of them can end it. */
const WORD = /^[0-9A-Fa-f:.]/;
const LINE_END = '\r\n';

/** Whether a rule is one that can be scanned octet by octet, without going back. */
export function checkProductions({ row, path }: At<Rule>, rules: Rules, report: Report): void {
  const place = [...path, 'is'];
  const parts = partsOf(row.is, place);
  if (row.name === 'header') {
    const [first, last] = [parts[0], parts.at(-1)];
    if (typeof first?.part !== 'string' || first.part === '')
      report.add(
        'unsupported-grammar',
        place,
        'a line begins with a literal that tells version 1; put one first',
      );
    if (last?.part !== LINE_END)
      report.add('unsupported-grammar', place, `a line ends with the literal ${show(LINE_END)}; put it last`);
  }
  walk(row.is, place, { rule: row, rules, report });
  parts.forEach(({ part, path: at }, i) => {
    const before = parts[i - 1]?.part;
    const after = parts[i + 1]?.part;
    if (isField(part)) {
      if (row.family === undefined) refuse(at, 'a field stands in a rule with family and transport only');
      if (typeof before !== 'string' || before === '')
        refuse(at, 'a field stands behind a literal; put one before it');
      if (after !== undefined && (typeof after !== 'string' || after === '' || WORD.test(after)))
        refuse(at, 'a field ends where a literal begins that is no part of it; put a blank behind it');
    }
    if (isKind(part, 'skip') && after !== undefined)
      refuse(at, 'what is ignored goes on to the end of the line; put it last');
    if (isKind(part, 'opt') && typeof after === 'string') {
      const starts = leading((part as { opt: Production }).opt, rules);
      if (starts !== '' && after.startsWith(starts.charAt(0)))
        report.add(
          'alternatives-alike',
          at,
          `what is optional begins with ${show(starts.charAt(0))}, as what follows does`,
        );
    }
  });

  function refuse(at: Path, message: string): void {
    report.add('unsupported-grammar', at, message);
  }
}

interface Part {
  readonly part: Production;
  readonly path: Path;
}

/** A sequence with the sequences in it, as one list. */
function partsOf(production: Production, path: Path): readonly Part[] {
  if (typeof production !== 'string' && 'seq' in production)
    return production.seq.flatMap((part, i) => partsOf(part, [...path, 'seq', i]));
  return [{ part: production, path }];
}

function isKind(production: Production, kind: string): boolean {
  return typeof production !== 'string' && kind in production;
}

function isField(production: Production): production is { field: string; is: 'ipv4' | 'ipv6' | 'port' } {
  return isKind(production, 'field');
}

interface Walk {
  readonly rule: Rule;
  readonly rules: Rules;
  readonly report: Report;
}

/** What is asked of each production by itself. */
function walk(production: Production, path: Path, context: Walk, nested = false): void {
  const { rules, report } = context;
  if (typeof production === 'string') {
    if (production !== LINE_END && !/^[ !#-#%-[\]-_a-~]*$/.test(production)) {
      const message = `the literal ${show(production)} is neither CR LF nor printable text without quotes, $ and \\`;
      report.add('unsupported-grammar', path, message);
    }
    return;
  }
  if ('seq' in production) {
    production.seq.forEach((part, i) => walk(part, [...path, 'seq', i], context, nested));
  } else if ('alt' in production) {
    if (production.alt.length === 0)
      report.add('unsupported-grammar', [...path, 'alt'], 'there is no alternative; name one at least');
    checkAlternatives(production.alt, [...path, 'alt'], context);
    production.alt.forEach((part, i) => walk(part, [...path, 'alt', i], context, true));
  } else if ('opt' in production) {
    if (leading(production.opt, rules) === '')
      report.add(
        'unsupported-grammar',
        path,
        'what is optional begins with a literal that tells that it is there',
      );
    walk(production.opt, [...path, 'opt'], context, true);
  } else if ('field' in production) {
    const kind = production.is === 'port' ? 'port' : 'address';
    checkEndpoint(production.field, kind, [...path, 'field'], report);
    if (nested)
      report.add(
        'unsupported-grammar',
        path,
        'a field stands in the sequence of its rule, not in alt or opt',
      );
  }
}

/** Alternatives begin with literals of which none is the beginning of another. */
function checkAlternatives(parts: readonly Production[], path: Path, { rules, report }: Walk): void {
  const seen: { text: string; path: Path }[] = [];
  for (const [i, part] of parts.entries()) {
    const text = leading(part, rules);
    const at = [...path, i];
    if (text === '') {
      report.add(
        'unsupported-grammar',
        at,
        'an alternative begins with a literal that tells it from the others',
      );
      continue;
    }
    const other = seen.find((before) => before.text.startsWith(text) || text.startsWith(before.text));
    if (other !== undefined) {
      const message = `${show(text)} cannot be told from ${show(other.text)}; let neither be the beginning of the other`;
      report.add('alternatives-alike', at, message, [
        { path: other.path, message: `${show(other.text)} is here` },
      ]);
    }
    seen.push({ text, path: at });
  }
}
