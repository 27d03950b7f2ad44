import { execFileSync } from 'node:child_process';
import fs, { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Maildir } from '../../src/delivery/maildir/maildir.ts';
import type { StorageFault } from '../../src/delivery/maildir/storage-fault.ts';
import { arriving, contentsOf, envelope, HEAD, SERVER, session, temporaryDirectory } from './support.ts';

const FULL = '452 4.3.1 Insufficient system storage, try again later';
const FAILED = '451 4.3.0 The message could not be stored, try again later';

/** A Maildir that remembers its faults. */
function faultyMaildir(path: string): { maildir: Maildir; faults: string[] } {
  const faults: string[] = [];
  const onFault = (fault: StorageFault) => void faults.push(`${fault.operation} ${fault.code}`);
  return { maildir: new Maildir(path, { onFault }), faults };
}

/** Delivers and tells the reply, and how many octets of the content were read. */
async function deliver(
  maildir: Maildir,
  pieces: Buffer[],
): Promise<{ reply: string | undefined; read: number }> {
  let read = 0;
  const counted = async function* () {
    for await (const piece of arriving(pieces)) {
      read += piece.length;
      yield piece;
    }
  };
  return { reply: await maildir.handleContent(SERVER, session(), envelope(), counted()), read };
}

const large = (count: number) => Array.from({ length: count }, () => Buffer.alloc(50_000, 'x'));

describe('faults that the system makes (F6)', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let disk: string;
  let mounted: boolean;

  beforeEach(() => {
    directory = temporaryDirectory();
    disk = join(directory.path, 'disk');
    mkdirSync(disk);
    mounted = tryMount(['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
  });

  afterEach(() => {
    if (mounted) execFileSync('umount', [disk]);
    directory.remove();
  });

  it('a full disk: 452, nothing left, the rest of the content read; the next small message is stored', async (test) => {
    test.skip(!mounted, NEEDS_ROOT);
    const { maildir, faults } = faultyMaildir(join(disk, 'maildir'));
    expect(await deliver(maildir, large(20))).toEqual({ reply: FULL, read: 1_000_000 });
    expect(contentsOf(maildir.directory)).toEqual({ new: [], tmp: [] });
    expect(await deliver(maildir, [Buffer.from('small')])).toEqual({ reply: undefined, read: 5 });
    expect(contentsOf(maildir.directory)).toEqual({ new: [`${HEAD}small`], tmp: [] });
    expect(faults).toEqual(['write ENOSPC']);
  });

  it('a message that fills the disk to its last octet is whole or not there', async (test) => {
    test.skip(!mounted, NEEDS_ROOT);
    const { maildir } = faultyMaildir(join(disk, 'maildir'));
    const replies: (string | undefined)[] = [];
    for (let size = 230_000; size <= 270_000; size += 1000) {
      const text = Buffer.alloc(size, 'y');
      const { reply } = await deliver(maildir, [text]);
      replies.push(reply);
      expect(contentsOf(maildir.directory)).toEqual({
        new: reply === undefined ? [HEAD + text.toString()] : [],
        tmp: [],
      });
      for (const name of fs.readdirSync(join(maildir.directory, 'new')))
        fs.unlinkSync(join(maildir.directory, 'new', name));
    }
    expect(new Set(replies)).toEqual(new Set([undefined, FULL]));
  });

  it('a read-only disk: 451; once it is writable again messages are stored', async (test) => {
    test.skip(!mounted, NEEDS_ROOT);
    const { maildir, faults } = faultyMaildir(join(disk, 'maildir'));
    await maildir.prepare();
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(await deliver(maildir, large(3))).toEqual({ reply: FAILED, read: 150_000 });
    expect(contentsOf(maildir.directory)).toEqual({ new: [], tmp: [] });
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    expect(await deliver(maildir, [Buffer.from('small')])).toEqual({ reply: undefined, read: 5 });
    expect(faults).toEqual(['open EROFS']);
  });

  it('a read-only disk without a Maildir: 451 for the message that finds out', async (test) => {
    test.skip(!mounted, NEEDS_ROOT);
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const { maildir, faults } = faultyMaildir(join(disk, 'maildir'));
    expect(await deliver(maildir, [Buffer.from('small')])).toEqual({ reply: FAILED, read: 5 });
    expect(faults).toEqual(['prepare EROFS']);
  });

  it('a Maildir that is taken away while it is used is made again', async () => {
    const { maildir, faults } = faultyMaildir(join(directory.path, 'gone'));
    await maildir.prepare();
    fs.rmSync(maildir.directory, { recursive: true });
    expect((await deliver(maildir, [Buffer.from('small')])).reply).toBeUndefined();
    const [stored, ...others] = fs.readdirSync(join(maildir.directory, 'new'));
    expect(others).toEqual([]);
    expect(fs.readFileSync(join(maildir.directory, 'new', stored!), 'latin1')).toMatch(/small$/);
    expect(faults).toEqual([]);
  });
});

const NEEDS_ROOT = 'only root can mount a small disk to fill';

function tryMount(args: string[]): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return required(false);
  try {
    execFileSync('mount', args, { stdio: 'pipe' });
    return true;
  } catch {
    return required(false);
  }
}

