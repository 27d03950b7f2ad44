import { parseArgs } from 'node:util';
import { parts } from './targets.ts';
import type { Target } from './target.ts';

/** What to try, from which seed on, and for how long. */
export interface Plan {
  readonly minutes: number;
  readonly seed: number;
  /** By the name that `--only` takes. */
  readonly targets: ReadonlyMap<string, Target>;
}

/** Largest seed that fast-check takes. */
const LARGEST_SEED = 2 ** 31 - 1;

const every = new Map(
  Object.entries(parts).flatMap(([part, targets]) =>
    targets.map((target) => [`${part}/${target.name}`, target] as const),
  ),
);

export const USAGE = `Usage: npm run fuzz -- [--minutes N] [--seed N] [--only NAME]...

Tries every target with one seed after the other until the time is over. The first counterexample is made as small as
can be, is printed, and ends it with exit code 1.

  --minutes N   how long; the round that is running is finished (default 1)
  --seed N      the first seed, 0..${LARGEST_SEED} (default: from the clock)
  --only NAME   a part or a target, may be given again (default: everything)
  --help        this text

Targets: ${[...every.keys()].join(', ')}
Parts: ${Object.keys(parts).join(', ')}
`;

/** The plan that arguments ask for, or what is wrong with them. */
export function planOf(args: readonly string[]): Plan | 'help' | { readonly wrong: string } {
  const options = {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h' },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    return { wrong: (error as Error).message };
  }
  if (values.help === true) return 'help';
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes < Infinity)) return { wrong: '--minutes takes a number above 0' };
  const seed = values.seed === undefined ? Date.now() % LARGEST_SEED : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed > LARGEST_SEED)
    return { wrong: `--seed takes a whole number 0..${LARGEST_SEED}` };
  const { only } = values;
  const isOf = (name: string, wanted: string): boolean => name === wanted || name.startsWith(`${wanted}/`);
  const stranger = only?.find((wanted) => ![...every.keys()].some((name) => isOf(name, wanted)));
  if (stranger !== undefined) return { wrong: `--only ${stranger}: there is no such part or target` };
  const chosen = [...every].filter(([name]) => only?.some((wanted) => isOf(name, wanted)) ?? true);
  return { minutes, seed, targets: new Map(chosen) };
}
