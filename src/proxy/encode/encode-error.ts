import { show } from '../../wire/messages/escape.ts';
import type { ProblemCode, Tables } from '../../wire/index.ts';
import { ProxyError } from '../error.ts';

/** Makes the error that `encode` throws: a field or a TLV, its value, and what it takes. */
export function refusal(
  tables: Tables,
  code: ProblemCode,
  field: string,
  value: unknown,
  expected: string,
): ProxyError {
  const entry = tables.errors.find((row) => row.code === code)!;
  const error = new ProxyError(entry, -1, `${showName(field)}: ${show(value)}, where it takes ${expected}`);
  (Error as { captureStackTrace?: (target: object, below: unknown) => void }).captureStackTrace?.(
    error,
    refusal,
  );
  return error;
}

/** A name of the caller's as it is, where that is harmless. */
function showName(name: string): string {
  return /^\w{1,60}$/.test(name) ? name : show(name);
}
