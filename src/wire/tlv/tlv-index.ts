/** An index of TLVs holds four numbers for each vector and field: row, start, start and end of the value. */
export const INDEX_STRIDE = 4;

/** Writes an entry behind the first `n` numbers of an index, and returns how many there are then. */
export function note(
  out: number[],
  n: number,
  row: number,
  start: number,
  value: number,
  end: number,
): number {
  out[n] = row;
  out[n + 1] = start;
  out[n + 2] = value;
  out[n + 3] = end;
  return n + INDEX_STRIDE;
}

/** The same for the sub-type in `from..to`, where one of `rows` is known by its first octet. */
export function noteSubType(
  out: number[],
  n: number,
  rows: Int32Array,
  b: Uint8Array,
  from: number,
  to: number,
): number {
  const row = from < to ? rows[b[from]!]! : -1;
  return row < 0 ? n : note(out, n, row, from, from + 1, to);
}

/** True where the octets in `from..to` are one of the sub-types in `rows` and fit it; else undefined. */
export function readSubType(
  rows: Int32Array,
  readTlv: (row: number, b: Uint8Array, from: number, to: number) => unknown,
  b: Uint8Array,
  from: number,
  to: number,
): true | undefined {
  const row = from < to ? rows[b[from]!]! : -1;
  return row >= 0 && readTlv(row, b, from + 1, to) !== undefined ? true : undefined;
}
