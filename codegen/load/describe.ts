import { relative } from 'node:path';
import { type Diagnostic, plainText } from '../check/diagnostic.ts';
import { type Location, locator } from './locate.ts';

/**
 * Problems as lines `file:line:col - error code: message`, notes indented below theirs, in the order of the files.
 *
 * @param entry the file of the spec, for what has no place of its own
 * @param from the folder that file names are told from
 */
export function describe(
  diagnostics: readonly Diagnostic[],
  spec: unknown,
  entry: string,
  from: string,
): readonly string[] {
  const locate = locator(spec, entry);
  return diagnostics
    .map((diagnostic) => ({ diagnostic, location: locate(diagnostic.path) }))
    .toSorted((a, b) => compare(a.location, b.location))
    .flatMap(({ diagnostic: { code, message, notes }, location }) => [
      line(location, from, `error ${code}: ${message}`),
      ...notes.map((note) => `  ${line(locate(note.path), from, `note: ${note.message}`)}`),
    ]);
}

/** One such line. */
export function line({ file, line: number, column }: Location, from: string, text: string): string {
  const name = relative(from, file).replaceAll('\\', '/');
  return `${plainText(name)}:${number}:${column} - ${text}`;
}

function compare(a: Location, b: Location): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
