import { hexCode } from '../../../names.ts';
import { type Context, type Entry, holdsTlvs, type Model } from '../../../model.ts';
import { type Draft, fn, type Statement } from '../../../print.ts';
import { TLV_HEAD } from '../../../octets.ts';

/** Functions that list where the vectors of checked TLVs are. */
export function emitTlvIndex(model: Model, wire: string): Draft {
  const shared = model.entries.some((entry) => entry.shared && holdsTlvs(entry));
  return {
    name: 'tlv-index.ts',
    from: 'spec/tlv/',
    doc: 'Lists the vectors of checked TLVs: row, start, start and end of the value, four numbers each.',
    imports: shared
      ? [
          { from: wire, names: ['Scan'] },
          { from: './limits.ts', names: ['DEFAULT_LIMITS'] },
          {
            from: './tlv-scan.ts',
            names: model.contexts.filter((c) => c.parent?.shared).map((c) => `scanTlvs${c.suffix}`),
          },
        ]
      : [],
    statements: model.contexts.map((context) => indexer(context)),
  };
}

function indexer(context: Context): Statement {
  const depth = context.parent === undefined ? 0 : (context.parent.index + 1) << 8;
  const cases = context.rows.map(
    (row) => `case ${hexCode(row.code)}: {\n${push(row, 'p', 'value', 'next')}\nbreak;\n}`,
  );
  const body = `
    let n = filled;
    for (let p = start; p < end; ) {
      const value = p + ${TLV_HEAD};
      const next = value + ((b[p + 1]! << 8) | b[p + 2]!);
      switch (b[p]) {
        ${cases.join('\n')}
        default: ${store(`~(${depth === 0 ? '' : `${hexCode(depth)} | `}b[p]!)`, 'p', 'value', 'next')}
      }
      p = next;
    }
    return n;`;
  const where = context.parent === undefined ? 'of a header' : `inside ${context.parent.name}`;
  return fn(
    `indexTlvs${context.suffix}`,
    ['b: Uint8Array', 'start: number', 'end: number', 'out: number[]', 'filled: number'],
    'number',
    body,
    `Writes the vectors ${where} behind the first \`filled\` numbers of \`out\`, and returns how many there are then; one without a row as \`~(type | (parent + 1) << 8)\`.`,
    context.parent === undefined,
  );
}

/** Statements that append a row whose vector starts at `start`, and what is in it. */
function push(row: Entry, start: string, value: string, next: string): string {
  const lines = [store(row.index, start, value, next)];
  if (row.value.kind === 'struct') {
    const inside = row.fields.map((field) => {
      const at = field.offset === 0 ? value : `${value} + ${field.offset}`;
      return store(field.index, at, at, `${value} + ${field.offset + field.min}`);
    });
    const behind = row.min === 0 ? value : `${value} + ${row.min}`;
    if (holdsTlvs(row)) inside.push(`n = indexTlvsIn${row.name}(b, ${behind}, ${next}, out, n);`);
    lines.push(row.shared ? `if (${fits(row, value, next)}) {\n${inside.join('\n')}\n}` : inside.join('\n'));
  }
  if (row.value.kind === 'variant' && row.children.length > 0) {
    const cases = row.children.map(
      (child) => `case ${hexCode(child.code)}: {\n${push(child, value, `${value} + 1`, next)}\nbreak;\n}`,
    );
    lines.push(`if (${next} > ${value}) {\nswitch (b[${value}]) {\n${cases.join('\n')}\n}\n}`);
  }
  return lines.join('\n');
}

function store(row: number | string, start: string, value: string, next: string): string {
  return `out[n] = ${row};\nout[n + 1] = ${start};\nout[n + 2] = ${value};\nout[n + 3] = ${next};\nn += 4;`;
}

/** The condition under which the octets of a shared number are laid out as its struct says. */
export function fits(row: Entry, value: string, next: string): string {
  if (!holdsTlvs(row)) return `${next} - (${value}) === ${row.min}`;
  const inside = row.min === 0 ? value : `${value} + ${row.min}`;
  return (
    (row.min === 0 ? '' : `${next} - (${value}) >= ${row.min} && `) +
    `scanTlvsIn${row.name}(b, ${inside}, ${next}, ${next}, DEFAULT_LIMITS, new Scan()) === ${next}`
  );
}
