import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty directory; `remove` takes it away with all it holds. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'truepeer-delivery-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** What a Maildir holds, folder by folder: the octets of `new` as latin1 text, the names in `tmp`. */
export function contentsOf(maildir: string): { new: string[]; tmp: string[] } {
  return {
    new: readdirSync(join(maildir, 'new'))
      .map((name) => readFileSync(join(maildir, 'new', name), 'latin1'))
      .toSorted(),
    tmp: readdirSync(join(maildir, 'tmp')),
  };
}

/** Content that arrives in the given pieces; ends with `error` if there is one. */
export async function* arriving(
  pieces: Iterable<Buffer | string>,
  error?: Error,
): AsyncGenerator<Buffer, void, void> {
  for (const piece of pieces) yield Buffer.from(piece);
  if (error !== undefined) throw error;
}
