import type { Options as PrettierOptions } from 'prettier';
import type { Spec } from '../spec/types.ts';
import { emitConstants } from './emit/constants.ts';
import { emitErrors } from './emit/errors.ts';
import { emitLimits } from './emit/limits.ts';
import { emitSpecJson } from './emit/spec-json.ts';
import { emitChecksum, emitTables } from './emit/tables.ts';
import { emitTlvCodec } from './emit/tlv-codec.ts';
import { emitTlvIndex } from './emit/tlv-index.ts';
import { emitTlvScan } from './emit/tlv-scan.ts';
import { emitTlvTable } from './emit/tlv-table.ts';
import { emitV1Line } from './emit/v1-line.ts';
import { emitV1Scan } from './emit/v1-scan.ts';
import { emitV2Header } from './emit/v2-header.ts';
import { emitV2Scan } from './emit/v2-scan.ts';
import { type Model, modelOf } from './model.ts';
import { type Draft, type GeneratedFile, print } from './print.ts';

export interface GenerateOptions {
  /** Module that the byte helpers come from. Default `truepeer/wire`. */
  readonly wire?: string;
  /** How to make the files again; it stands in their headers. */
  readonly command?: string;
  /** Ending of relative imports. Default `.js`, as Node's module resolution wants it. */
  readonly extension?: '.js' | '.ts';
  /** Settings for prettier. */
  readonly prettier?: PrettierOptions;
}

const EMITTERS: readonly ((model: Model, wire: string) => Draft)[] = [
  emitChecksum,
  emitConstants,
  emitErrors,
  emitLimits,
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

/** Makes every file from the tables; touches no disk. */
export async function generate(spec: Spec, options: GenerateOptions = {}): Promise<GeneratedFile[]> {
  const { wire = 'truepeer/wire', command = 'npx truepeer codegen', extension = '.js' } = options;
  const model = modelOf(spec);
  const drafts = EMITTERS.map((emit) => emit(model, wire));
  return Promise.all(
    drafts.map((draft) => {
      if (!('statements' in draft)) return print(draft, command, options.prettier ?? {});
      const imports = draft.imports?.filter(({ names }) => names.length > 0);
      const own = imports?.map((each) =>
        each.from.startsWith('./') ? { ...each, from: each.from.replace(/\.ts$/, extension) } : each,
      );
      return print({ ...draft, imports: own ?? [] }, command, options.prettier ?? {});
    }),
  );
}
