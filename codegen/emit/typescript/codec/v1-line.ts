import type { Production, Row, Rule } from '../../../../spec/types.ts';
import { fieldsOf, flatten, leading, rulesOf, skips } from '../../../grammar.ts';
import { comment, literal, pascal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn, lines as textOf, local } from '../../../print.ts';
import { CONSTANTS, v1Line, WIRE, WIRE_TYPES } from '../modules.ts';
import { type Case, switchOn } from '../switch.ts';

/** Readers of the fields of a scanned line, and the writer of a line. */
export function emitV1Line({ spec: { v1, families, transports } }: Model): Draft {
  const rules = rulesOf(v1);
  const header = flatten(rules.get('header')!.is);
  const [prefix, end] = [header[0] as string, header.at(-1) as string];
  const lines = v1.filter((rule) => rule.family !== undefined);
  const fields = [...new Map(lines.flatMap((rule) => fieldsOf(rule.is)).map((f) => [f.field, f])).values()];
  const starts = v1.map((rule) => (lines.includes(rule) ? prefix + leading(rule.is, rules) : prefix));
  const ofRules = { h: WIRE_TYPES.Scanned };
  const skipping = lines.filter((rule) => skips(rule.is, rules));
  return {
    name: 'v1-line.ts',
    from: 'spec/v1.ts',
    doc: 'What a scanned version 1 line says, and how one is written.',
    statements: [
      ofEach(
        'V1_FAMILY',
        v1.map((rule) => codeIn(families, rule.family)),
        'Family of each rule.',
      ),
      ofEach(
        'V1_TRANSPORT',
        v1.map((rule) => codeIn(transports, rule.transport)),
        'Transport of each rule.',
      ),
      local(
        ofEach(
          'FIXED',
          starts.map((text) => text.length),
          `Octets that each rule begins with: ${starts.map(literal).join(', ')}.`,
        ),
      ),
      ...fields.map(({ field, is }) =>
        fn(
          `v1${pascal(field)}`,
          ofRules,
          `${is === 'port' ? 'number' : 'string'} | null`,
          readerOf(field, lines, v1),
          `\`${field}\` of a scanned line.`,
        ),
      ),
      fn(
        'v1RestEnd',
        ofRules,
        'number',
        `return h.length - ${end.length};`,
        'End of the line without its CRLF.',
      ),
      fn(
        'v1RestStart',
        ofRules,
        'number',
        switchOn(
          'h.rule',
          skipping.map((rule) => caseOf(rule, v1, 'return FIXED[h.rule]!;')),
          'return v1RestEnd(h);',
        ),
        'Where the ignored rest of a line begins.',
      ),
      fn(
        v1Line('writeV1'),
        { family: 'number', transport: 'number', e: WIRE_TYPES.Endpoints },
        'Uint8Array | undefined',
        `${lines.map((rule) => writerOf(rule, prefix, end)).join('\n')}\nreturn undefined;`,
        'The line for a family and a transport, or undefined where version 1 has no word for them.',
      ),
    ],
  };
}

/** A number for each rule, by its index. */
function ofEach(name: string, values: readonly number[], doc: string): ReturnType<typeof constant> {
  return constant(name, `[${values.join(', ')}]`, doc, 'readonly number[]');
}

/** The number of a row; zero where none is named. */
function codeIn(table: readonly Row[], name: string | undefined): number {
  return table.find((row) => row.name === name)?.code ?? 0;
}

function caseOf(rule: Rule, v1: readonly Rule[], body: string): Case {
  return { label: `${v1.indexOf(rule)}`, remark: comment(rule.name), body };
}

/** A field begins behind the fixed text of its rule, or behind what parts it from the field before it. */
function readerOf(field: string, lines: readonly Rule[], v1: readonly Rule[]): string {
  const cases = lines.flatMap((rule) => {
    const parts = flatten(rule.is);
    const at = parts.findIndex((part) => typeof part !== 'string' && 'field' in part && part.field === field);
    if (at < 0) return [];
    const before = parts.slice(0, at);
    const nth = before.filter(isField).length;
    const gap = (before.at(-1) as string).length;
    const start = nth === 0 ? 'FIXED[h.rule]!' : `${WIRE.endOf}(h.marks, ${nth - 1}) + ${gap}`;
    const read = (parts[at] as { is: string }).is === 'port' ? WIRE.readPort : WIRE.addressText;
    return [caseOf(rule, v1, `return ${read}(h.bytes, ${start}, ${WIRE.endOf}(h.marks, ${nth}));`)];
  });
  return switchOn('h.rule', cases, 'return null;');
}

function isField(part: Production): boolean {
  return typeof part !== 'string' && 'field' in part;
}

/** Fixed text is joined, and every part is written behind the one before it. */
function writerOf(rule: Rule, prefix: string, end: string): string {
  const parts: (string | { field: string; is: string })[] = [];
  for (const part of [prefix, ...flatten(rule.is), end]) {
    if (typeof part !== 'string' && !('field' in part)) continue;
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  const fields = parts.filter((part) => typeof part !== 'string');
  const fixed = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 0), 0);
  const sizes = fields.map(({ field, is }) =>
    is === 'port' ? `${WIRE.portSize}(e.${field})` : `e.${field}.length`,
  );
  const writing = parts.map((part, i) => {
    const o = i === 0 ? '0' : 'o';
    const write =
      typeof part === 'string'
        ? `${WIRE.writeAscii}(${literal(part)}, out, ${o})`
        : `${part.is === 'port' ? WIRE.writePort : WIRE.writeAscii}(e.${part.field}, out, ${o})`;
    return `${i === parts.length - 1 ? '' : i === 0 ? 'let o = ' : 'o = '}${write};`;
  });
  return textOf(
    `if (family === ${CONSTANTS.AF}.${rule.family} && transport === ${CONSTANTS.PROTO}.${rule.transport}) {`,
    `const out = new Uint8Array(${[fixed, ...sizes].join(' + ')});`,
    ...writing,
    'return out;\n}',
  );
}
