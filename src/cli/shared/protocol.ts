import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { spec as standard } from '../../../spec/index.ts';
import type { Spec } from '../../../spec/types.ts';
import { codec, createCodec } from '../../proxy/index.ts';
import type { Codec, TlvValues } from '../../proxy/index.ts';
import { escapeText } from '../../wire/messages/escape.ts';
import { Failure, UsageError } from './failure.ts';
import type { Io } from './io.ts';

/** Tables, and the codec that is made from them. */
export interface Protocol {
  readonly spec: Spec;
  /** The names and values of its TLVs are those of `spec`; the compiler knows only those of the standard. */
  readonly codec: Codec<TlvValues>;
}

/** What the standard and the vendors say. */
export const STANDARD: Protocol = { spec: standard, codec };

export const SPEC_OPTION = [
  '--spec <file>',
  'tables of your own, as for truepeer codegen: .ts, .js, .mjs or .json',
] as const;

/**
 * The tables that a user names, checked, and their codec, generated for this run; those of this package where none
 * are named.
 *
 * @throws UsageError when there is no such file; Failure when the tables have problems, which are then written
 */
export async function protocolOf(file: string | undefined, io: Io): Promise<Protocol> {
  if (file === undefined) return STANDARD;
  const path = resolve(file);
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (!isFile) throw new UsageError(`${escapeText(file)} is no file; --spec names the file of the tables.`);
  const spec = await loadChecked(path, io);
  return { spec, codec: createCodec(await generateTables(spec)) };
}

/** The generator is loaded only when it is asked for: it takes longer than all else. */
async function loadChecked(path: string, io: Io): Promise<Spec> {
  const [{ loadSpec }, { check }, { describe, line }] = await Promise.all([
    import('../../../codegen/load/index.ts'),
    import('../../../codegen/check/index.ts'),
    import('../../../codegen/load/describe.ts'),
  ]);
  const loaded = await loadSpec(path);
  const cwd = process.cwd();
  const problems =
    'fault' in loaded
      ? [line(loaded.fault, cwd, `error cannot-load: ${loaded.fault.message}`)]
      : describe(check(loaded.spec), loaded.spec, path, cwd);
  if ('spec' in loaded && problems.length === 0) return loaded.spec as Spec;
  for (const problem of problems) io.stderr.write(`${problem}\n`);
  throw new Failure('the tables of --spec have problems.');
}

/** Generates the tables of a codec into a folder that is gone afterwards, and loads them. */
async function generateTables(spec: Spec): Promise<Codec<TlvValues>['tables']> {
  const [{ generate }, { registerTypeScript }] = await Promise.all([
    import('../../../codegen/generate.ts'),
    import('../../../codegen/load/register.mjs'),
  ]);
  await registerTypeScript();
  const ending = import.meta.url.slice(-3);
  const wire = new URL(`../../wire/index${ending}`, import.meta.url).href;
  const files = await generate(spec, { emit: ['tables'], wire, extension: '.ts' });
  const folder = await mkdtemp(join(tmpdir(), 'truepeer-tables-'));
  try {
    await Promise.all(files.map(({ name, text }) => writeFile(join(folder, name), text)));
    const { tables } = (await import(pathToFileURL(join(folder, 'tables.ts')).href)) as Codec<TlvValues>;
    return tables;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
