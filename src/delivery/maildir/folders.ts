import { access, chmod, chown, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { CheckedAccess } from './access.ts';
import { syncDirectory } from './directory-sync.ts';
import { errorCode } from './storage-fault.ts';

/** The mode and the group of what is made; undefined for 0700, and the group that the system gives. */
type FolderAccess = Partial<Pick<CheckedAccess, 'directoryMode' | 'group'>>;

const FOLDERS = ['tmp', 'new', 'cur'] as const;

/**
 * Makes a Maildir's directories where they are missing, for their owner only (0700) unless told, durable before it returns;
 * and makes sure that files can be created in them. What exists keeps its mode.
 *
 * @throws the system's error (`EACCES`, `EROFS`, `ENOTDIR`, ...) when the Maildir cannot be used
 */
export async function makeFolders(maildir: string, given: FolderAccess = {}): Promise<void> {
  for (const folder of FOLDERS) {
    await makeDirectory(resolve(maildir, folder), given);
    await access(join(maildir, folder), constants.R_OK | constants.W_OK | constants.X_OK);
  }
}

/** Like `mkdir -p`; the recursive mkdir of node:fs gives ENOENT on a read-only disk. */
async function makeDirectory(path: string, given: FolderAccess): Promise<void> {
  try {
    await mkdir(path, 0o700);
    const { group, directoryMode } = given;
    if (group !== undefined) await chown(path, process.getuid?.() ?? 0, group);
    if (directoryMode !== undefined) await chmod(path, directoryMode);
  } catch (error) {
    // Some file systems, such as /proc, give ENOENT for a directory that cannot be made although its parent is there.
    if (errorCode(error) === 'ENOENT' && !(await isDirectory(dirname(path)))) {
      await makeDirectory(dirname(path), given);
      return makeDirectory(path, given);
    }
    if (await isDirectory(path)) return;
    throw errorCode(error) === 'EEXIST'
      ? Object.assign(new Error(`not a directory: ${path}`), { code: 'ENOTDIR' })
      : error;
  }
  await syncDirectory(dirname(path));
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
