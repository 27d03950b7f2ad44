import type { EncodeErrorCode } from '../../../generated/errors.ts';
import type { Tables } from '../../wire/index.ts';
import { ProxyError } from '../error.ts';

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
