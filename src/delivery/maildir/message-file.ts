import { join } from 'node:path';
import {
  closeFile,
  createExclusively,
  giveAccess,
  linkFile,
  nameTaken,
  removeFile,
  renameFile,
  syncFile,
  writeAll,
} from './files.ts';
import type { CheckedAccess } from './access.ts';
import { errorCode, StorageFault } from './storage-fault.ts';

/** The mode and the group of the file. */
type FileAccess = Partial<Pick<CheckedAccess, 'fileMode' | 'group'>>;

const SMALLEST_STAGE = 4096;
/** Octets gathered in memory before they are written; also the most one message holds there. */
const STAGE = 64 * 1024;
const NAME_ATTEMPTS = 5;

/**
 * One message on its way into a Maildir: `write` as often as needed, then `sync`, `publish`, `release`; or
 * `discard` at any moment, after which nothing is left. The file is created with the first octets that do not fit
 * in memory, so a small message that is never finished never touches the disk.
 */
export class MessageFile {
  readonly #maildir: string;
  readonly #uniqueName: () => string;
  #tmpName: string | undefined;
  #name = '';
  #fd: number | undefined;
  #stage: Buffer | undefined;
  #staged = 0;
  #size = 0;
  #published = false;

  readonly #access: FileAccess;
  readonly #remake: () => Promise<void>;

  /** @param remake makes the folders again, which somebody has removed. */
  constructor(
    maildir: string,
    uniqueName: () => string,
    access: FileAccess = {},
    remake: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.#maildir = maildir;
    this.#uniqueName = uniqueName;
    this.#access = access;
    this.#remake = remake;
  }

  /** The file's name in `new`, once published. */
  get name(): string {
    return this.#name;
  }

  /** Octets taken so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes octets. The buffer may be reused as soon as the call returns `undefined` or its promise resolves.
   *
   * @throws StorageFault (as a rejection) when the disk does not take them.
   */
  write(octets: Buffer): Promise<void> | undefined {
    this.#size += octets.length;
    const needed = this.#staged + octets.length;
    if (needed > STAGE) return this.#flush(octets);
    if (this.#stage === undefined || needed > this.#stage.length) this.#growStage(needed);
    octets.copy(this.#stage as Buffer, this.#staged);
    this.#staged = needed;
    return undefined;
  }

  /** Makes all octets durable under the name in `tmp`. Never tried twice: a failed fsync may have lost them. */
  async sync(): Promise<void> {
    if (this.#staged > 0 || this.#fd === undefined) await this.#flush();
    await syncFile(this.#fd as number);
  }

  /** Gives the file its name in `new`, never that of another file. Durable only once the directory is synced. */
  async publish(): Promise<void> {
    const from = join(this.#maildir, 'tmp', this.#tmpName as string);
    this.#name = this.#tmpName as string;
    let remade = false;
    for (let attempt = 1; ; attempt++) {
      try {
        await moveWithoutReplacing(from, this.#newPath());
        this.#published = true;
        return;
      } catch (fault) {
        if (attempt === NAME_ATTEMPTS) throw fault;
        // `new` is missing, or the file in `tmp`: then the second attempt fails.
        if (errorCode(fault) === 'ENOENT' && !remade) {
          remade = true;
          await this.#remake();
        } else if (errorCode(fault) === 'EEXIST') this.#name = this.#uniqueName();
        else throw fault;
      }
    }
  }

  /** Closes the file and removes its name in `tmp`; the message in `new` stays. Errors are ignored: it is stored. */
  async release(): Promise<void> {
    const fd = this.#fd;
    const tmpName = this.#tmpName;
    this.#fd = undefined;
    this.#tmpName = undefined;
    await Promise.allSettled([
      fd === undefined ? undefined : closeFile(fd),
      tmpName === undefined ? undefined : removeFile(join(this.#maildir, 'tmp', tmpName)),
    ]);
  }

  /** Removes the file and its names, as far as the disk permits. */
  async discard(): Promise<void> {
    this.#staged = 0;
    this.#stage = undefined;
    if (this.#published) await removeFile(this.#newPath()).catch(() => undefined);
    this.#published = false;
    await this.release();
  }

  async #flush(last?: Buffer): Promise<void> {
    this.#fd ??= await this.#create();
    const staged = this.#stage?.subarray(0, this.#staged);
    this.#staged = 0;
    const buffers = staged === undefined ? [] : [staged];
    if (last !== undefined) buffers.push(last);
    await writeAll(this.#fd, buffers);
  }

  #growStage(needed: number): void {
    const size = Math.min(STAGE, Math.max(needed, 2 * (this.#stage?.length ?? SMALLEST_STAGE / 2)));
    const stage = Buffer.allocUnsafeSlow(size);
    this.#stage?.copy(stage, 0, 0, this.#staged);
    this.#stage = stage;
  }

  async #create(): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const name = this.#uniqueName();
      try {
        const fd = await createExclusively(join(this.#maildir, 'tmp', name));
        this.#tmpName = name;
        this.#fd = fd;
        await giveAccess(fd, this.#access.fileMode, this.#access.group);
        return fd;
      } catch (fault) {
        if (attempt === NAME_ATTEMPTS) throw fault;
        if (errorCode(fault) === 'ENOENT' && attempt === 1) await this.#remake();
        else if (errorCode(fault) !== 'EEXIST') throw fault;
      }
    }
  }

  #newPath(): string {
    return join(this.#maildir, 'new', this.#name);
  }
}

/**
 * Gives a second name by `link`, which never replaces a file. Where the file system has no links (FAT, some network and
 * FUSE mounts) a rename to a free name: the random part of the names makes a collision in between improbable.
 */
async function moveWithoutReplacing(from: string, to: string): Promise<void> {
  try {
    await linkFile(from, to);
  } catch (fault) {
    if (!CANNOT_LINK.has(errorCode(fault))) throw fault;
    if (await nameTaken(to)) throw new StorageFault('rename', { code: 'EEXIST' });
    await renameFile(from, to);
  }
}

const CANNOT_LINK = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']);
