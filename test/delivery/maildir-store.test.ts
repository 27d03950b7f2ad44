import fs, { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MaildirStore } from '../../src/delivery/maildir/store.ts';
import { MessageFile } from '../../src/delivery/maildir/message-file.ts';
import { arriving, contentsOf, temporaryDirectory } from './support.ts';

const FIELDS = Buffer.from('Return-Path: <a@example.org>\r\n');
const MESSAGE = 'Subject: one\r\n\r\nfirst line\r\nno end of line';
const HOUR = 60 * 60 * 1000;

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('MaildirStore', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  let maildir: string;

  beforeEach(() => {
    directory = temporaryDirectory();
    maildir = join(directory.path, 'deep', 'maildir');
  });

  afterEach(() => {
    vi.restoreAllMocks();
    directory.remove();
  });

  it.each(['tmp', 'new', 'cur', ''])(
    'makes folders again that are removed while it runs: %j',
    async (folder) => {
      const store = new MaildirStore(maildir);
      await store.store(FIELDS, arriving([MESSAGE]));
      rmSync(join(maildir, folder), { recursive: true });
      await store.store(FIELDS, arriving([MESSAGE]));
      expect(contentsOf(maildir)).toMatchObject({
        new: expect.arrayContaining([FIELDS.toString() + MESSAGE]),
        tmp: [],
      });
      expect(existsSync(join(maildir, 'cur'))).toBe(folder !== 'cur');
    },
  );

  it('makes `new` again that is removed while a message comes', async () => {
    const store = new MaildirStore(maildir);
    const content = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.alloc(200_000, 'x');
      rmSync(join(maildir, 'new'), { recursive: true });
      yield Buffer.from('end');
    };
    expect((await store.store(FIELDS, content())).size).toBe(FIELDS.length + 200_003);
    expect(contentsOf(maildir).new).toHaveLength(1);
  });

  it('gives up a message whose file is removed before it is whole, and takes the next', async () => {
    const store = new MaildirStore(maildir);
    const content = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.alloc(200_000, 'x');
      rmSync(join(maildir, 'tmp'), { recursive: true });
    };
    await expect(store.store(FIELDS, content())).rejects.toMatchObject({ code: 'ENOENT' });
    await store.store(FIELDS, arriving([MESSAGE]));
    expect(contentsOf(maildir).new).toEqual([FIELDS.toString() + MESSAGE]);
  });

  it('gives files and directories the mode and the group of the options, whatever the umask', async () => {
    const before = process.umask(0o077);
    try {
      const group = process.getgid!();
      const { path } = await new MaildirStore(maildir, {
        fileMode: 0o640,
        directoryMode: 0o750,
        group,
      }).store(FIELDS, arriving([MESSAGE]));
      expect([
        mode(path),
        mode(join(maildir, 'new')),
        mode(join(maildir, 'cur')),
        statSync(path).gid,
      ]).toEqual(['640', '750', '750', group]);
    } finally {
      process.umask(before);
    }
  });

  it.each([
    { fileMode: 0o440 },
    { fileMode: 0o1777 },
    { directoryMode: 0o600 },
    { group: -1 },
    { group: 1.5 },
  ])('refuses %j', (access) => {
    expect(() => new MaildirStore(maildir, access)).toThrow(RangeError);
  });

  it('stores the octets as they came, once, and tells where', async () => {
    const stored = await new MaildirStore(maildir).store(
      FIELDS,
      arriving([MESSAGE.slice(0, 9), MESSAGE.slice(9)]),
    );
    expect(contentsOf(maildir)).toEqual({ new: [FIELDS.toString() + MESSAGE], tmp: [] });
    expect(stored).toEqual({
      name: expect.stringMatching(/^\d{10}\.M\d{1,6}P\d+Q1R[0-9a-f]{16}\.[\w.\\-]+$/u),
      path: join(maildir, 'new', stored.name),
      size: FIELDS.length + MESSAGE.length,
    });
  });

  it('stores every octet value and an empty message', async () => {
    const store = new MaildirStore(maildir);
    const all = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
    await store.store(Buffer.alloc(0), arriving([Buffer.concat([Buffer.from('\r\n'), all])]));
    await store.store(Buffer.alloc(0), arriving([]));
    expect(contentsOf(maildir)).toEqual({ new: ['', `\r\n${all.toString('latin1')}`], tmp: [] });
  });

  it('makes directories and files for their owner only', async () => {
    const stored = await new MaildirStore(maildir).store(FIELDS, arriving([MESSAGE]));
    const folders = ['..', '.', 'tmp', 'new', 'cur'].map((folder) => mode(join(maildir, folder)));
    expect({ folders, file: mode(stored.path) }).toEqual({
      folders: ['700', '700', '700', '700', '700'],
      file: '600',
    });
  });

  it('keeps nothing of content that breaks off, small or large', async () => {
    const store = new MaildirStore(maildir);
    await store.prepare();
    const gone = new Error('the client went away');
    const large = Array.from({ length: 40 }, () => Buffer.alloc(20_000, 'x'));
    await expect(store.store(FIELDS, arriving([MESSAGE], gone))).rejects.toBe(gone);
    await expect(store.store(FIELDS, arriving(large, gone))).rejects.toBe(gone);
    expect(contentsOf(maildir)).toEqual({ new: [], tmp: [] });
  });

  it('keeps nothing when the signal is aborted before the message has its name', async () => {
    const store = new MaildirStore(maildir);
    const late = new AbortController();
    const content = async function* () {
      yield Buffer.from(MESSAGE);
      late.abort(new Error('too late'));
    };
    await expect(store.store(FIELDS, content(), late.signal)).rejects.toThrow('too late');
    expect(contentsOf(maildir)).toEqual({ new: [], tmp: [] });
  });

  it('passes a message of any size through a bounded stage', async () => {
    const store = new MaildirStore(maildir);
    const piece = Buffer.alloc(60_000, 'abcdefghij');
    const count = 2000;
    let most = 0;
    const content = async function* () {
      for (let index = 0; index < count; index++) {
        if (index % 100 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers);
        yield piece;
      }
    };
    const before = process.memoryUsage().arrayBuffers;
    const stored = await store.store(FIELDS, content());
    expect(statSync(stored.path).size).toBe(FIELDS.length + count * piece.length);
    expect(most - before).toBeLessThan(4 * 1024 * 1024);
  });

  it('does not keep the buffers it was given', async () => {
    const reused = Buffer.alloc(3);
    const content = async function* () {
      for (const text of ['abc', 'def', 'ghi']) {
        reused.write(text);
        yield reused;
      }
    };
    await new MaildirStore(maildir).store(Buffer.alloc(0), content());
    expect(contentsOf(maildir).new).toEqual(['abcdefghi']);
  });

  it('stores many at the same time under as many names, with fewer fsyncs of the directory', async () => {
    const store = new MaildirStore(maildir);
    await store.prepare();
    const fsync = vi.spyOn(fs, 'fsync');
    const texts = Array.from(
      { length: 100 },
      (_, index) => `Subject: ${String(index).padStart(3, '0')}\r\n\r\n`,
    );
    const stored = await Promise.all(texts.map((text) => store.store(Buffer.alloc(0), arriving([text]))));
    expect(contentsOf(maildir)).toEqual({ new: texts, tmp: [] });
    expect(new Set(stored.map(({ name }) => name)).size).toBe(100);
    expect(fsync.mock.calls.length).toBeGreaterThan(100);
    expect(fsync.mock.calls.length).toBeLessThan(150);
  });

  it('syncs the file before it has a name in new, and the directory after', async () => {
    const store = new MaildirStore(maildir);
    await store.prepare();
    const order: string[] = [];
    const names = new Map<number, string>();
    const open = fs.open.bind(fs) as (...args: unknown[]) => void;
    vi.spyOn(fs, 'open').mockImplementation(((path: string, flags: number, ...rest: unknown[]) => {
      const done = rest.pop() as (error: unknown, fd: number) => void;
      open(path, flags, ...rest, (error: unknown, fd: number) => {
        names.set(fd, path === join(maildir, 'new') ? 'new' : 'the file');
        done(error, fd);
      });
    }) as never);
    const note = (name: 'fsync' | 'link', tell: (args: unknown[]) => string) => {
      const real = fs[name].bind(fs) as (...args: unknown[]) => void;
      vi.spyOn(fs, name).mockImplementation(((...args: unknown[]) => {
        const done = args.pop() as (error: unknown) => void;
        real(...args, (error: unknown) => {
          order.push(tell(args));
          done(error);
        });
      }) as never);
    };
    note('fsync', ([fd]) => `fsync ${names.get(fd as number)}`);
    note('link', ([from, to]) => `link ${String(from).split('/').at(-2)} -> ${String(to).split('/').at(-2)}`);
    await store.store(FIELDS, arriving([MESSAGE]));
    expect(order).toEqual(['fsync the file', 'link tmp -> new', 'fsync new']);
  });
});

