/** JSON as prettier lays it out, at a hundredth of its time. */

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** How wide, and how deep. */
export interface Layout {
  readonly printWidth?: number;
  readonly tabWidth?: number;
  readonly useTabs?: boolean;
}

/** Objects take a line for each member; a list of plain values stands on one line where it fits. */
export function layOutJson(json: JsonValue, layout: Layout = {}): string {
  const { printWidth = 80, tabWidth = 2, useTabs = false } = layout;

  /** `column` is where it starts, `after` what follows it on its last line. */
  function lines(value: JsonValue, indent: string, column: number, after: number): string {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const deeper = indent + ' '.repeat(tabWidth);
    const list = Array.isArray(value);
    const [open, close] = list ? '[]' : '{}';
    const members: [string, JsonValue][] = list
      ? (value as readonly JsonValue[]).map((each) => ['', each])
      : Object.entries(value).map(([name, each]) => [`${JSON.stringify(name)}: `, each]);
    if (members.length === 0) return `${open}${close}`;
    if (list && isFlat(value)) {
      const line = flat(value);
      if (column + line.length + after <= printWidth) return line;
    }
    if (list && (value as readonly JsonValue[]).every((each) => typeof each === 'number')) {
      return `[\n${filled(value as readonly number[], deeper)}\n${indent}]`;
    }
    const last = members.length - 1;
    const body = members.map(([name, each], i) => {
      const comma = i === last ? '' : ',';
      const at = deeper.length + name.length;
      return `${deeper}${name}${lines(each, deeper, at, comma.length)}${comma}`;
    });
    return `${open}\n${body.join('\n')}\n${indent}${close}`;
  }

  /** Numbers, as many on a line as fit. */
  function filled(numbers: readonly number[], indent: string): string {
    const rows = [''];
    numbers.forEach((each, i) => {
      const text = i === numbers.length - 1 ? `${each}` : `${each},`;
      const row = rows.at(-1)!;
      if (row === '') rows[rows.length - 1] = indent + text;
      else if (row.length + 1 + text.length <= printWidth) rows[rows.length - 1] = `${row} ${text}`;
      else rows.push(indent + text);
    });
    return rows.join('\n');
  }

  const text = `${lines(json, '', 0, 0)}\n`;
  if (!useTabs) return text;
  return text.replace(/^ +/gm, (blanks) => '\t'.repeat(blanks.length / tabWidth));
}

/** Whether it can stand on one line: no object with a member is in it. */
function isFlat(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (isGrid(value)) return false;
  return Array.isArray(value) ? value.every(isFlat) : Object.keys(value).length === 0;
}

/** Several lists of several values each stand below each other. */
function isGrid(value: JsonValue): boolean {
  return (
    Array.isArray(value) && value.length > 1 && value.every((each) => Array.isArray(each) && each.length > 1)
  );
}

function flat(value: JsonValue): string {
  return Array.isArray(value) ? `[${value.map(flat).join(', ')}]` : JSON.stringify(value);
}
