import { comment, hexCode } from '../../../names.ts';
import { type Context, type Entry, LONGEST_TLV, type Model, boundsOf, holdsTlvs } from '../../../model.ts';
import { TLV_HEAD } from '../../../octets.ts';
import { type Draft, fn, type Statement } from '../../../print.ts';

/** Functions that check TLVs without making anything of them: framing, lengths, duplicates, where the checksum is. */
export function emitTlvScan(model: Model, wire: string): Draft {
  return {
    name: 'tlv-scan.ts',
    from: 'spec/tlv/',
    doc: 'Checks the TLVs of a header in one pass; makes nothing, holds nothing.',
    imports: [
      { from: wire, names: ['Limits', 'Scan'], typeOnly: true },
      { from: wire, names: ['NEED'] },
      { from: './errors.ts', names: ['ERROR'] },
    ],
    statements: model.contexts.map((context) => scanner(context, model)),
  };
}

const PARAMETERS = [
  'b: Uint8Array',
  'start: number',
  'avail: number',
  'end: number',
  'limits: Limits',
  'scan: Scan',
];

function scanner(context: Context, model: Model): Statement {
  const singletons = context.rows.filter((row) => row.singleton);
  const words = Math.ceil(singletons.length / 31);
  const seen = Array.from({ length: words }, (_, word) => `let seen${word} = 0;`).join('\n');
  const cases = context.rows
    .map((row) => caseOf(row, singletons.indexOf(row), model))
    .filter((text) => text !== '');
  const body = `
    ${seen}
    for (let p = start; p < end; ) {
      if (end - p < ${TLV_HEAD}) return scan.fail(ERROR.TLV_STRAY_OCTETS, p);
      if (avail - p < ${TLV_HEAD}) return NEED;
      const type = b[p]!;
      const length = (b[p + 1]! << 8) | b[p + 2]!;
      const value = p + ${TLV_HEAD};
      const next = value + length;
      if (next > end) return scan.fail(ERROR.TLV_OVERRUN, p, (type << 16) | length);
      if (++scan.count > limits.maxTLVs) return scan.fail(ERROR.TLV_TOO_MANY, p, scan.count);
      ${cases.length === 0 ? '' : `switch (type) {\n${cases.join('\n')}\n}`}
      p = next;
    }
    return end;`;
  const where = context.parent === undefined ? 'of a header' : `inside ${context.parent.name}`;
  return fn(
    `scanTlvs${context.suffix}`,
    PARAMETERS,
    'number',
    body,
    `Checks the TLVs ${where} in \`start..end\`, as far as \`avail\` octets show them: \`end\`, NEED or FAULT.`,
    context.parent === undefined || context.parent.shared,
  );
}

/** What is checked of a row, in this order: its length, that it stands once, what is inside. */
function caseOf(row: Entry, singleton: number, model: Model): string {
  if (row.shared) return '';
  const fault = (error: string): string => `return scan.fail(ERROR.${error}, p, (type << 16) | length);`;
  const steps: string[] = [];
  const length = lengthTest(row);
  if (length !== '') steps.push(`if (${length}) ${fault('TLV_BAD_LENGTH')}`);
  if (singleton >= 0) {
    const seen = `seen${Math.floor(singleton / 31)}`;
    const bit = hexCode(2 ** (singleton % 31));
    steps.push(
      `if ((${seen} & ${bit}) !== 0 && !limits.repeats) ${fault('TLV_DUPLICATE')}`,
      `${seen} |= ${bit};`,
    );
  }
  if (row.role === 'checksum') steps.push('if (scan.checksum === 0) scan.checksum = value;');
  if (holdsTlvs(row)) {
    const context = model.contexts.find((candidate) => candidate.parent === row);
    steps.push(
      `const inside = scanTlvs${context?.suffix}(b, value + ${row.min}, avail, next, limits, scan);`,
      'if (inside < 0) return inside;',
    );
  }
  return steps.length === 0
    ? ''
    : `// ${comment(row.name)}\ncase ${hexCode(row.code)}: {\n${steps.join('\n')}\nbreak;\n}`;
}

/** The condition under which the length is wrong; empty where every length is right. */
function lengthTest(row: Entry): string {
  const { min, max } = boundsOf(row.value);
  if (typeof max === 'number' && min === max) return `length !== ${min}`;
  const tests: string[] = [];
  if (min > 0) tests.push(`length < ${min}`);
  if (typeof max !== 'number') tests.push(`length > limits.${max.limit}`);
  else if (max < LONGEST_TLV) tests.push(`length > ${max}`);
  return tests.join(' || ');
}