describe('MessageFile', () => {
  it('never takes the place of another file, in tmp or in new', async () => {
    const directory = temporaryDirectory();
    for (const folder of ['tmp', 'new']) mkdirSync(join(directory.path, folder));
    writeFileSync(join(directory.path, 'tmp', 'taken'), 'being written by someone else');
    writeFileSync(join(directory.path, 'new', 'mine'), 'an older message');
    const names = ['taken', 'mine', 'other'];
    const file = new MessageFile(directory.path, () => names.shift() as string);
    await file.write(Buffer.from('the new message'));
    await file.sync();
    await file.publish();
    await file.release();
    expect(file.name).toBe('other');
    expect(contentsOf(directory.path)).toEqual({
      new: ['an older message', 'the new message'],
      tmp: ['taken'],
    });
    directory.remove();
  });

  it('gives up when no name is free, and leaves what is there', async () => {
    const directory = temporaryDirectory();
    for (const folder of ['tmp', 'new']) mkdirSync(join(directory.path, folder));
    writeFileSync(join(directory.path, 'new', 'mine'), 'an older message');
    const file = new MessageFile(directory.path, () => 'mine');
    await file.sync();
    await expect(file.publish()).rejects.toMatchObject({ code: 'EEXIST', operation: 'link' });
    await file.discard();
    expect(contentsOf(directory.path)).toEqual({ new: ['an older message'], tmp: [] });
    directory.remove();
  });
});

