import fs from 'node:fs';
import { StorageFault } from './storage-fault.ts';

// Promises over the callback functions of node:fs and plain descriptors: FileHandles cost more than the system calls
// they wrap. Every failure is a StorageFault that names its operation.

/** Creates a file that must not exist yet, readable by its owner only; gives its descriptor. */
export function createExclusively(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, CREATE, 0o600, (error, fd) =>
      error ? reject(new StorageFault('open', error)) : resolve(fd),
    );
  });
}

const CREATE = fs.constants.O_CREAT | fs.constants.O_EXCL | fs.constants.O_WRONLY;

/** Writes all octets of all buffers at the end of what was written before, however often the system writes only a part. */
export async function writeAll(fd: number, buffers: readonly Buffer[]): Promise<void> {
  let rest = buffers.filter((buffer) => buffer.length > 0);
  while (rest.length > 0) {
    const written = await writeSome(fd, rest);
    if (written === 0) throw new StorageFault('write', { code: 'EIO' });
    rest = withoutFirst(rest, written);
  }
}

function writeSome(fd: number, buffers: readonly Buffer[]): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.writev(fd, buffers, (error, written) =>
      error ? reject(new StorageFault('write', error)) : resolve(written),
    );
  });
}

function withoutFirst(buffers: readonly Buffer[], octets: number): Buffer[] {
  let skip = octets;
  const rest: Buffer[] = [];
  for (const buffer of buffers) {
    if (skip >= buffer.length) skip -= buffer.length;
    else {
      rest.push(skip > 0 ? buffer.subarray(skip) : buffer);
      skip = 0;
    }
  }
  return rest;
}

/** Waits until the file's octets are on stable storage. After a failure the descriptor must not be synced again. */
export function syncFile(fd: number): Promise<void> {
  return promised('fsync', (done) => fs.fsync(fd, done));
}

/** Gives a file a mode, whatever the umask, and a group; what is undefined stays. */
export async function giveAccess(
  fd: number,
  mode: number | undefined,
  group: number | undefined,
): Promise<void> {
  // The group first: a change of it takes bits of the mode away.
  if (group !== undefined)
    await promised('chown', (done) => fs.fchown(fd, process.getuid?.() ?? 0, group, done));
  if (mode !== undefined) await promised('chmod', (done) => fs.fchmod(fd, mode, done));
}

/** Closes a descriptor. */
export function closeFile(fd: number): Promise<void> {
  return promised('close', (done) => fs.close(fd, done));
}

/** Gives a file a second name, which must be free. */
export function linkFile(from: string, to: string): Promise<void> {
  return promised('link', (done) => fs.link(from, to, done));
}

/** Renames a file, replacing whatever has the new name. */
export function renameFile(from: string, to: string): Promise<void> {
  return promised('rename', (done) => fs.rename(from, to, done));
}

/** Removes a name. */
export function removeFile(path: string): Promise<void> {
  return promised('unlink', (done) => fs.unlink(path, done));
}

/** Opens a directory, so that it can be synced; gives its descriptor. */
export function openDirectory(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, DIRECTORY, (error, fd) => (error ? reject(new StorageFault('open', error)) : resolve(fd)));
  });
}

// Windows has no O_DIRECTORY.
const DIRECTORY = fs.constants.O_RDONLY | (fs.constants.O_DIRECTORY ?? 0);

/** Whether anything, a dangling symbolic link included, has this name. */
export function nameTaken(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    fs.lstat(path, (error) => {
      if (!error) resolve(true);
      else if (error.code === 'ENOENT') resolve(false);
      else reject(new StorageFault('lstat', error));
    });
  });
}

function promised(operation: string, call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(new StorageFault(operation, error)) : resolve()));
  });
}
