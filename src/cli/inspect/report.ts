import { escapeText } from '../../wire/messages/escape.ts';
import { hex } from '../../wire/index.ts';
import type { Finding } from './examine.ts';
import { Printer } from './printer.ts';
import type { Output } from '../shared/io.ts';
import type { Given } from './examine.ts';
import type { Recognised } from './recognise/recognised.ts';
import { stylesFor } from './style.ts';
import type { Styles } from './style.ts';
import { layOut, widest, wrap } from './table.ts';
import type { Cell } from './table.ts';

/** Findings for people: a table and a verdict for each; of several connections a summary, too. */
export class Report extends Printer {
  readonly #output: Output;
  readonly #styles: Styles;

  constructor(output: Output) {
    super();
    this.#output = output;
    this.#styles = stylesFor(output);
  }

  protected override print(finding: Finding): void {
    const styles = this.#styles;
    const parts = [
      `${heading(finding, styles)}${table(finding, styles, this.#output.columns)}`,
      [verdict(finding, styles), ...missing(finding), ...notes(finding, styles)].join('\n'),
    ];
    this.#write(parts.join('\n\n'), this.count > 1);
  }

  override followed({ given, other }: Finding): void {
    this.#write(`${route(given)}: the header is followed by ${other?.text ?? UNKNOWN}.`, true);
  }

  override end(remarks: readonly string[]): void {
    const { ok, invalid, incomplete } = this.tally;
    const summary = `${this.count} connections: ${ok} valid, ${invalid} invalid, ${incomplete} incomplete.`;
    const lines = this.count > 1 ? [summary, ...remarks] : remarks;
    if (lines.length > 0) this.#write(lines.join('\n'), true);
  }

  #write(text: string, isFurther: boolean): void {
    this.#output.write(`${isFurther ? '\n' : ''}${text}\n`);
  }
}

const UNKNOWN = 'octets of no protocol that is known here';

function route(given: Given): string {
  if (!('from' in given)) return '';
  const { from, to, via, transport } = given;
  return `${from} -> ${to}${transport === 'UDP' ? ', UDP' : ''}${via === '' ? '' : `, in ${via}`}`;
}

function heading({ given }: Finding, { bold }: Styles): string {
  return 'from' in given ? `${bold(route(given))}\n` : '';
}

/** Octets that the capture lacks. */
function missing({ given }: Finding): string[] {
  if (!('hole' in given) || given.hole === undefined) return [];
  const { from, to } = given.hole;
  return to === undefined
    ? [`The capture holds no octets from ${from} on: packets are cut off (tcpdump -s 0), or are fragments.`]
    : [`The capture lacks octets ${from} to ${to - 1}: a segment is missing.`];
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

function notes({ notes: found }: Finding, { cyan }: Styles): string[] {
  return found.map(({ text }) => `${cyan('Note')}: ${text}`);
}

function verdict({ given, result, other }: Finding, { green, yellow, red }: Styles): string {
  const { octets } = given;
  const received = octets.length;
  switch (result.status) {
    case 'ok': {
      const valid = `${green('Valid')}: a version ${result.data.version} header of ${result.length} octets.`;
      const rest = received - result.length;
      if (rest > 0) return `${valid} ${follows(rest)}: ${other?.text ?? UNKNOWN}.`;
      return 'from' in given ? `${valid} Nothing follows it.` : valid;
    }
    case 'incomplete':
      return (
        `${yellow('Incomplete')}: ${received} octets are there, at least ${result.needed} are needed; expected the next one at octet ` +
        `${received}.${result.needed === received + 1 ? lineEndMissing(octets) : ''}`
      );
    default: {
      const instead = other === undefined || isHeader(other) ? '' : `this is ${other.text}. `;
      return `${red('Invalid')}: ${instead}${escapeText(result.error.message)}.`;
    }
  }
}

function follows(count: number): string {
  return count === 1 ? '1 octet follows it' : `${count} octets follow it`;
}

/** Whether it is a header as it should begin: then what is wrong stands further on. */
function isHeader({ name }: Recognised): boolean {
  return name === 'proxy-v1' || name === 'proxy-v2';
}

/** The hint for a version 1 line without CR LF, which cannot be typed; version 2 begins with a CR. */
function lineEndMissing(octets: Uint8Array): string {
  return octets.includes(CR)
    ? ''
    : String.raw` A version 1 line ends with CR LF: on a command line write \r\n for it.`;
}

const CR = 0x0d;
