import type { decode } from '../../proxy/index.ts';
import { escapeText } from '../../wire/escape.ts';
import { hex } from '../../wire/index.ts';
import type { Annotation } from './annotate/annotation.ts';
import type { Given } from './input-format.ts';
import type { Styles } from './style.ts';
import { layOut, widest, wrap } from './table.ts';
import type { Cell } from './table.ts';

/** A header with what the codec and the tables say of it. */
export interface Finding {
  given: Given;
  result: ReturnType<typeof decode>;
  fields: readonly Annotation[];
}

/** Findings for people: a table and a verdict for each; of several connections a summary, too. */
export function report(findings: readonly Finding[], styles: Styles, columns: number | undefined): string {
  const parts = findings.map(
    (finding) =>
      `${heading(finding, styles)}${table(finding, styles, columns)}\n\n${verdict(finding, styles)}`,
  );
  if (findings.length > 1) parts.push(summary(findings));
  return parts.join('\n\n');
}

function heading({ given }: Finding, { bold }: Styles): string {
  return 'from' in given ? `${bold(`${given.from} -> ${given.to}`)}\n` : '';
}

function table({ result, fields }: Finding, styles: Styles, columns: number | undefined): string {
  const badAt = result.status === 'invalid' ? result.error.offset : -1;
  const isBad = fields.map(
    ({ offset, octets }) => badAt >= offset && badAt < offset + Math.max(1, octets.length),
  );
  const names = fields.map(({ field, depth }) => ['  '.repeat(depth) + field]);
  const sections = fields.map(({ section }) => [section]);
  const room = roomFor(columns, widest([['field'], ...names]), widest([['section'], ...sections]));
  const rows = fields.map(({ offset, octets, meaning }, row): Cell[] => [
    isBad[row] === true ? ['>'] : [],
    [String(offset)],
    inLines(shortHex(octets), room.octets),
    names[row] ?? [],
    wrap(meaning, room.meaning),
    sections[row] ?? [],
  ]);
  const heads = [
    { heading: '' },
    { heading: 'offset', right: true, paint: styles.dim },
    { heading: 'octets', paint: styles.dim },
    { heading: 'field', paint: styles.cyan },
    { heading: 'meaning' },
    { heading: 'section', paint: styles.dim },
  ];
  return layOut(heads, rows, styles.bold, (row) => (isBad[row] === true ? styles.red : undefined));
}

const SHOWN_OCTETS = 16;
const LONGEST_MEANING = 60;
/** What stands beside octets, field, meaning and section: mark, offset, and the blanks between columns. */
const FRAME = 1 + 'offset'.length + 5 * 2;

/** How many octets and how much text go in one line of a terminal; all there is where the width is not known. */
function roomFor(
  columns: number | undefined,
  field: number,
  section: number,
): { octets: number; meaning: number } {
  for (const octets of [SHOWN_OCTETS, 8, 4]) {
    const left = columns === undefined ? LONGEST_MEANING : columns - FRAME - octets * 3 - field - section;
    if (left >= LONGEST_MEANING / 2 || octets === 4) {
      return { octets, meaning: Math.max(16, Math.min(left, LONGEST_MEANING)) };
    }
  }
  return { octets: SHOWN_OCTETS, meaning: LONGEST_MEANING };
}

function shortHex(octets: Uint8Array): string[] {
  const pairs = hex(octets, 0, Math.min(octets.length, SHOWN_OCTETS)).match(/../gu) ?? [];
  return octets.length > SHOWN_OCTETS ? [...pairs, '...'] : pairs;
}

/** Words in lines; the mark for more stays in the last one. */
function inLines(words: readonly string[], most: number): string[] {
  const lines = Math.max(1, Math.ceil(Math.min(words.length, SHOWN_OCTETS) / most));
  return Array.from({ length: lines }, (_, line) =>
    words.slice(line * most, line === lines - 1 ? undefined : (line + 1) * most).join(' '),
  );
}

function verdict({ given: { octets }, result }: Finding, { green, yellow, red }: Styles): string {
  const received = octets.length;
  switch (result.status) {
    case 'ok': {
      const rest = received - result.length;
      const follows = rest === 0 ? '' : ` ${rest} octets follow it.`;
      return `${green('Valid')}: a version ${result.data.version} header of ${result.length} octets.${follows}`;
    }
    case 'incomplete':
      return (
        `${yellow('Incomplete')}: ${received} octets are there, at least ${result.needed} are needed; expected the next one at octet ` +
        `${received}.${result.needed === received + 1 ? lineEndMissing(octets) : ''}`
      );
    default:
      return `${red('Invalid')}: ${escapeText(result.error.message)}.`;
  }
}

/** The hint for a version 1 line without CR LF, which cannot be typed; version 2 begins with a CR. */
function lineEndMissing(octets: Uint8Array): string {
  return octets.includes(CR)
    ? ''
    : String.raw` A version 1 line ends with CR LF: on a command line write \r\n for it.`;
}

const CR = 0x0d;

function summary(findings: readonly Finding[]): string {
  const count = (status: Finding['result']['status']) =>
    findings.filter(({ result }) => result.status === status).length;
  return `${findings.length} connections: ${count('ok')} valid, ${count('invalid')} invalid, ${count('incomplete')} incomplete.`;
}
