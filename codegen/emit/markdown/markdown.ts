import type { Ref } from '../../../spec/types.ts';
import { octetsOf } from '../../octets.ts';

/** Markdown as prettier lays it out, so that nobody has to format it. */

/** A table; columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cell));
  const widths = head.map((_, i) => Math.max(3, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const [first, ...others] = cells.map(line);
  return [first, rule, ...others].join('\n');
}

function cell(text: string): string {
  return prose(text).replaceAll('|', '\\|');
}

/** Text of a table in a paragraph; what looks like an HTML tag is none. */
export function prose(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replaceAll('<', '&lt;');
}

/** Where a fact is from, short. */
export function section(ref: Ref): string {
  if (ref.source === 'PROXY') return ref.section ?? 'PROXY';
  return ref.section === undefined ? ref.source : `${ref.source}, ${ref.section}`;
}

/** A block that is shown as it stands. */
export function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

/** The link target that renderers give a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** The octets of an example, which the checker has read already. */
export function numbersOf(wire: string): readonly number[] {
  return [...(octetsOf(wire) ?? [])];
}

export function hexOf(octets: readonly number[]): string {
  return octets.map((octet) => octet.toString(16).padStart(2, '0')).join(' ');
}

/** Octets beside what they are. */
export interface Note {
  readonly octets: readonly number[];
  readonly what: string;
  /** How deep inside others. */
  readonly depth?: number;
}

const PER_LINE = 16;

/** Notes below each other: octets left, at most sixteen a line, what they are right. */
export function annotated(notes: readonly Note[]): string {
  const lines = notes.flatMap(({ octets, what, depth = 0 }) => {
    const chunks = [octets.slice(0, PER_LINE)];
    for (let at = PER_LINE; at < octets.length; at += PER_LINE) chunks.push(octets.slice(at, at + PER_LINE));
    return chunks.map((chunk, i) => [hexOf(chunk), i === 0 ? `${'  '.repeat(depth)}${what}` : ''] as const);
  });
  const width = Math.max(...lines.map(([hex]) => hex.length));
  return lines.map(([hex, what]) => `${hex.padEnd(width)}  ${what}`.trimEnd()).join('\n');
}

/** Octets of the input and a mark below the one at `offset`: text as text, all else in hex. */
export function pointed(octets: readonly number[], offset: number, note: string): string {
  const isText = octets.every((octet) => octet < 0x80) && octets[0] !== 0x0d;
  if (!isText) {
    const from = Math.floor(offset / PER_LINE) * PER_LINE;
    const lines: string[] = [];
    for (let at = 0; at < Math.max(octets.length, offset + 1); at += PER_LINE) {
      lines.push(hexOf(octets.slice(at, at + PER_LINE)));
      if (at === from) lines.push(`${' '.repeat(3 * (offset - from))}^ ${note}`);
    }
    return lines.join('\n').trimEnd();
  }
  const shown = octets.map(character);
  return `"${shown.join('')}"\n${' '.repeat(1 + shown.slice(0, offset).join('').length)}^ ${note}`;
}

function character(octet: number): string {
  const names: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };
  return (
    names[octet] ??
    (octet < 0x20 || octet === 0x7f
      ? `\\x${octet.toString(16).padStart(2, '0')}`
      : String.fromCharCode(octet))
  );
}
