import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DirectorySync } from '../../src/delivery/maildir/directory-sync.ts';
import { temporaryDirectory } from './support.ts';

const outcome = (promise: Promise<void>) =>
  promise.then(
    () => 'durable',
    (fault: Error) => fault.message,
  );

describe('DirectorySync', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  /** Ends the fsync calls that were begun, oldest first. */
  let begun: ((error: NodeJS.ErrnoException | null) => void)[];

  beforeEach(() => {
    directory = temporaryDirectory();
    begun = [];
    vi.spyOn(fs, 'fsync').mockImplementation((_fd, done) => void begun.push(done));
  });

  afterEach(() => {
    vi.restoreAllMocks();
    directory.remove();
  });

  const fsyncs = (count: number) => vi.waitFor(() => expect(begun).toHaveLength(count));
  const end = (index: number, error: NodeJS.ErrnoException | null = null) => begun[index]?.(error);

  it('serves everyone who came during an fsync with one further fsync, begun after the first ended', async () => {
    const sync = new DirectorySync(directory.path);
    const log: string[] = [];
    const note = (name: string) => () => void log.push(name);
    const first = sync.sync().then(note('first'));
    await fsyncs(1);
    const late = [sync.sync(), sync.sync(), sync.sync()].map((promise, i) => promise.then(note(`late ${i}`)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect({ log, begun: begun.length }).toEqual({ log: [], begun: 1 });

    end(0);
    await first;
    await fsyncs(2);
    expect(log).toEqual(['first']);

    end(1);
    await Promise.all(late);
    expect({ log, begun: begun.length }).toEqual({
      log: ['first', 'late 0', 'late 1', 'late 2'],
      begun: 2,
    });
  });

  it('tells a failure to those it concerns and nobody else', async () => {
    const sync = new DirectorySync(directory.path);
    const first = outcome(sync.sync());
    await fsyncs(1);
    const second = outcome(sync.sync());
    end(0, Object.assign(new Error('i/o error'), { code: 'EIO' }));
    await fsyncs(2);
    end(1);
    const third = outcome(sync.sync());
    await fsyncs(3);
    end(2);
    expect(await Promise.all([first, second, third])).toEqual(['fsync: i/o error', 'durable', 'durable']);
  });

  it('takes a file system that cannot sync directories for one that need not', async () => {
    const done = new DirectorySync(directory.path).sync();
    await fsyncs(1);
    end(0, Object.assign(new Error('invalid argument'), { code: 'EINVAL' }));
    await expect(done).resolves.toBeUndefined();
  });
});
