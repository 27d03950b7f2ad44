import type { Model } from '../../../model.ts';
import { constant, type Draft, interfaceOf, objectOf } from '../../../print.ts';
import { LIMITS, WIRE_TYPES } from '../modules.ts';

/** The defaults of the limits, and the options that set them. */
export function emitLimits({ spec: { limits } }: Model): Draft {
  const options = limits.map(({ name, doc, min, max, default: usual }) => ({
    name,
    is: 'number',
    doc: `${doc} Default ${usual}; ${min}..${max}.`,
    optional: true,
  }));
  const defaults = [
    ...limits.map(({ name, default: usual }) => ({ name, is: `${usual}` })),
    { name: 'repeats', is: 'false' },
    { name: 'mixedFamilies', is: 'false' },
    { name: 'lenient', is: 'false' },
    { name: 'versions', is: '3' },
  ];
  const ranges = limits.map(({ name, min, max }) => ({ name, is: `[${min}, ${max}]` }));
  return {
    name: 'limits.ts',
    from: 'spec/limits.ts',
    doc: 'Bounds of a receiver.',
    statements: [
      interfaceOf('LimitOptions', options, 'The bounds that users may set.'),
      constant(
        LIMITS.DEFAULT_LIMITS,
        objectOf(defaults),
        'What holds where no option says otherwise.',
        WIRE_TYPES.Limits,
      ),
      constant(
        'LIMIT_RANGES',
        objectOf(ranges),
        'Smallest and largest value of each bound.',
        'Readonly<Record<keyof LimitOptions, readonly [number, number]>>',
      ),
    ],
  };
}
