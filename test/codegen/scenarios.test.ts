import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIAGNOSTICS } from '../../codegen/check/index.ts';
import { ROOT, runNode } from './child.ts';

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
  });

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
});

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
