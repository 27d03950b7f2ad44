import type { Output } from '../shared/io.ts';

/** Paints text for a terminal. */
export type Paint = (text: string) => string;

export type Styles = Readonly<Record<'bold' | 'dim' | 'cyan' | 'green' | 'yellow' | 'red', Paint>>;

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  cyan: [36, 39],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
};

/** Colours on a terminal, none elsewhere nor where NO_COLOR is set (https://no-color.org). */
export function stylesFor(output: Output, { NO_COLOR = '', TERM }: NodeJS.ProcessEnv = process.env): Styles {
  const painted = output.isTTY === true && NO_COLOR === '' && TERM !== 'dumb';
  const styles = Object.entries(CODES).map(([name, [on, off]]): [string, Paint] => [
    name,
    (text) => (painted && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text),
  ]);
  return Object.fromEntries(styles) as Styles;
}
