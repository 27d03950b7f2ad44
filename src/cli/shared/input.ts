import { readFileSync, statSync } from 'node:fs';
import { escapeText } from '../../wire/messages/escape.ts';
import { UsageError } from './failure.ts';

/** The most that is read of anything, in octets. */
const MOST_INPUT = 64 * 1024 * 1024;

/** Reads standard input to its end. */
export async function readAll(input: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const octets = Buffer.from(chunk as Buffer);
    size += octets.length;
    if (size > MOST_INPUT) throw new UsageError(`Expected at most ${MOST_INPUT} octets on standard input.`);
    chunks.push(octets);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads the file of that name; `undefined` when there is none.
 *
 * @throws UsageError when there is one that cannot be read
 */
export function readNamed(path: string): Buffer | undefined {
  try {
    if (statSync(path).size > MOST_INPUT)
      throw new UsageError(`${escapeText(path)} is too large: expected at most ${MOST_INPUT} octets.`);
    return readFileSync(path);
  } catch (error) {
    if (absent(error)) return undefined;
    throw unreadable(path, error);
  }
}

/** Whether there is no file of the name that led to the fault. */
export function absent(error: unknown): boolean {
  return ABSENT.has(codeOf(error));
}

/** What to say of a file that cannot be read. */
export function unreadable(path: string, error: unknown): UsageError {
  if (error instanceof UsageError) return error;
  const code = codeOf(error);
  return new UsageError(`Cannot read ${escapeText(path)}: ${UNREADABLE[code] ?? code}.`);
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'unknown fault';
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ERR_INVALID_ARG_VALUE']);
const UNREADABLE: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};
