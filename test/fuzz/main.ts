import fc from 'fast-check';
import { type Plan, planOf, USAGE } from './arguments.ts';
import { Progress } from './progress.ts';

const plan = planOf(process.argv.slice(2));
if (plan === 'help') {
  process.stdout.write(USAGE);
} else if ('wrong' in plan) {
  process.stderr.write(`${plan.wrong}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  process.exitCode = (await fuzz(plan)) ? 0 : 1;
}

/** Whether no target fails before the time is over. */
async function fuzz({ minutes, seed: first, targets }: Plan): Promise<boolean> {
  const progress = new Progress(minutes);
  let seed = first;
  for (; seed === first || progress.minutes < minutes; seed++) {
    for (const [name, { property, runs }] of targets) {
      progress.show(seed, name);
      const result = await fc.check(property, { seed, numRuns: runs, includeErrorInReport: true });
      progress.add(name, result.numRuns);
      if (result.failed) {
        progress.end();
        process.stderr.write(adviceFor(name, seed, fc.defaultReportMessage(result)));
        return false;
      }
    }
  }
  progress.end();
  process.stderr.write(
    `No counterexample in ${progress.minutes.toFixed(1)} minutes; seeds ${first}..${seed - 1}.\n`,
  );
  return true;
}

function adviceFor(name: string, seed: number, report: string | undefined): string {
  return `
${name} fails. To see it again:

  npm run fuzz -- --only '${name}' --seed ${seed}

Keep the counterexample: as a vector in test/vectors where it is a header, as a test where it is not.

${report ?? ''}
`;
}
