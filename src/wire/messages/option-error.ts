/**
 * Why an option, an argument or a handler is refused: the `code` of the TypeError or RangeError that is thrown, named as
 * Node names its own.
 *
 * @example
 * import { OPTION_ERRORS, SMTPServer } from 'truepeer';
 *
 * try {
 *   new SMTPServer({}, { timeouts: { command: 0 } });
 * } catch (error) {
 *   const { code } = error as { code: keyof typeof OPTION_ERRORS };
 *   console.log(code, error instanceof OPTION_ERRORS[code]); // ERR_OUT_OF_RANGE true
 * }
 */
export const OPTION_ERRORS = {
  /** TypeError: the value is of another type than the option takes. */
  ERR_INVALID_ARG_TYPE: TypeError,
  /** TypeError: the type is right and the value is none of those allowed, or cannot be used (a network, a key). */
  ERR_INVALID_ARG_VALUE: TypeError,
  /** RangeError: a number outside the range that the message names. */
  ERR_OUT_OF_RANGE: RangeError,
  /** TypeError: there is no option of this name. */
  ERR_UNKNOWN_OPTION: TypeError,
  /** TypeError: the option needs another one that is not there. */
  ERR_MISSING_OPTION: TypeError,
  /** TypeError: two options exclude each other. */
  ERR_INCOMPATIBLE_OPTION_PAIR: TypeError,
  /** TypeError: a method that looks like a hook and would never be called. */
  ERR_UNKNOWN_HOOK: TypeError,
} as const;

export type OptionErrorCode = keyof typeof OPTION_ERRORS;

/** The error for a code. `message` names the option, what it got, and what is allowed. */
export function optionError(code: OptionErrorCode, message: string, cause?: unknown): TypeError | RangeError {
  const error = new OPTION_ERRORS[code](message, cause === undefined ? undefined : { cause });
  return Object.assign(error, { code });
}
