/**
 * Makes a parser for whole numbers of a range.
 *
 * @param unit what is counted, for the message
 */
export function wholeNumber(unit: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/u.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new Error(`Expected ${unit} as a whole number from ${least} to ${most}.`);
  };
}

/** Milliseconds as far as a timer can count them. */
export const milliseconds = wholeNumber('milliseconds', 1, 2 ** 31 - 1);
