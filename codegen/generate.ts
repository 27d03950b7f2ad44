import type { Options as PrettierOptions } from 'prettier';
import type { Spec } from '../spec/types.ts';
import { check, type Diagnostic, pathText } from './check/index.ts';
import { emitAbnf } from './emit/abnf/abnf.ts';
import { emitConstants } from './emit/typescript/tables/constants.ts';
import { emitDecodedSchema } from './emit/typescript/zod/decoded-schema.ts';
import { emitEntry } from './emit/typescript/tables/entry.ts';
import { emitErrors } from './emit/typescript/tables/errors.ts';
import { emitLua } from './emit/lua/lua.ts';
import { emitJsonSchema } from './emit/json/json-schema.ts';
import { emitLimits } from './emit/typescript/tables/limits.ts';
import { emitReference } from './emit/markdown/reference.ts';
import { emitSchemas } from './emit/typescript/zod/schemas.ts';
import { emitSpecJson } from './emit/json/spec-json.ts';
import { emitChecksum, emitTables } from './emit/typescript/tables/tables.ts';
import { emitTlvCodec } from './emit/typescript/codec/tlv-codec.ts';
import { emitTlvIndex } from './emit/typescript/codec/tlv-index.ts';
import { emitTlvScan } from './emit/typescript/codec/tlv-scan.ts';
import { emitTlvTable } from './emit/typescript/tables/tlv-table.ts';
import { emitV1Line } from './emit/typescript/codec/v1-line.ts';
import { emitV1Scan } from './emit/typescript/codec/v1-scan.ts';
import { emitV2Header } from './emit/typescript/codec/v2-header.ts';
import { emitV2Scan } from './emit/typescript/codec/v2-scan.ts';
import { type Model, modelOf } from './model.ts';
import { type Draft, type GeneratedFile, print, render, type Rendered } from './print.ts';

export interface GenerateOptions {
  /** What to make: names of files without their ending, such as `constants`. What they import comes along. Default: all. */
  readonly emit?: readonly string[];
  /** Module that the helpers for octets come from. Default `truepeer/wire`. */
  readonly wire?: string;
  /** Module that the helpers of the zod schemas come from. Default `truepeer/schemas/runtime`. */
  readonly schemas?: string;
  /** Module that `index` takes `createCodec` from; null for no `index`. Default `truepeer/proxy`. */
  readonly proxy?: string | null;
  /** What the headers call the tables. Default: the part of `spec/` that a file comes from. */
  readonly from?: string;
  /** What makes the files again, as an order that completes "change the table and ...". Default `generate again`. */
  readonly again?: string;
  /** Ending of relative imports. Default `.js`, as Node's module resolution wants it. */
  readonly extension?: '.js' | '.ts';
  /** Settings for prettier. */
  readonly prettier?: PrettierOptions;
}

/** A spec that `generate` cannot work with. */
export class SpecError extends Error {
  override readonly name = 'SpecError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const lines = diagnostics.map(
      ({ code, path, message }) => `${pathText(path)} - error ${code}: ${message}`,
    );
    super(['the tables have problems:', ...lines].join('\n'));
    this.diagnostics = diagnostics;
  }
}

const EMITTERS: readonly ((model: Model) => Draft)[] = [
  emitAbnf,
  emitChecksum,
  emitConstants,
  emitDecodedSchema,
  emitErrors,
  emitJsonSchema,
  emitLimits,
  emitLua,
  emitReference,
  emitSchemas,
  emitSpecJson,
  emitTables,
  emitTlvCodec,
  emitTlvIndex,
  emitTlvScan,
  emitTlvTable,
  emitV1Line,
  emitV1Scan,
  emitV2Header,
  emitV2Scan,
];

/**
 * Makes every file from the tables; touches no disk. Same tables and options, same octets.
 *
 * @param spec Tables, mostly of `extendSpec`.
 * @returns Files with their names, sorted by these.
 * @throws SpecError with the diagnostics of `check`, where there are any; RangeError for an unknown name in `emit`.
 *
 * @example
 * import { generate } from 'truepeer/codegen';
 * import { spec } from 'truepeer/spec';
 * const files = await generate(spec, { emit: ['constants'] });
 * console.log(files.map((file) => file.name)); // [ 'constants.ts' ]
 */
export async function generate(spec: Spec, options: GenerateOptions = {}): Promise<GeneratedFile[]> {
  const { wire = 'truepeer/wire', schemas = 'truepeer/schemas/runtime', proxy = 'truepeer/proxy' } = options;
  const { from, again = 'generate again', extension = '.js', prettier = {} } = options;
  const diagnostics = check(spec);
  if (diagnostics.length > 0) throw new SpecError(diagnostics);
  const specifiers = { wire, schemas, proxy: proxy ?? '', zod: 'zod', extension };
  const files = chosen(draftsOf(spec, proxy !== null), options.emit).map(({ draft, rendered }) =>
    print(from === undefined ? draft : { ...draft, from }, rendered, specifiers, again, prettier),
  );
  return (await Promise.all(files)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names that `emit` may hold, in alphabetical order. */
export function outputsOf(spec: Spec): string[] {
  return draftsOf(spec, true)
    .map(({ name }) => stemOf(name))
    .toSorted();
}

function draftsOf(spec: Spec, withEntry: boolean): readonly Draft[] {
  const model = modelOf(spec);
  const drafts = EMITTERS.map((emit) => emit(model));
  return withEntry ? [...drafts, emitEntry()] : drafts;
}

interface Chosen {
  readonly draft: Draft;
  readonly rendered: Rendered;
}

/** The drafts that are asked for, and those that they import. */
function chosen(drafts: readonly Draft[], names: readonly string[] | undefined): readonly Chosen[] {
  const known = new Map(drafts.map((draft) => [stemOf(draft.name), draft]));
  const taken = new Set(names ?? known.keys());
  return [...taken].flatMap((name) => take(name));

  function take(name: string): Chosen[] {
    const draft = known.get(name);
    if (draft === undefined) {
      const there = [...known.keys()].toSorted().join(', ');
      throw new RangeError(`there is no output ${JSON.stringify(name)}; there are ${there}`);
    }
    const rendered = render(draft);
    const others = [...rendered.imports, ...('exports' in draft ? (draft.exports ?? []) : [])];
    const beside = others.filter(({ from }) => from.startsWith('./')).map(({ from }) => from.slice(2));
    const news = [...new Set(beside)].filter((other) => !taken.has(other));
    for (const other of news) taken.add(other);
    return [{ draft, rendered }, ...news.flatMap(take)];
  }
}

function stemOf(name: string): string {
  return name.replace(/\.\w+$/, '');
}
