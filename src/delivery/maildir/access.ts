import { optionError } from '../../wire/messages/option-error.ts';

/** Who may read a Maildir. */
export interface Access {
  /** The mode of files; at least 0o600, at most 0o777. Default 0o600: their owner only. */
  readonly fileMode?: number;
  /** The mode of directories that are made; at least 0o700, at most 0o777. Default 0o700. What exists keeps its mode. */
  readonly directoryMode?: number;
  /** The number of the group of files and of directories that are made; default the group that the system gives them. */
  readonly group?: number;
}

/** The same, checked, with defaults in place. */
export interface CheckedAccess {
  /** Undefined where the file's owner only may read it. */
  readonly fileMode: number | undefined;
  readonly directoryMode: number | undefined;
  readonly group: number | undefined;
}

/** @throws RangeError that names the option, what it got, and what is allowed */
export function checkAccess({ fileMode, directoryMode, group }: Access): CheckedAccess {
  return {
    fileMode: mode('fileMode', fileMode, 0o600),
    directoryMode: mode('directoryMode', directoryMode, 0o700),
    group: whole('group', group, 0, 2 ** 32 - 2),
  };
}

/** A mode that gives its owner what a delivery needs. */
function mode(name: string, value: number | undefined, least: number): number | undefined {
  const given = whole(name, value, least, 0o777);
  if (given === undefined || (given & least) === least) return given;
  throw outOfRange(name, `a mode that holds 0o${least.toString(8)}`, `0o${given.toString(8)}`);
}

function whole(name: string, value: number | undefined, least: number, most: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw outOfRange(name, `a whole number ${least}..${most}`, String(value));
}

function outOfRange(name: string, expected: string, found: string): Error {
  return optionError('ERR_OUT_OF_RANGE', `option ${name}: expected ${expected}, found ${found}`);
}
