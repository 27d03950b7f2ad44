import { lstat, opendir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** How long a file may lie in `tmp` before the Maildir convention lets it be removed, in milliseconds: 36 hours. */
const STALE_AFTER = 36 * 60 * 60 * 1000;

/**
 * Removes what interrupted deliveries left in a Maildir's `tmp`: regular files whose content has not changed for 36 hours.
 * A file that cannot be looked at or removed stays: another delivery agent may use the directory, too.
 *
 * @param tmp the directory
 * @param now milliseconds since the epoch
 * @returns how many files were removed
 * @throws the system's error when the directory cannot be read
 */
export async function removeStaleFiles(tmp: string, now: number = Date.now()): Promise<number> {
  let removed = 0;
  for await (const entry of await opendir(tmp)) {
    const path = join(tmp, entry.name);
    const isStale = await lstat(path).then(
      (stats) => stats.isFile() && now - stats.mtimeMs > STALE_AFTER,
      () => false,
    );
    if (!isStale) continue;
    removed += await unlink(path).then(
      () => 1,
      () => 0,
    );
  }
  return removed;
}
