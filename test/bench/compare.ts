/**
 * Times functions side by side in one process. Each slice runs all of them shortly one after the other, in an
 * order that rotates. A function's time is the lower quartile over its slices, so that preempted slices do not count;
 * a ratio is one of such times. The quartile of ratios within a slice would not do: on a busy machine it picks the
 * slices in which the floor was preempted.
 */
export interface Contestant<Input> {
  name: string;
  /** Does the work once and returns a number that depends on all of it. */
  run(input: Input): number;
  inputs: readonly Input[];
}

export interface Timing {
  name: string;
  /** Nanoseconds for one call, lower quartile over the slices. */
  ns: number;
  /** That time divided by the floor's. */
  ratio: number;
}

export interface CompareOptions {
  /** How many slices, at least 21 for a figure to publish. */
  slices: number;
  /** Milliseconds that one contestant runs within a slice. */
  sliceMs: number;
}

/** The first contestant is the floor. Returns one timing for each, in the order given. */
export function compare(contestants: readonly Contestant<unknown>[], options: CompareOptions): Timing[] {
  const loops = contestants.map((contestant) => prepare(contestant, options.sliceMs));
  const ns: number[][] = loops.map(() => []);
  for (let slice = 0; slice < options.slices; slice++) {
    for (let turn = 0; turn < loops.length; turn++) {
      const which = (slice + turn) % loops.length;
      ns[which]!.push(loops[which]!());
    }
  }
  const times = ns.map(lowerQuartile);
  return contestants.map(({ name }, which) => ({
    name,
    ns: times[which]!,
    ratio: times[which]! / times[0]!,
  }));
}

/** The value that a quarter of the values lie below. */
export function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 4)]!;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Somewhere to put a result so that the compiler cannot prove it unused; an object that is stored here is
 * really allocated.
 */
export const kept: { result: unknown; sum: number } = { result: undefined, sum: 0 };

type Loop = (contestant: Contestant<unknown>['run'], inputs: readonly unknown[], rounds: number) => number;

/**
 * Every contestant gets a loop of its own source: in a shared loop the call would see several functions, and
 * the cost of that would blur the ratio of short ones.
 */
function ownLoop(): Loop {
  // oxlint-disable-next-line no-new-func -- no other way to get a fresh call site
  return new Function(
    'run',
    'inputs',
    'rounds',
    `let sum = 0;
     for (let round = 0; round < rounds; round++)
       for (let i = 0; i < inputs.length; i++) sum = (sum + run(inputs[i])) | 0;
     return sum;`,
  ) as Loop;
}

/** Warms one contestant up and returns a function that runs a slice and gives nanoseconds per call. */
function prepare(contestant: Contestant<unknown>, sliceMs: number): () => number {
  const { run, inputs } = contestant;
  const loop = ownLoop();
  let rounds = 1;
  let warmMs = 0;
  for (;;) {
    const start = performance.now();
    kept.sum ^= loop(run, inputs, rounds);
    const took = performance.now() - start;
    warmMs += took;
    if (warmMs > 20 * sliceMs && took >= sliceMs / 2) {
      rounds = Math.max(1, Math.round((rounds * sliceMs) / took));
      break;
    }
    if (took < sliceMs / 2) rounds *= 2;
  }
  const calls = rounds * inputs.length;
  return () => {
    const start = process.hrtime.bigint();
    kept.sum ^= loop(run, inputs, rounds);
    return Number(process.hrtime.bigint() - start) / calls;
  };
}
