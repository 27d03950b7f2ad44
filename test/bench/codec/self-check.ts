import { isDeepStrictEqual } from 'node:util';
import type { Answering, Line } from './line.ts';

/** Sentences about every contestant that does not give the line's answer for every input; none is the aim. */
export function wrongAnswers(line: Line, contestants: readonly Answering<unknown>[]): string[] {
  return contestants.flatMap((contestant) => {
    if (contestant.answer === undefined) return [];
    for (const [i, input] of contestant.inputs.entries()) {
      const found = contestant.answer(input);
      const expected = line.expected(i);
      if (!isDeepStrictEqual(found, expected)) {
        const wanted = JSON.stringify(expected);
        return [
          `${line.title}: ${contestant.name} answers ${JSON.stringify(found)} to input ${i}, not ${wanted}`,
        ];
      }
    }
    return [];
  });
}