/** With CI=true the tests of a full disk must run. */
function required(mounted: false): false {
  if (process.env['CI'] === 'true') throw new Error(NEEDS_ROOT);
  return mounted;
}

/** Lets the system call fail where `when` says so; the other calls go through. Tells which descriptors it saw. */
function failing(
  call: 'fsync' | 'link' | 'writev' | 'open',
  code: string,
  when: (nth: number) => boolean,
): unknown[] {
  const real = fs[call].bind(fs) as (...args: unknown[]) => void;
  const first: unknown[] = [];
  vi.spyOn(fs, call).mockImplementation(((...args: unknown[]) => {
    first.push(args[0]);
    if (!when(first.length)) return real(...args);
    const done = args.at(-1) as (error: Error) => void;
    return setImmediate(() => done(Object.assign(new Error(code), { code })));
  }) as never);
  return first;
}

describe('faults that a healthy disk does not make by itself (F6)', () => {
  let directory: ReturnType<typeof temporaryDirectory>;

  beforeEach(() => {
    directory = temporaryDirectory();
  });

  afterEach(() => {
    vi.restoreAllMocks();
    directory.remove();
  });

  it('EIO on fsync of the file: 451, nothing left, the descriptor never synced again', async () => {
    const { maildir, faults } = faultyMaildir(directory.path);
    await maildir.prepare();
    const descriptors = failing('fsync', 'EIO', () => true);
    expect(await deliver(maildir, [Buffer.from('small')])).toEqual({ reply: FAILED, read: 5 });
    expect(contentsOf(directory.path)).toEqual({ new: [], tmp: [] });
    expect(descriptors).toHaveLength(1);
    expect(faults).toEqual(['fsync EIO']);
  });

  it('EIO on fsync of the directory: 451, the name taken back', async () => {
    const { maildir, faults } = faultyMaildir(directory.path);
    await maildir.prepare();
    const descriptors = failing('fsync', 'EIO', (nth) => nth === 2);
    expect(await deliver(maildir, [Buffer.from('small')])).toEqual({ reply: FAILED, read: 5 });
    expect(contentsOf(directory.path)).toEqual({ new: [], tmp: [] });
    expect(descriptors).toHaveLength(2);
    expect(faults).toEqual(['fsync EIO']);
    expect((await deliver(maildir, [Buffer.from('again')])).reply).toBeUndefined();
    expect(contentsOf(directory.path)).toEqual({ new: [`${HEAD}again`], tmp: [] });
  });

  it.each([
    { call: 'open', code: 'EMFILE', reply: FAILED, fault: 'open EMFILE' },
    { call: 'writev', code: 'EDQUOT', reply: FULL, fault: 'write EDQUOT' },
    { call: 'writev', code: 'EIO', reply: FAILED, fault: 'write EIO' },
    { call: 'fsync', code: 'ENOSPC', reply: FULL, fault: 'fsync ENOSPC' },
    { call: 'link', code: 'ENOSPC', reply: FULL, fault: 'link ENOSPC' },
  ] as const)('$code on $call: $reply', async ({ call, code, reply, fault }) => {
    const { maildir, faults } = faultyMaildir(directory.path);
    await maildir.prepare();
    failing(call, code, () => true);
    expect(await deliver(maildir, large(3))).toEqual({ reply, read: 150_000 });
    expect(contentsOf(directory.path)).toEqual({ new: [], tmp: [] });
    expect(faults).toEqual([fault]);
  });

  it('a system that writes only a part each time: the file is whole', async () => {
    const { maildir } = faultyMaildir(directory.path);
    await maildir.prepare();
    const write = fs.write.bind(fs) as (...args: unknown[]) => void;
    let calls = 0;
    vi.spyOn(fs, 'writev').mockImplementation(((fd: number, buffers: Buffer[], done: unknown) => {
      calls += 1;
      const first = buffers[0] as Buffer;
      write(fd, first, 0, Math.min(first.length, 7000 + (calls % 3)), null, done);
    }) as never);
    const text = Buffer.from(Array.from({ length: 200_000 }, (_, index) => 33 + ((index * 7) % 90)));
    await deliver(maildir, [text.subarray(0, 100), text.subarray(100, 90_000), text.subarray(90_000)]);
    expect(contentsOf(directory.path)).toEqual({ new: [HEAD + text.toString('latin1')], tmp: [] });
    expect(calls).toBeGreaterThan(25);
  });

  it('a file system without links: the file is renamed, unless the name is taken', async () => {
    const { maildir } = faultyMaildir(directory.path);
    await maildir.prepare();
    failing('link', 'EPERM', () => true);
    expect((await deliver(maildir, [Buffer.from('small')])).reply).toBeUndefined();
    expect(contentsOf(directory.path)).toEqual({ new: [`${HEAD}small`], tmp: [] });
  });

  it('a listener that throws does not make a stored message a refused one', async () => {
    const warnings: unknown[] = [];
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
    const maildir = new Maildir(directory.path, {
      onStored: () => {
        throw new Error('a broken listener');
      },
    });
    expect((await deliver(maildir, [Buffer.from('small')])).reply).toBeUndefined();
    expect(contentsOf(directory.path).new).toEqual([`${HEAD}small`]);
    expect(warnings).toEqual(['Error: a broken listener']);
  });
});
