import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { resolveConfig } from 'prettier';
import type { Spec } from '../spec/types.ts';
import { plainText } from './check/diagnostic.ts';
import { check } from './check/index.ts';
import { bringInLine, compare, type Comparison } from './files.ts';
import { generate, type GenerateOptions } from './generate.ts';
import { describe, line } from './load/describe.ts';
import { loadSpec } from './load/index.ts';
import type { GeneratedFile } from './print.ts';

export interface CodegenOptions extends Pick<
  GenerateOptions,
  'emit' | 'extension' | 'wire' | 'schemas' | 'proxy' | 'again' | 'from'
> {
  /** File of the spec: .ts, .js, .mjs or .json. */
  readonly spec: string;
  /** Folder to write into. */
  readonly out: string;
  /** Compare only. */
  readonly check?: boolean;
  /** Folder that paths are relative to, and told from. Default: the current one. */
  readonly cwd?: string;
  /** Where lines go: what was done, and what is wrong. */
  readonly tell: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Exit codes: all is well; the tables or the files are not; the call is wrong. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/**
 * What `npm run codegen` and `truepeer codegen` do: loads a spec, checks it, and writes what follows from it, or says how
 * it differs from what is there. Nothing is written while the spec has problems.
 *
 * @returns 0 when all is well, 1 for problems of the spec or drift, 2 for a call that cannot be meant
 */
export async function runCodegen(options: CodegenOptions): Promise<number> {
  const { cwd = process.cwd(), tell, complain } = options;
  const file = resolve(cwd, options.spec);
  const out = resolve(cwd, options.out);
  const misuse = await misuseOf(file, out);
  if (misuse !== undefined) {
    complain(`error: ${misuse}`);
    return EXIT.usage;
  }
  const loaded = await loadSpec(file);
  if ('fault' in loaded) {
    complain(line(loaded.fault, cwd, `error cannot-load: ${loaded.fault.message}`));
    return EXIT.failed;
  }
  const { spec } = loaded;
  const diagnostics = check(spec);
  if (diagnostics.length > 0) {
    for (const text of describe(diagnostics, spec, file, cwd)) complain(text);
    complain(`${counted(diagnostics.length, 'problem')} in the tables; nothing was written`);
    return EXIT.failed;
  }
  let files: GeneratedFile[];
  try {
    const prettier = (await resolveConfig(join(out, 'index.ts'), { editorconfig: true })) ?? {};
    const again = options.again ?? againBy(file, out, options);
    files = await generate(spec as Spec, { ...options, again, prettier });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    complain(`error: ${plainText(error.message)}`);
    return error instanceof RangeError ? EXIT.usage : EXIT.failed;
  }
  const shown = plainText(relative(cwd, out).replaceAll('\\', '/')) || '.';
  try {
    const found = await compare(out, files);
    if (options.check === true) return reportDrift(found, shown, options);
    if (found.foreign.length > 0) {
      for (const name of found.foreign)
        complain(`in the way: ${shown}/${plainText(name)} was not made by truepeer codegen`);
      complain('nothing was written; move what is in the way, or choose another folder');
      return EXIT.failed;
    }
    await bringInLine(out, files, found);
    const written = found.missing.length + found.differing.length;
    const removed = found.stale.map((name) => `, removed ${plainText(name)}`).join('');
    tell(`${shown}: ${counted(written, 'file')} written, ${found.same.length} up to date${removed}`);
    if (files.some(({ name }) => name === 'index.ts')) tell(nextStep(shown, options.extension));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    complain(`error: ${plainText(error.message)}`);
    return EXIT.failed;
  }
}

/**
 * The command that makes the files again, for their headers. It starts from their own folder, so that it is the same
 * wherever and on whatever machine they were made; it is only described where a path has no such form.
 */
function againBy(file: string, out: string, { emit, extension }: CodegenOptions): string {
  const spec = relative(out, file).replaceAll('\\', '/');
  if (isAbsolute(spec) || !/^[\w./@+-]+$/.test(spec))
    return 'run `npx truepeer codegen` again, with the same --spec and --out';
  const chosen = emit === undefined ? '' : ` --emit ${emit.join(',')}`;
  const ending = extension === undefined || extension === '.js' ? '' : ` --import-extension ${extension}`;
  return `run \`npx truepeer codegen --spec ${spec} --out .${chosen}${ending}\` in this folder`;
}

/** How the codec comes into use. */
function nextStep(shown: string, extension = '.js'): string {
  const from = /^\.{1,2}(?:\/|$)/.test(shown) ? shown : `./${shown}`;
  return `next: import { codec } from '${from}/index${extension}'; and give the server proxyProtocol: { codec }`;
}

/** Why a call cannot be meant, or undefined. */
async function misuseOf(file: string, out: string): Promise<string | undefined> {
  const spec = await stat(file).catch(() => undefined);
  if (spec?.isFile() !== true) return `${plainText(file)} is no file; --spec names the file of the tables`;
  const folder = await stat(out).catch(() => undefined);
  if (folder !== undefined && !folder.isDirectory()) return `${plainText(out)} is no folder; --out names one`;
  if (file === join(out, 'spec.json'))
    return `${plainText(file)} would be written over; let --out name a folder of its own`;
  return undefined;
}

function reportDrift(found: Comparison, shown: string, { complain, tell }: CodegenOptions): number {
  const drift = [
    ...found.missing.map((name) => `missing: ${shown}/${name}`),
    ...found.differing.map((name) => `differs: ${shown}/${name}`),
    ...found.foreign.map((name) => `differs, and was not made by truepeer codegen: ${shown}/${name}`),
    ...found.stale.map((name) => `no longer generated: ${shown}/${name}`),
  ];
  for (const text of drift.toSorted()) complain(plainText(text));
  if (drift.length === 0) {
    tell(`${shown}: ${counted(found.same.length, 'file')} up to date`);
    return EXIT.ok;
  }
  complain(`${counted(drift.length, 'file')} out of date; run the same command without --check`);
  return EXIT.failed;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
