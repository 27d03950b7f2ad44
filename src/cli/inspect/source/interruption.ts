/** How long the writer of a pipe may still write after Ctrl-C, in milliseconds: tcpdump is told the same, and flushes. */
const LAST_WORDS = 500;

/**
 * The chunks of an input up to its end, or up to Ctrl-C: then what its writer still writes, until it is quiet for half
 * a second. A second Ctrl-C ends at once.
 */
export async function* untilInterrupted(input: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  const iterator = input[Symbol.asyncIterator]();
  let wake = (): void => undefined;
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts++;
    wake();
  };
  process.on('SIGINT', interrupt);
  try {
    for (;;) {
      const arrival = arrivalOf(iterator, () => wake());
      while (!arrival.isThere) {
        if (interrupts > 1) return;
        const before = interrupts;
        const isQuiet = await pause(before === 0 ? undefined : LAST_WORDS, (call) => (wake = call));
        if (isQuiet && interrupts === before && !arrival.isThere) return;
      }
      const { value } = await arrival.result;
      if (value === undefined) return;
      yield typeof value === 'string' ? Buffer.from(value) : value;
    }
  } finally {
    process.off('SIGINT', interrupt);
    // What reads from it may wait for ever, and would keep the process.
    (input as { destroy?: () => void }).destroy?.();
  }
}

interface Arrival {
  isThere: boolean;
  readonly result: Promise<IteratorResult<Buffer | string, undefined>>;
}

/** What comes next, and whether it has come. */
function arrivalOf(iterator: AsyncIterator<Buffer | string, undefined>, wake: () => void): Arrival {
  const arrival: Arrival = { isThere: false, result: iterator.next() };
  const come = (): void => {
    arrival.isThere = true;
    wake();
  };
  arrival.result.then(come, come);
  return arrival;
}

/** Waits for a call, or for the time; true when the time was over first. */
function pause(milliseconds: number | undefined, start: (wake: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(() => resolve(true), milliseconds);
    start(() => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
