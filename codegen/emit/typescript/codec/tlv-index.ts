import { comment } from '../../../names.ts';
import { type Context, type Entry, holdsTlvs, type Model } from '../../../model.ts';
import { constant, type Draft, fn, lines, local } from '../../../print.ts';
import { LIMITS, rowsOf, scanTlvsIn, TLV_INDEX, TLV_TABLE, WIRE } from '../modules.ts';
import { headSize } from '../offsets.ts';
import { type Case, switchOn } from '../switch.ts';

/** Functions that list where the vectors of checked TLVs are. */
export function emitTlvIndex({ contexts, entries }: Model): Draft {
  const groups = entries.filter(({ children }) => children.length > 0);
  return {
    name: 'tlv-index.ts',
    from: 'spec/tlv/',
    doc: 'Lists the vectors of checked TLVs: row, start, start and end of the value, four numbers each.',
    statements: [
      headSize(),
      local(rowsByType('The row of each type.')),
      ...groups.map((group) => {
        const rows = rowsByType(`The row of each sub-type of ${group.name}.`, group);
        return group.value.kind === 'variant' ? rows : local(rows);
      }),
      ...contexts.map((context) => {
        const { parent } = context;
        const declaration = fn(
          parent === undefined ? TLV_INDEX.indexTlvs : `indexTlvsIn${parent.name}`,
          { b: 'Uint8Array', start: 'number', end: 'number', out: 'number[]', filled: 'number' },
          'number',
          indexerOf(context),
          `Writes the vectors ${parent === undefined ? 'of a header' : `inside ${parent.name}`} behind the first \`filled\` numbers of \`out\`, and returns how many there are then.`,
        );
        return parent === undefined ? declaration : local(declaration);
      }),
    ],
  };
}

function rowsByType(doc: string, parent?: Entry): ReturnType<typeof constant> {
  const inside = parent === undefined ? '' : `, ${parent.index}`;
  const initializer = `${WIRE.rowsByType}(${TLV_TABLE.TLVS}${inside})`;
  return constant(rowsOf(parent?.name), initializer, doc, 'Int32Array');
}

function indexerOf({ parent, rows }: Context): string {
  return lines(
    'let n = filled;',
    'for (let p = start; p < end; ) {',
    'const value = p + HEAD;',
    'const next = value + ((b[p + 1]! << 8) | b[p + 2]!);',
    `const row = ${rowOf(parent)};`,
    `n = ${WIRE.note}(out, n, row, p, value, next);`,
    switchOn('row', rows.flatMap(insideCase)),
    'p = next;\n}\nreturn n;',
  );
}

/** The row of the TLV at `p`. */
function rowOf(parent: Entry | undefined): string {
  if (parent !== undefined && parent.children.length === 0) return `~(b[p]! | ${(parent.index + 1) << 8})`;
  return `${rowsOf(parent?.name)}[b[p]!]!`;
}

function insideCase(row: Entry): Case[] {
  const body = insideOf(row, 'value', 'next');
  return body === '' ? [] : [{ label: `${row.index}`, remark: comment(row.name), body: `${body}\nbreak;` }];
}

/** Statements that append what stands in a row whose value is `value..next`. */
function insideOf(row: Entry, value: string, next: string): string {
  if (row.value.kind === 'struct') return fieldsOf(row, value, next);
  if (row.value.kind !== 'variant' || row.children.length === 0) return '';
  const listed = `n = ${WIRE.noteSubType}(out, n, ${rowsOf(row.name)}, b, ${value}, ${next});`;
  const cases = row.children.flatMap((child) => {
    const body = insideOf(child, `${value} + 1`, next);
    return body === ''
      ? []
      : [{ label: `${child.code}`, remark: comment(child.name), body: `${body}\nbreak;` }];
  });
  if (cases.length === 0) return listed;
  return `${listed}\nif (${next} > ${value}) {\n${switchOn(`b[${value}]`, cases)}\n}`;
}

function fieldsOf(row: Entry, value: string, next: string): string {
  const at = (offset: number): string => (offset === 0 ? value : `${value} + ${offset}`);
  const notes = row.fields.map(
    ({ index, name, offset, min }) =>
      `n = ${WIRE.note}(out, n, ${index}, ${at(offset)}, ${at(offset)}, ${at(offset + min)}); // ${comment(name)}`,
  );
  if (holdsTlvs(row)) notes.push(`n = indexTlvsIn${row.name}(b, ${at(row.min)}, ${next}, out, n);`);
  return row.shared ? `if (${fits(row, value, next)}) {\n${lines(...notes)}\n}` : lines(...notes);
}

/** The condition under which the octets of a shared number are laid out as its struct says. */
export function fits(row: Entry, value: string, next: string): string {
  if (!holdsTlvs(row)) return `${next} - (${value}) === ${row.min}`;
  const inside = row.min === 0 ? value : `${value} + ${row.min}`;
  return (
    (row.min === 0 ? '' : `${next} - (${value}) >= ${row.min} && `) +
    `${scanTlvsIn(row.name)}(b, ${inside}, ${next}, ${next}, ${LIMITS.DEFAULT_LIMITS}, new ${WIRE.Scan}()) === ${next}`
  );
}
