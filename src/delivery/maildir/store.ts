import { statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Access, checkAccess, type CheckedAccess } from './access.ts';
import { DirectorySync } from './directory-sync.ts';
import { makeFolders } from './folders.ts';
import { MessageFile } from './message-file.ts';
import { ReturnPathFilter } from './return-path-filter.ts';
import { removeStaleFiles } from './stale-files.ts';
import { StorageFault } from './storage-fault.ts';
import { uniqueNames } from './unique-name.ts';
import { optionError } from '../../wire/messages/option-error.ts';

/** A message that is stored durably. */
export interface StoredMessage {
  /** The file's name in `new`. */
  name: string;
  /** The whole path of the file. */
  path: string;
  /** The file's length in octets, the fields put before the message included. */
  size: number;
}

/**
 * Delivers into a Maildir: one file a message, written to `tmp`, fsynced, linked into `new`, the directory
 * fsynced; only then a delivery resolves. Any number of deliveries, processes and readers may share the directory
 * without a lock (https://cr.yp.to/proto/maildir.html).
 *
 * Content is kept as it was received, line ends included (CRLF); a `Return-Path` in it is taken out.
 */
export class MaildirStore {
  /** The Maildir's absolute path. */
  readonly directory: string;
  readonly #uniqueName = uniqueNames();
  readonly #newDirectory: DirectorySync;
  #prepared: Promise<void> | undefined;

  readonly #access: CheckedAccess;

  /** @throws TypeError or RangeError when `directory` is no path, or an option is not what it can be */
  constructor(directory: string, access: Access = {}) {
    this.#access = checkAccess(access);
    if (typeof directory !== 'string' || directory === '')
      throw optionError('ERR_INVALID_ARG_TYPE', 'directory: the path of a Maildir is expected');
    this.directory = resolve(directory);
    this.#newDirectory = new DirectorySync(join(this.directory, 'new'));
  }

  /**
   * Makes the directories (0700) where they are missing and removes files older than 36 hours from `tmp`. The first delivery does this by itself; a server calls it at its start, to fail early.
   *
   * @throws StorageFault when the Maildir cannot be used; the next call tries again
   */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare().catch((cause: unknown) => {
      this.#prepared = undefined;
      throw cause instanceof StorageFault ? cause : new StorageFault('prepare', cause);
    });
    return this.#prepared;
  }

  /** Somebody has removed folders. */
  #remake(): Promise<void> {
    this.#prepared = undefined;
    return this.prepare();
  }

  async #prepare(): Promise<void> {
    await makeFolders(this.directory, this.#access);
    await removeStaleFiles(join(this.directory, 'tmp'));
  }

  /**
   * Octets that the file system has left for this process.
   *
   * @throws StorageFault when the Maildir cannot be used
   */
  async freeSpace(): Promise<number> {
    await this.prepare();
    const { bavail, bsize } = await statfs(this.directory);
    return bavail * bsize;
  }

  /**
   * Stores one message.
   *
   * @param fields header fields to put before the message, each ended by CRLF
   * @param content the message; when it throws, nothing is stored and the error is thrown on
   * @param signal when it is aborted before the message has its name in `new`, nothing is stored
   * @throws StorageFault when the disk failed; nothing is left behind. `content` is then read to its end.
   */
  async store(
    fields: Buffer,
    content: AsyncIterable<Buffer>,
    signal?: AbortSignal | undefined,
  ): Promise<StoredMessage> {
    const file = new MessageFile(this.directory, this.#uniqueName, this.#access, () => this.#remake());
    let fault: StorageFault | undefined;
    try {
      fault = await this.#receive(file, fields, content);
      if (fault === undefined) return await this.#finish(file, signal);
    } catch (error) {
      await file.discard();
      throw error;
    }
    throw fault;
  }

  /** Writes the message. After a fault goes on reading, so that the sender gets its reply where it expects one. */
  async #receive(
    file: MessageFile,
    fields: Buffer,
    content: AsyncIterable<Buffer>,
  ): Promise<StorageFault | undefined> {
    const filter = new ReturnPathFilter();
    let fault = await attempt(file, this.prepare());
    fault ??= await attempt(file, file.write(fields));
    for await (const chunk of content) {
      for (const octets of filter.push(chunk)) {
        if (fault !== undefined) break;
        const flushing = file.write(octets);
        if (flushing !== undefined) fault = await attempt(file, flushing);
      }
    }
    return fault ?? attempt(file, file.write(filter.end()));
  }

  async #finish(file: MessageFile, signal: AbortSignal | undefined): Promise<StoredMessage> {
    await file.sync();
    signal?.throwIfAborted();
    await file.publish();
    await Promise.all([this.#newDirectory.sync(), file.release()]);
    return { name: file.name, path: join(this.directory, 'new', file.name), size: file.size };
  }
}

/** Waits for one step; when the disk failed, frees the space at once and returns the fault. */
async function attempt(
  file: MessageFile,
  step: Promise<void> | undefined,
): Promise<StorageFault | undefined> {
  try {
    await step;
    return undefined;
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error;
    await file.discard();
    return error;
  }
}
