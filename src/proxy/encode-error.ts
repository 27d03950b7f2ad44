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

/** A value of the caller's, short and on one line. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} octets`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
