import { checkCodes } from './rows/codes.ts';
import { checkConstantNames } from './rows/constant-names.ts';
import { checkConstants } from './rows/constants.ts';
import { type Diagnostic, type Path, Report } from './diagnostic.ts';
import { checkExamples } from './examples/examples.ts';
import { checkGrammar } from './grammar/rules.ts';
import { checkLayouts } from './rows/layouts.ts';
import { checkNames } from './rows/names.ts';
import { checkParents } from './rows/parents.ts';
import { checkRanges } from './rows/ranges.ts';
import { checkRequired } from './rows/required.ts';
import { checkDocumentation } from './rows/documentation.ts';
import { subjectOf } from './subject.ts';
import { checkValues } from './rows/values.ts';

const CHECKS = [
  checkNames,
  checkConstantNames,
  checkCodes,
  checkRanges,
  checkParents,
  checkValues,
  checkDocumentation,
  checkLayouts,
  checkConstants,
  checkExamples,
  checkGrammar,
  checkRequired,
];

/**
 * Holds tables against themselves and each other: codes, names, parents, lengths, examples, what is stated twice.
 * Nothing is thrown, whatever the value is; every problem there is comes back at once.
 *
 * @param spec The tables; any value, such as a foreign JSON file.
 * @returns The problems by table and row, none when `generate` can work with them. Each has a code of
 *   `DIAGNOSTICS`, the path to the place in the spec, a sentence with the way out, and notes on other places.
 *
 * @example
 * import { check } from 'truepeer/codegen';
 * import { extendSpec, spec } from 'truepeer/spec';
 * const TENANT_ID = {
 *   name: 'TENANT_ID', code: 0xea, value: { kind: 'u32be' }, doc: 'Tenant of the client.',
 *   ref: { source: 'PROXY', section: '2.2.8' }, examples: [{ wire: '00 00 00 2a', means: 42 }],
 * } as const;
 * const [problem] = check(extendSpec(spec, { tlvs: [TENANT_ID] }));
 * console.log(problem?.message); // "TENANT_ID" has code 0xea, which "AWS" has already; 0xe2 is free
 */
export function check(spec: unknown): readonly Diagnostic[] {
  const report = new Report();
  const subject = subjectOf(spec, report);
  if (subject !== undefined) for (const run of CHECKS) run(subject, report);
  return report.diagnostics.toSorted((a, b) => comparePaths(a.path, b.path));
}

/** Tables by name, rows in their order; stable where paths are the same. */
function comparePaths(a: Path, b: Path): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y) continue;
    if (typeof x === 'number' && typeof y === 'number') return x - y;
    return String(x) < String(y) ? -1 : 1;
  }
  return a.length - b.length;
}

export { DIAGNOSTICS, type DiagnosticCode } from './catalogue.ts';
export { type Diagnostic, type Note, type Path, pathText } from './diagnostic.ts';
