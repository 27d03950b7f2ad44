import { defineConfig } from 'vitest/config';

// .ci/run counts the tests from this report: `npm cit` hands no arguments on.
const report = process.env['TRUEPEER_TEST_REPORT'];

export default defineConfig({
  test: {
    dir: 'test',
    include: ['**/*.test.ts'],
    isolate: false,
    testTimeout: 20_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
