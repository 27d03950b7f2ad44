import { InvalidArgumentError } from 'commander';

/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** A command failed: one line that says why, and a hint what to do. Printed without a stack trace. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** The server refused a command; the session can go on. */
export class Refusal extends Failure {}

/** Arguments that exclude each other or make no sense; the command ends with the exit code for usage errors. */
export class UsageError extends Failure {}

/**
 * Makes an option parser for commander out of a function that throws, so that the option is named in the message.
 */
export function argument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

/** The same for an option that may be given several times: the values, in order. */
export function repeatable<T>(parse: (text: string) => T): (text: string, before: T[] | undefined) => T[] {
  const one = argument(parse);
  return (text, before) => [...(before ?? []), one(text)];
}
