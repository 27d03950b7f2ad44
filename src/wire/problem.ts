/** Values by name; null and undefined count as absent. */
export type Values = Readonly<Record<string, unknown>>;

/** Code of an error of the catalogue that says why something is not sent. */
export type ProblemCode =
  | 'encode-bad-field'
  | 'encode-bad-address'
  | 'encode-unsupported'
  | 'encode-unknown-tlv'
  | 'encode-bad-tlv'
  | 'encode-duplicate-tlv'
  | 'encode-too-long';

/**
 * Takes one problem: the field or the TLV, its value, and words that complete "expected ...". It may throw, so that the
 * first problem is the only one, or collect them all.
 */
export type Report = (code: ProblemCode, field: string, value: unknown, expected: string) => void;
