import { comment } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft } from '../../../print.ts';

/** The defaults of the limits, and the options that set them. */
export function emitLimits({ spec }: Model, wire: string): Draft {
  const options = spec.limits.map(
    (limit) =>
      `/** ${comment(limit.doc)} Default ${limit.default}; ${limit.min}..${limit.max}. */\n${limit.name}?: number;`,
  );
  const defaults = spec.limits.map((limit) => `${limit.name}: ${limit.default},`);
  const ranges = spec.limits.map((limit) => `${limit.name}: [${limit.min}, ${limit.max}],`);
  return {
    name: 'limits.ts',
    from: 'spec/limits.ts',
    doc: 'Bounds of a receiver.',
    imports: [{ from: wire, names: ['Limits'], typeOnly: true }],
    statements: [
      `/** The bounds that users may set. */\nexport interface LimitOptions {\n${options.join('\n')}\n}`,
      constant(
        'DEFAULT_LIMITS',
        `{ ${defaults.join('\n')} repeats: false, mixedFamilies: false, lenient: false, versions: 3 }`,
        'What holds where no option says otherwise.',
        'Limits',
      ),
      constant(
        'LIMIT_RANGES',
        `{ ${ranges.join('\n')} }`,
        'Smallest and largest value of each bound.',
        'Readonly<Record<keyof LimitOptions, readonly [number, number]>>',
      ),
    ],
  };
}
