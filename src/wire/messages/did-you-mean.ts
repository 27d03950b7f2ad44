/**
 * The known name that was probably meant by another: the same but for case and separators, or else the first of the
 * nearest ones, at most two letters away.
 */
export function meantBy(given: string, known: readonly string[]): string | undefined {
  const letters = lettersOf(given).slice(0, LONGEST);
  const limit = Math.min(2, Math.floor(letters.length / 3));
  const [nearest] = known
    .map((name) => ({ name, distance: distance(letters, lettersOf(name)) }))
    .toSorted((a, b) => a.distance - b.distance);
  return nearest !== undefined && nearest.distance <= limit ? nearest.name : undefined;
}

/** `; did you mean NAME?`, or what is known. */
export function suggestion(given: string, known: readonly string[]): string {
  const meant = meantBy(given, known);
  return meant === undefined ? `; known are ${known.join(', ')}` : `; did you mean ${meant}?`;
}

const LONGEST = 64;

/** A name without case and separators: `data_size_limit` is what others call `dataSizeLimit`. */
export function lettersOf(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase();
}

/** Letters to add, drop or change to make one of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