describe('MaildirStore.prepare', () => {
  it('clears tmp of files that nobody has written for 36 hours, and of nothing else', async () => {
    const directory = temporaryDirectory();
    const store = new MaildirStore(directory.path);
    await store.prepare();
    const old = (name: string, hours: number) => {
      const then = new Date(Date.now() - hours * HOUR);
      writeFileSync(join(directory.path, name), 'x');
      utimesSync(join(directory.path, name), then, then);
    };
    old('tmp/dead', 37);
    old('tmp/alive', 35);
    old('new/unread', 1000);
    old('cur/read:2,S', 1000);
    mkdirSync(join(directory.path, 'tmp', 'folder'));
    await new MaildirStore(directory.path).prepare();
    expect(
      ['tmp', 'new', 'cur'].map((folder) => readdirSync(join(directory.path, folder)).toSorted()),
    ).toEqual([['alive', 'folder'], ['unread'], ['read:2,S']]);
    directory.remove();
  });

  it('says what is wrong, and tries again when asked again', async () => {
    const directory = temporaryDirectory();
    const maildir = join(directory.path, 'box');
    writeFileSync(maildir, 'a file where the Maildir should be');
    const store = new MaildirStore(maildir);
    await expect(store.prepare()).rejects.toMatchObject({ name: 'StorageFault', code: 'ENOTDIR' });
    fs.unlinkSync(maildir);
    await store.prepare();
    expect(existsSync(join(maildir, 'new'))).toBe(true);
    directory.remove();
  });
});
