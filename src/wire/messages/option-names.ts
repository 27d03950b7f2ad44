/** Every object of options is checked here for names that nobody reads: what is configured is what holds. */

import { suggestion } from './did-you-mean.ts';
import { escapeText } from './escape.ts';
import { optionError } from './option-error.ts';

/**
 * An object whose members may have any name.
 *
 * @param path the name of the option that holds it; empty for the options themselves.
 * @throws TypeError for anything else.
 */
export function record(path: string, given: unknown): asserts given is object {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return;
  const what = path === '' ? 'options' : `option ${path}`;
  throw optionError('ERR_INVALID_ARG_TYPE', `${what}: an object is expected`);
}

/**
 * An object that holds nothing but members of `known`.
 *
 * @throws TypeError that names the member that is unknown, and the one that was probably meant.
 */
export function object(path: string, given: unknown, known: object): asserts given is object {
  record(path, given);
  for (const name of Object.keys(given))
    if (!Object.hasOwn(known, name)) throw unknownOption(path, name, known);
}

/** The error for a name that is not among the members of `known`. */
export function unknownOption(path: string, name: string, known: object): Error {
  const full = escapeText(path === '' ? name : `${path}.${name}`);
  return optionError(
    'ERR_UNKNOWN_OPTION',
    `option ${full} is unknown${suggestion(name, Object.keys(known))}`,
  );
}
