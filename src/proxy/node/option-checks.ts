/** Checks of option values. Each throws an error that names the option, what it got, and what is allowed. */

import { show } from '../../wire/messages/escape.ts';
import { optionError } from '../../wire/messages/option-error.ts';
import { object } from '../../wire/messages/option-names.ts';

export { object, record } from '../../wire/messages/option-names.ts';

export function boolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw optionError('ERR_INVALID_ARG_TYPE', `option ${name}: true or false is expected, not ${show(value)}`);
}

export function oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found !== undefined) return found;
  throw optionError(
    'ERR_INVALID_ARG_VALUE',
    `option ${name}: ${allowed.map(show).join(' or ')} is expected, not ${show(value)}`,
  );
}

export function integer(
  name: string,
  value: unknown,
  minimum: number,
  maximum = Number.MAX_SAFE_INTEGER,
): number {
  if (Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum) {
    return value as number;
  }
  throw optionError(
    'ERR_OUT_OF_RANGE',
    `option ${name}: an integer from ${minimum} to ${maximum} is expected, not ${show(value)}`,
  );
}

/** An object of integers over `defaults`; each is at least 1, or at least its entry in `minima`. */
export function integers<T extends { readonly [name in keyof T]: number }>(
  path: string,
  defaults: T,
  given: Partial<T> | undefined,
  minima: Partial<Record<keyof T, number>>,
  maximum: number,
): T {
  const result: Record<string, number> = { ...defaults };
  if (given === undefined) return result as T;
  object(path, given, defaults);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    result[name] = integer(`${path}.${name}`, value, minima[name as keyof T] ?? 1, maximum);
  }
  return result as T;
}

/** A list, or undefined where there is none. */
export function list<T>(name: string, value: readonly T[] | undefined): readonly T[] | undefined {
  if (value === undefined || Array.isArray(value)) return value;
  throw optionError('ERR_INVALID_ARG_TYPE', `option ${name}: a list is expected, not ${show(value)}`);
}

export function callback<T>(name: string, value: T | undefined): T | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw optionError('ERR_INVALID_ARG_TYPE', `option ${name}: a function is expected, not ${show(value)}`);
}
