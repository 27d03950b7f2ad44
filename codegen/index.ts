/** `truepeer/codegen`: checks tables and makes files from them, without touching a disk. */
export {
  check,
  type Diagnostic,
  type DiagnosticCode,
  DIAGNOSTICS,
  type Note,
  type Path,
} from './check/index.ts';
export { generate, type GenerateOptions, SpecError } from './generate.ts';
export type { GeneratedFile } from './print.ts';
