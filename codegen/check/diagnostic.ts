import { meantBy } from '../../src/wire/messages/did-you-mean.ts';
import type { DiagnosticCode } from './catalogue.ts';

/** Where in a spec: `['tlvs', 3, 'code']`. */
export type Path = readonly (string | number)[];

/** The other place of a problem that has two. */
export interface Note {
  readonly path: Path;
  readonly message: string;
}

/** One problem of a spec: what is wrong, where, and the way out. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly path: Path;
  readonly message: string;
  readonly notes: readonly Note[];
}

/** Collects problems, so that all are told at once. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];

  add(code: DiagnosticCode, path: Path, message: string, notes: readonly Note[] = []): void {
    this.diagnostics.push({ code, path, message, notes });
  }

  has(...codes: readonly DiagnosticCode[]): boolean {
    return this.diagnostics.some(({ code }) => codes.includes(code));
  }
}

const SHOWN = 60;

/** A value of somebody's spec as it may stand in a message: short, on one line, control characters escaped. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'number') return String(value);
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const kind: unknown = value.constructor?.name;
    return typeof kind === 'string' && kind !== 'Object' && /^\w+$/.test(kind)
      ? `an object of class ${kind}`
      : 'an object';
  }
  const text = plainText(JSON.stringify(value));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}..."` : text;
}

/** Text with every character outside printable ASCII escaped. */
export function plainText(text: string): string {
  return text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** `tlvs[3].code`. */
export function pathText(path: Path): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : /^\w+$/.test(key) ? `.${key}` : `[${show(key)}]`))
    .join('')
    .replace(/^\./, '');
}

/** "did you mean AWS?" where one of the names is near; else the names. */
export function suggest(name: string, names: readonly string[]): string {
  const meant = meantBy(name, names);
  if (meant !== undefined) return `did you mean ${meant}?`;
  if (names.length === 0) return 'there is none';
  const listed = names.slice(0, 8).join(', ');
  return `there ${names.length === 1 ? 'is' : 'are'} ${listed}${names.length > 8 ? ' and more' : ''}`;
}
