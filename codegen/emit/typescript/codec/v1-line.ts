import type { Production, Rule } from '../../../../spec/types.ts';
import { fieldsOf, flatten, leading, rulesOf, skips } from '../../../grammar.ts';
import { pascal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn, type Statement } from '../../../print.ts';
import { MARK_BITS } from './v1-scan.ts';

/** Readers of the fields of a scanned line, and the writer of a line. */
export function emitV1Line(model: Model, wire: string): Draft {
  const { spec } = model;
  const rules = rulesOf(spec.v1);
  const header = flatten(rules.get('header')!.is);
  const prefix = header[0] as string;
  const end = header.at(-1) as string;
  const lines = spec.v1.filter((rule) => rule.family !== undefined);
  const fields = [...new Map(lines.flatMap((rule) => fieldsOf(rule.is)).map((f) => [f.field, f])).values()];
  const codes = (table: readonly { name: string; code: number }[], name: string | undefined): number =>
    table.find((row) => row.name === name)?.code ?? 0;
  const familyOf = spec.v1.map((rule) => codes(spec.families, rule.family));
  const transportOf = spec.v1.map((rule) => codes(spec.transports, rule.transport));
  const readers = fields.map(({ field, is }): Statement => {
    const cases = lines
      .map((rule) => caseOf(rule, field, prefix, spec.v1.indexOf(rule)))
      .filter((text) => text !== '');
    const type = is === 'port' ? 'number' : 'string';
    return fn(
      `v1${pascal(field)}`,
      ['h: Scanned'],
      `${type} | null`,
      `switch (h.rule) {\n${cases.join('\n')}\ndefault: return null;\n}`,
      `\`${field}\` of a scanned line.`,
    );
  });
  const skipping = lines.filter((rule) => skips(rule.is, rules));
  const restCases = skipping.map(
    (rule) => `case ${spec.v1.indexOf(rule)}: return ${prefix.length + leading(rule.is, rules).length};`,
  );
  const rests = restCases.length === 0 ? '' : `switch (h.rule) {\n${restCases.join('\n')}\n}`;
  const writers = lines.map((rule) => writerCase(rule, prefix, end, model));
  return {
    name: 'v1-line.ts',
    from: 'spec/v1.ts',
    doc: 'What a scanned version 1 line says, and how one is written.',
    imports: [
      { from: wire, names: ['Endpoints', 'Scanned'], typeOnly: true },
      { from: wire, names: ['addressText', 'readPort'] },
    ],
    statements: [
      constant('V1_FAMILY', `[${familyOf.join(', ')}]`, 'Family of each rule.', 'readonly number[]'),
      constant('V1_TRANSPORT', `[${transportOf.join(', ')}]`, 'Transport of each rule.', 'readonly number[]'),
      ...readers,
      fn(
        'v1RestEnd',
        ['h: Scanned'],
        'number',
        `return h.length - ${end.length};`,
        'End of the line without its CRLF.',
      ),
      fn(
        'v1RestStart',
        ['h: Scanned'],
        'number',
        `${rests}\nreturn v1RestEnd(h);`,
        'Where the ignored rest of a line begins.',
      ),
      fn(
        'writeV1',
        ['family: number', 'transport: number', 'e: Endpoints | undefined'],
        'string | undefined',
        `${writers.join('\n')}\nreturn undefined;`,
        'The line for a family and a transport, or undefined where version 1 has no word for them.',
      ),
    ],
  };
}

function caseOf(rule: Rule, field: string, prefix: string, index: number): string {
  const parts = flatten(rule.is);
  const at = parts.findIndex((part) => typeof part !== 'string' && 'field' in part && part.field === field);
  if (at < 0) return '';
  const before = parts.slice(0, at);
  const mark = before.filter(isField).length;
  const gap = (before.at(-1) as string).length;
  const start = mark === 0 ? `${prefix.length + gap}` : `${markAt(mark - 1)} + ${gap}`;
  const part = parts[at] as { is: string };
  const read = part.is === 'port' ? 'readPort' : 'addressText';
  return `case ${index}: return ${read}(h.bytes, ${start}, ${markAt(mark)});`;
}

function isField(part: Production): boolean {
  return typeof part !== 'string' && 'field' in part;
}

function markAt(mark: number): string {
  const mask = `0x${(2 ** MARK_BITS - 1).toString(16)}`;
  return mark === 0 ? `(h.marks & ${mask})` : `((h.marks >> ${MARK_BITS * mark}) & ${mask})`;
}

function writerCase(rule: Rule, prefix: string, end: string, { spec }: Model): string {
  const parts = flatten(rule.is).map((part) => {
    if (typeof part === 'string') return part;
    return 'field' in part ? `\${e.${part.field}}` : '';
  });
  const line = `\`${prefix}${parts.join('')}${end.replace('\r\n', '\\r\\n')}\``;
  const family = spec.families.find((row) => row.name === rule.family)!.code;
  const transport = spec.transports.find((row) => row.name === rule.transport)!.code;
  const needs = parts.some((part) => part.startsWith('$')) ? ' && e !== undefined' : '';
  return `if (family === ${family} && transport === ${transport}${needs}) return ${line};`;
}
