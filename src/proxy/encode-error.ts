import type { EncodeErrorCode } from '../../generated/errors.ts';
import type { Tables } from '../wire/index.ts';
import { ProxyError } from './error.ts';

/** Makes the error that `encode` throws; `found` names the field and says what is wrong with it. */
export function refuse(tables: Tables, code: EncodeErrorCode, found: string): ProxyError {
  const error = new ProxyError(
    tables.errors.find((entry) => entry.code === code)!,
    -1,
    found,
  );
  (Error as { captureStackTrace?: (target: object, below: unknown) => void }).captureStackTrace?.(
    error,
    refuse,
  );
  return error;
}

/** A value of the caller's, short, on one line, and harmless to a terminal. */
export function show(value: unknown): string {
  const text = plainly(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function plainly(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (value instanceof Uint8Array) return `${value.length} octets`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // It holds itself, or something else that JSON does not have.
    return Object.prototype.toString.call(value);
  }
}
