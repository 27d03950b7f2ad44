/**
 * Compiles a project with an older TypeScript and prints what it has to say of the project itself and of the package's
 * own declarations; those of other packages are not looked at. Arguments: the TypeScript, the folder of the project.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [name = '', project = ''] = process.argv.slice(2);
/** @type {typeof import('typescript-6')} */
const ts = createRequire(import.meta.url)(name);
const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), ts.sys.readFile);
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, project);
const program = ts.createProgram(fileNames, { ...options, skipLibCheck: false });
const files = program
  .getSourceFiles()
  .filter(({ fileName }) => !/node_modules\/(?!truepeer\/)/.test(fileName));
const problems = [
  ...program.getOptionsDiagnostics(),
  ...program.getGlobalDiagnostics(),
  ...files.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]),
];
const host = { getCanonicalFileName: String, getCurrentDirectory: () => project, getNewLine: () => '\n' };
process.stdout.write(ts.formatDiagnostics(problems, host));
console.log(`TypeScript ${ts.versionMajorMinor}: ${files.length} files, ${problems.length} problems`);
