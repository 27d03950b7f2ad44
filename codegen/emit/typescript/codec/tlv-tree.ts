import type { Model } from '../../../model.ts';
import { type Draft, fn } from '../../../print.ts';
import { TLV_HEAD } from '../../../octets.ts';

/** How TLVs given by name stand inside each other, and what is wrong with that. */
export function emitTlvTree(_model: Model, _wire: string): Draft {
  return {
    name: 'tlv-tree.ts',
    from: 'spec/tlv/',
    doc: 'TLVs given by name, as the vectors they would make.',
    imports: [
      { from: './tlv-codec.ts', names: ['writeTlv'] },
      { from: './tlv-table.ts', names: ['RANGES', 'TLVS'] },
    ],
    statements: [
      TYPES,
      fn(
        'treeOf',
        ['values: Values'],
        'Node[]',
        `const names = Object.keys(values).filter((name) => values[name] !== undefined && values[name] !== null);
         return inside(0, names.map((name) => ({ name, chain: chainOf(name) })), values);`,
        'The vectors that one object makes, in the order in which they are first named.',
      ),
      fn(
        'sizeOf',
        ['node: Node'],
        'number',
        `return ${TLV_HEAD} + bodyOf(node);`,
        'Octets of a vector, with type and length.',
      ),
      fn(
        'tlvProblems',
        ['values: Values'],
        'Problem[]',
        `const strangers = Object.keys(values).filter((name) => indexOf(name) < 0);
         const unknown = strangers.flatMap((name) => {
           const expected = strangerFault(name, values[name]);
           return expected === undefined ? [] : [{ path: [name], message: \`expected \${expected}\` }];
         });
         return unknown.length > 0 ? unknown : treeOf(values).flatMap(nodeProblems);`,
        'What is wrong with the names in one object, each value well-formed.',
      ),
      fn('nodeProblems', ['node: Node'], 'Problem[]', NODE_PROBLEMS, 'What is wrong inside a vector.', false),
      fn(
        'strangerFault',
        ['name: string', 'value: unknown'],
        'string | undefined',
        STRANGER,
        'What was expected in place of a name without a row, or of its value.',
        false,
      ),
      fn('bodyOf', ['node: Node'], 'number', BODY, 'Octets of the value of a vector.', false),
      fn(
        'inside',
        ['depth: number', 'members: readonly Member[]', 'values: Values'],
        'Node[]',
        INSIDE,
        'The vectors that stand side by side at a depth.',
        false,
      ),
      fn(
        'chainOf',
        ['name: string'],
        'string[]',
        CHAIN,
        'Names of the vectors that a name leads through, the outermost first.',
        false,
      ),
      fn(
        'indexOf',
        ['name: string | undefined'],
        'number',
        'return TLVS.findIndex((entry) => entry.name === name);',
        'The row of a name, or -1.',
        false,
      ),
      '/** A number without a row, perhaps inside another. */\nconst STRANGER = /^(?:(\\w+)_)?x([0-9a-fA-F]{2})$/;',
    ],
  };
}

const TYPES = `
/** Values by name; null and undefined count as absent. */
export type Values = Readonly<Record<string, unknown>>;

/** What is wrong, and where. */
export interface Problem {
  path: (string | number)[];
  message: string;
}

/** A vector to be. */
export interface Node {
  readonly name: string;
  /** Its row, or -1. */
  readonly row: number;
  /** The names that ask for it: its own, and those of its parts. */
  readonly asked: readonly string[];
  readonly value: unknown;
  readonly inside: readonly Node[];
}

interface Member {
  readonly name: string;
  readonly chain: readonly string[];
}
`;

const NODE_PROBLEMS = `
  const parts = node.asked.filter((name) => name !== node.name);
  if (node.value instanceof Uint8Array) {
    return parts.map((name) => ({ path: [name], message: \`expected none, as \${node.name} is given as octets\` }));
  }
  if (TLVS[node.row]?.kind === 'variant' && node.inside.length !== 1) {
    const message = \`expected exactly one sub-type of \${node.name}, found \${node.inside.length}; a list of TLVs takes several\`;
    return [{ path: [node.asked[0]!], message }];
  }
  return node.inside.flatMap(nodeProblems);`;

const STRANGER = `
  const [, parent, digits] = STRANGER.exec(name) ?? [];
  const row = indexOf(parent);
  const around = TLVS[row];
  const holds = around?.kind === 'variant' || (around?.kind === 'struct' && around.max > around.min);
  if (digits === undefined || (parent !== undefined && !holds)) return 'the name of a row, or xNN for a number without one';
  const code = Number.parseInt(digits, 16);
  const range = RANGES.find(({ from, to, usable }) => parent === undefined && !usable && from <= code && code <= to);
  if (range !== undefined) return \`a number that may be sent; this one is reserved (\${range.name})\`;
  const named = TLVS.find((entry) => entry.parent === row && entry.code === code && !entry.field);
  // Where any vendor may use the number, a row of one does not bind the others.
  if (named !== undefined && (named.singleton || named.role !== undefined)) return \`the name \${named.name}\`;
  return value instanceof Uint8Array ? undefined : 'octets in a Uint8Array or as hex text';`;

const BODY = `
  if (node.value instanceof Uint8Array) return node.value.length;
  const entry = TLVS[node.row];
  if (entry === undefined) return 0;
  if (entry.role === 'checksum') return entry.max;
  if (entry.kind === 'variant') return node.inside.reduce((sum, each) => sum + bodyOf(each), entry.min);
  if (entry.kind === 'struct') return node.inside.reduce((sum, each) => sum + sizeOf(each), entry.min);
  return writeTlv(node.row, node.value)?.length ?? 0;`;

const INSIDE = `
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const step = member.chain[depth];
    if (step !== undefined) groups.set(step, [...(groups.get(step) ?? []), member]);
  }
  return [...groups].map(([name, group]) => ({
    name,
    row: indexOf(name),
    asked: group.map((member) => member.name),
    value: values[name],
    inside: inside(depth + 1, group, values),
  }));`;

const CHAIN = `
  const chain: string[] = [];
  let row = indexOf(name);
  if (row < 0) {
    chain.push(name);
    row = indexOf(STRANGER.exec(name)?.[1]);
  }
  for (; row >= 0; row = TLVS[row]!.parent) {
    if (!TLVS[row]!.field) chain.unshift(TLVS[row]!.name);
  }
  return chain;`;
