import { defineConfig } from 'vitest/config';

// .ci/run counts the tests from this report: `npm cit` hands no arguments on.
const report = process.env['TRUEPEER_TEST_REPORT'];

/** A file's project is told by its place or name, so that nobody keeps a list. */
const INTEROP = 'interop/**/*.test.ts';
const SLOW = '**/*.slow.test.ts';

/**
 * Milliseconds after which a test counts as hung. They are no measure of anything: each is ten times and more of what
 * its project's slowest test takes on a quiet machine, for others may have the processors.
 */
const HUNG = { unit: 120_000, interop: 240_000, slow: 900_000 };

type Project = keyof typeof HUNG;

const project = (name: Project, include: string, exclude: string[]) => ({
  extends: true as const,
  test: { name, include: [include], exclude, testTimeout: HUNG[name], hookTimeout: HUNG[name] },
});

export default defineConfig({
  test: {
    dir: 'test',
    isolate: false,
    expect: { poll: { timeout: 60_000 } },
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      project('unit', '**/*.test.ts', [INTEROP, SLOW]),
      project('interop', INTEROP, [SLOW]),
      project('slow', SLOW, []),
    ],
  },
});
