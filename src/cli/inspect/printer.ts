import type { Finding } from './examine.ts';

/** Where findings go, one by one, as they come. */
export abstract class Printer {
  /** How many headers were of each kind. */
  readonly tally = { ok: 0, invalid: 0, incomplete: 0 };

  get count(): number {
    return this.tally.ok + this.tally.invalid + this.tally.incomplete;
  }

  finding(finding: Finding): void {
    this.tally[finding.result.status]++;
    this.print(finding);
  }

  protected abstract print(finding: Finding): void;
  /** Tells what stands behind a header that was printed before that was known. */
  abstract followed(finding: Finding): void;
  /** Ends with what is to be said of the input as a whole. */
  abstract end(remarks: readonly string[]): void;
}
