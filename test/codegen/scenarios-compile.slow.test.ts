import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, runNode, tsc } from './child.ts';

let made: string;

beforeAll(async () => {
  const scenarios = join(ROOT, 'test/codegen/scenarios');
  made = mkdtempSync(join(tmpdir(), 'truepeer-scenarios-'));
  const args = [scenarios, made, ...readdirSync(scenarios)];
  const { code, err } = await runNode('test/codegen/run-scenarios.ts', args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

afterAll(() => rmSync(made, { recursive: true }));

test('all that was written compiles, in strict mode, for Node and for bundlers', async () => {
  symlinkSync(join(ROOT, 'node_modules'), join(made, 'node_modules'));
  writeFileSync(join(made, 'package.json'), '{ "type": "module" }');
  const source = (path: string): string[] => [join(ROOT, 'src', path)];
  for (const module of ['NodeNext', 'ESNext']) {
    const compilerOptions = {
      ...STRICT,
      module,
      moduleResolution: module === 'ESNext' ? 'bundler' : module,
      paths: {
        'truepeer/wire': source('wire/index.ts'),
        'truepeer/schemas/runtime': source('schemas/index.ts'),
        'truepeer/proxy': source('proxy/index.ts'),
      },
    };
    writeFileSync(
      join(made, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['*/output/*.ts'] }),
    );
    expect(await tsc(['-p', '.'], made)).toEqual({ code: 0, out: '', err: '' });
  }
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
