import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { plainText } from '../check/diagnostic.ts';
import { isRecord } from '../check/shape/shape.ts';
import { extendSpec } from '../extend.ts';
import type * as specEntry from '../spec-entry.ts';
import { at, REGISTRY } from './places.mjs';
import { registerTypeScript } from './register.mjs';
import { SPEC_QUERY } from './spec-query.mjs';
import { type Fault, readJson } from './json.ts';

/** A spec as its file exports it, not yet checked; or why there is none. */
export type Loaded = { readonly spec: unknown } | { readonly fault: Fault };

/**
 * Loads a spec from a TypeScript, JavaScript or JSON file, and records where its rows stand. A module exports it
 * as `default` or as `spec`. A JSON file holds all tables, or says `"extends": "truepeer/spec"` and holds rows to add.
 */
export async function loadSpec(file: string): Promise<Loaded> {
  return file.endsWith('.json') ? loadJson(file) : loadModule(file);
}

async function loadJson(file: string): Promise<Loaded> {
  const read = readJson(file, await readFile(file, 'utf8'));
  if ('fault' in read) return read;
  const { value } = read;
  if (!isRecord(value) || value['extends'] !== 'truepeer/spec') return { spec: value };
  const { extends: _, ...rows } = value;
  const entry = new URL(`../spec-entry${import.meta.url.slice(-3)}`, import.meta.url);
  const { spec } = (await importWithPlaces(entry)) as typeof specEntry;
  return { spec: extendSpec(spec, rows) };
}

/** Imports a module and what it imports; where their literals stand is recorded in `places.mjs`. */
async function importWithPlaces(url: URL): Promise<unknown> {
  await registerTypeScript();
  Reflect.set(globalThis, REGISTRY, at);
  return import(url.href + SPEC_QUERY);
}

async function loadModule(file: string): Promise<Loaded> {
  let exported: Record<string, unknown>;
  try {
    exported = (await importWithPlaces(pathToFileURL(file))) as Record<string, unknown>;
  } catch (error) {
    return { fault: faultOf(error, file) };
  }
  const spec = exported['default'] ?? exported['spec'];
  if (spec !== undefined) return { spec };
  const message = 'the file exports no spec; write "export default extendSpec(spec, { ... })"';
  return { fault: { file, line: 1, column: 1, message } };
}

/** What went wrong with a module, and in which line where that is known. */
function faultOf(error: unknown, file: string): Fault {
  const text = error instanceof Error ? error.message : String(error);
  const placed = /^(.+?):(\d+):(\d+): ([^]*)$/.exec(text);
  if (placed !== null) {
    const [, where = file, line, column, message = ''] = placed;
    return { file: where, line: Number(line), column: Number(column), message: oneLine(message, file) };
  }
  const frame = frameIn(error, pathToFileURL(file).href);
  return { file, ...frame, message: `the file could not be run: ${oneLine(text, file)}` };
}

/** The line of the file in which an error was thrown: types are stripped in place, so lines are kept. */
function frameIn(error: unknown, url: string): { line: number; column: number } {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const after = stack.split(url + SPEC_QUERY)[1];
  const [, line] = /^:(\d+):/.exec(after ?? '') ?? [];
  return { line: Number(line ?? 1), column: 1 };
}

/** A message on one line: paths relative to the folder of the spec, control characters escaped. */
function oneLine(text: string, file: string): string {
  const short = text.replaceAll(SPEC_QUERY, '').replaceAll(`${dirname(file)}/`, './');
  const plain = plainText(short.replace(/\s+/g, ' ').trim());
  return plain.length > 300 ? `${plain.slice(0, 300)}...` : plain;
}
