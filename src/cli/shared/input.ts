import { readFileSync, statSync } from 'node:fs';
import { escapeText } from '../../wire/escape.ts';
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
    if (error instanceof UsageError) throw error;
    const code = (error as { code?: string }).code ?? 'unknown fault';
    if (ABSENT.has(code)) return undefined;
    throw new UsageError(`Cannot read ${escapeText(path)}: ${UNREADABLE[code] ?? code}.`);
  }
}

const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'ERR_INVALID_ARG_VALUE']);
const UNREADABLE: Readonly<Record<string, string>> = {
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};
