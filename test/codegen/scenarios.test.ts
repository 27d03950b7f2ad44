import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIAGNOSTICS } from '../../codegen/check/index.ts';
import { ROOT, runNode, tsc } from './child.ts';

const scenarios = join(ROOT, 'test/codegen/scenarios');
const names = readdirSync(scenarios);
const expectedOutputs = (name: string): string[] =>
  existsSync(join(scenarios, name, 'output')) ? readdirSync(join(scenarios, name, 'output')) : [];
const expectedProblems = (name: string): string | undefined =>
  textOf(join(scenarios, name, 'diagnostics.txt'));

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

describe('scenarios', () => {
  let made: string;

  beforeAll(async () => {
    made = mkdtempSync(join(tmpdir(), 'truepeer-scenarios-'));
    const { code, err } = await runNode('test/codegen/run-scenarios.ts', [scenarios, made, ...names]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }, 60_000);

  afterAll(() => rmSync(made, { recursive: true }));

  test.each(names)('%s', (name) => {
    const outputs = expectedOutputs(name);
    expect(textOf(join(made, name, 'diagnostics.txt'))).toBe(expectedProblems(name));
    expect(outputs.length > 0).toBe(expectedProblems(name) === undefined);
    for (const file of outputs) {
      const expected = textOf(join(scenarios, name, 'output', file));
      expect(textOf(join(made, name, 'output', file)), file).toBe(expected);
    }
  });

  test('all that was written compiles, in strict mode, for Node and for bundlers', async () => {
    symlinkSync(join(ROOT, 'node_modules'), join(made, 'node_modules'));
    writeFileSync(join(made, 'package.json'), '{ "type": "module" }');
    const source = (path: string): string[] => [join(ROOT, 'src', path)];
    for (const module of ['NodeNext', 'ESNext']) {
      const compilerOptions = {
        ...STRICT,
        module,
        moduleResolution: module === 'ESNext' ? 'bundler' : module,
        paths: { 'truepeer/wire': source('wire/index.ts'), 'truepeer/proxy': source('proxy/index.ts') },
      };
      writeFileSync(
        join(made, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, include: ['*/output/*.ts'] }),
      );
      expect(await tsc(['-p', '.'], made)).toEqual({ code: 0, out: '', err: '' });
    }
  }, 60_000);
});

const STRICT = {
  target: 'ES2023',
  lib: ['ES2023'],
  types: ['node'],
  noEmit: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
};

describe('the catalogue of diagnostics', () => {
  const told = names.flatMap((name) =>
    [...(expectedProblems(name) ?? '').matchAll(/ - error ([a-z0-9-]+): /g)].map((match) => match[1]),
  );

  test.each(Object.keys(DIAGNOSTICS))('%s is told in a scenario', (code) => {
    expect(told).toContain(code);
  });

  test('no scenario tells a code that is not in it', () => {
    expect(Object.keys(DIAGNOSTICS)).toEqual(expect.arrayContaining([...new Set(told)]));
  });
});
