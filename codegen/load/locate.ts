import { readFileSync } from 'node:fs';
import type { Path } from '../check/diagnostic.ts';
import { placeOf } from './places.mjs';

/** A place in a file; line and column count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Finds the place in the files of a loaded spec for a path: of the row itself, else of what holds it, else the file. */
export function locator(spec: unknown, entry: string): (path: Path) => Location {
  const texts = new Map<string, string>();

  function locate(path: Path): Location {
    let found: { file: string; offset: number } | undefined = placeOf(spec);
    let value = spec;
    for (const key of path) {
      const holder = placeOf(value);
      value = isObject(value) ? value[key] : undefined;
      const offset =
        holder === undefined || !Object.hasOwn(holder.properties, key) ? undefined : holder.properties[key];
      const own = placeOf(value);
      if (own !== undefined && (typeof key === 'number' || offset === undefined)) found = own;
      else if (holder !== undefined) found = { file: holder.file, offset: offset ?? holder.offset };
    }
    if (found === undefined) return { file: entry, line: 1, column: 1 };
    const text = textOf(found.file).slice(0, found.offset);
    const start = text.lastIndexOf('\n') + 1;
    return { file: found.file, line: text.split('\n').length, column: found.offset - start + 1 };
  }

  function textOf(file: string): string {
    const text = texts.get(file) ?? readFileSync(file, 'utf8');
    texts.set(file, text);
    return text;
  }

  return locate;
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
