import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TABLES } from './check/shape/tables.ts';
import { type GeneratedFile, MARK } from './print.ts';

/** What a folder holds against what it should hold; names of files. */
export interface Comparison {
  readonly same: readonly string[];
  readonly missing: readonly string[];
  readonly differing: readonly string[];
  /** Ours, and no longer generated. */
  readonly stale: readonly string[];
  /** Not ours, and in the way. */
  readonly foreign: readonly string[];
}

/** Compares a folder, which need not exist, with files. */
export async function compare(folder: string, files: readonly GeneratedFile[]): Promise<Comparison> {
  const there = await namesIn(folder);
  const wanted = new Map(files.map((file) => [file.name, file.text]));
  const result = { same: [], missing: [], differing: [], stale: [], foreign: [] } as Record<
    keyof Comparison,
    string[]
  >;
  for (const [name, text] of wanted) {
    const found = there.has(name) ? await readFile(join(folder, name), 'utf8') : undefined;
    if (found === undefined) result.missing.push(name);
    else if (found === text) result.same.push(name);
    else result[isOurs(name, found) ? 'differing' : 'foreign'].push(name);
  }
  for (const name of there) {
    if (wanted.has(name) || !/\.(?:ts|json|md|abnf|lua)$/.test(name)) continue;
    if (isOurs(name, await readFile(join(folder, name), 'utf8'))) result.stale.push(name);
  }
  return result;
}

/** Writes what is missing or differs, each file whole or not at all, and takes away what is stale. */
export async function bringInLine(
  folder: string,
  files: readonly GeneratedFile[],
  found: Comparison,
): Promise<void> {
  const wanted = new Set([...found.missing, ...found.differing]);
  const writes = files.filter(({ name }) => wanted.has(name));
  await mkdir(folder, { recursive: true });
  const temporary = (name: string): string => join(folder, `.${name}.${process.pid}.tmp`);
  try {
    await Promise.all(writes.map(({ name, text }) => writeFile(temporary(name), text, { flag: 'wx' })));
    for (const { name } of writes) await rename(temporary(name), join(folder, name));
  } finally {
    await Promise.all(writes.map(({ name }) => rm(temporary(name), { force: true })));
  }
  for (const name of found.stale) await rm(join(folder, name));
}

async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return new Set(
      entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => entry.name)
        .toSorted(),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Set();
    throw error;
  }
}

/** The header at the start of a file, behind the mark of a comment; in a JSON schema behind `$schema`. */
const HEADER = new RegExp(
  String.raw`^(?:(?://|--|;|#|<!--|/\*\*?)\s*|\{\s*(?:"\$schema":\s*"[^"]*",\s*)?"\$comment":\s*")${MARK} `,
);

/** Whether the generator made a file, so that it may write over it and take it away. */
function isOurs(name: string, text: string): boolean {
  return HEADER.test(text) || (name === 'spec.json' && holdsTables(text));
}

/** The tables as JSON have no room for a header; they are known by their tables, of an older version too. */
function holdsTables(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    return (
      keys.length > TABLES.length / 2 && keys.every((key) => (TABLES as readonly string[]).includes(key))
    );
  } catch {
    return false;
  }
}
