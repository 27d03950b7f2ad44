import { closeFile, openDirectory, syncFile } from './files.ts';
import { errorCode } from './storage-fault.ts';

/**
 * Group commit for a directory: many callers, few fsyncs. A name that was made before `sync()` was called is on
 * stable storage once the promise resolves; one fsync serves everyone who asked before it began.
 *
 * The directory is opened again for each fsync. That costs two cheap calls, and an error that one descriptor has already
 * reported is reported again.
 */
export class DirectorySync {
  readonly #path: string;
  #running = false;
  #waiting: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Resolves when every name made in the directory before this call is durable.
   *
   * @throws StorageFault when the fsync that was to serve this call failed.
   */
  sync(): Promise<void> {
    if (this.#waiting === undefined) {
      if (!this.#running) return this.#begin();
      // The running fsync may have begun before the caller's name was made: only the next one counts.
      const next = () => this.#begin();
      this.#waiting = this.#last.then(next, next);
    }
    return this.#waiting;
  }

  #begin(): Promise<void> {
    this.#waiting = undefined;
    this.#running = true;
    this.#last = syncDirectory(this.#path).finally(() => {
      this.#running = false;
    });
    return this.#last;
  }
}

/** Makes the names in a directory durable, where the system can: not on Windows, and not on file systems that refuse. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const fd = await openDirectory(path);
  try {
    await syncFile(fd);
  } catch (fault) {
    if (!CANNOT_SYNC.has(errorCode(fault))) throw fault;
  } finally {
    await closeFile(fd);
  }
}

const CANNOT_SYNC = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);
