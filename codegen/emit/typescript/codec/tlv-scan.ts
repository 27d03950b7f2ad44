import { comment, hexCode } from '../../../names.ts';
import { type Context, type Entry, LONGEST_TLV, type Model, boundsOf, holdsTlvs } from '../../../model.ts';
import { constant, type Draft, fn, lines, local } from '../../../print.ts';
import { ERRORS, scanTlvsIn, TLV_SCAN, WIRE, WIRE_TYPES } from '../modules.ts';
import { headSize } from '../offsets.ts';
import { type Case, switchOn } from '../switch.ts';

/** Types that one word of bits can tell apart. */
const BITS = 32;

/** Functions that check TLVs without making anything of them: framing, lengths, duplicates, where the checksum is. */
export function emitTlvScan({ contexts }: Model): Draft {
  return {
    name: 'tlv-scan.ts',
    from: 'spec/tlv/',
    doc: 'Checks the TLVs of a header in one pass; makes nothing, holds nothing.',
    statements: [
      headSize(),
      ...contexts.flatMap((context) => {
        const { parent } = context;
        const words = wordsOf(context);
        const where = parent === undefined ? 'of a header' : `inside ${parent.name}`;
        const declaration = fn(
          parent === undefined ? TLV_SCAN.scanTlvs : scanTlvsIn(parent.name),
          PARAMETERS,
          'number',
          scannerOf(context, words),
          `Checks the TLVs ${where} in \`start..end\`, as far as \`avail\` octets show them: \`end\`, NEED or FAULT.`,
        );
        const bits = words.map(({ bits: name, rows }) => {
          const codes = rows.map((row) => hexCode(row.code)).join(', ');
          const doc = `A bit for each type ${where} that may stand once.`;
          return local(constant(name, `${WIRE.bitsByType}([${codes}])`, doc));
        });
        return [...bits, parent === undefined || parent.shared ? declaration : local(declaration)];
      }),
    ],
  };
}

const PARAMETERS = {
  b: 'Uint8Array',
  start: 'number',
  avail: 'number',
  end: 'number',
  limits: WIRE_TYPES.Limits,
  scan: WIRE_TYPES.Scan,
};

/** A variable of bits for types that were seen, and the constant that says which bit is whose. */
interface Word {
  readonly seen: string;
  readonly bits: string;
  readonly rows: readonly Entry[];
}

function wordsOf({ parent, rows }: Context): readonly Word[] {
  const once = rows.filter((row) => row.singleton);
  const count = Math.ceil(once.length / BITS);
  return Array.from({ length: count }, (_, i) => {
    const number = count === 1 ? '' : `${i + 1}`;
    const bits = `ONCE${number}${parent === undefined ? '' : `_IN_${parent.name}`}`;
    return { seen: `seen${number}`, bits, rows: once.slice(BITS * i, BITS * (i + 1)) };
  });
}

/** What is checked of a TLV, in this order: framing, its length, that it stands once, what is inside. */
function scannerOf({ rows }: Context, words: readonly Word[]): string {
  const fault = (error: string): string =>
    `return scan.fail(${ERRORS.ERROR}.${error}, p, (type << 16) | length);`;
  const own = rows.filter((row) => !row.shared);
  const lengths = own.flatMap((row) => {
    const test = lengthTest(row);
    if (test === '') return [];
    const body = `if (${test}) ${fault('TLV_BAD_LENGTH')}\nbreak;`;
    return [{ label: hexCode(row.code), remark: comment(row.name), body }];
  });
  const duplicates = words.map(
    ({ seen, bits }) =>
      `if ((${seen} & ${bits}[type]!) !== 0 && !limits.repeats) ${fault('TLV_DUPLICATE')}\n${seen} |= ${bits}[type]!;`,
  );
  const { ERROR } = ERRORS;
  return lines(
    ...words.map(({ seen }) => `let ${seen} = 0;`),
    own.some(holdsTlvs) ? 'let inner = end;' : '',
    'for (let p = start; p < end; ) {',
    `if (end - p < HEAD) return scan.fail(${ERROR}.TLV_STRAY_OCTETS, p);`,
    `if (avail - p < HEAD) return ${WIRE.NEED};`,
    'const type = b[p]!;',
    'const length = (b[p + 1]! << 8) | b[p + 2]!;',
    'const value = p + HEAD;',
    'const next = value + length;',
    `if (next > end) ${fault('TLV_OVERRUN')}`,
    `if (++scan.count > limits.maxTLVs) return scan.fail(${ERROR}.TLV_TOO_MANY, p, scan.count);`,
    switchOn('type', lengths),
    ...duplicates,
    switchOn('type', own.flatMap(insideCase)),
    'p = next;\n}\nreturn end;',
  );
}

/** What is noted of a row, and what is checked inside it. */
function insideCase(row: Entry): Case[] {
  const steps: string[] = [];
  if (row.role === 'checksum') steps.push('if (scan.checksum === 0) scan.checksum = value;');
  if (holdsTlvs(row)) {
    const from = row.min === 0 ? 'value' : `value + ${row.min}`;
    steps.push(
      `inner = ${scanTlvsIn(row.name)}(b, ${from}, avail, next, limits, scan);`,
      'if (inner < 0) return inner;',
    );
  }
  if (steps.length === 0) return [];
  return [{ label: hexCode(row.code), remark: comment(row.name), body: lines(...steps, 'break;') }];
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
