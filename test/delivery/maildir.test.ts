import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Maildir } from '../../src/delivery/maildir/maildir.ts';
import type { MaildirOptions } from '../../src/delivery/maildir/maildir.ts';
import type { Envelope } from '../../src/smtp/api/envelope.ts';
import { StorageFault } from '../../src/delivery/maildir/storage-fault.ts';
import { optionError } from '../../src/wire/messages/option-error.ts';
import { ready } from '../smtp/harness.ts';
import {
  arriving,
  contentsOf,
  envelope,
  enveloped,
  HEAD,
  SERVER,
  session,
  temporaryDirectory,
} from './support.ts';

describe('Maildir', () => {
  let directory: ReturnType<typeof temporaryDirectory>;

  beforeEach(() => {
    directory = temporaryDirectory();
  });

  afterEach(() => directory.remove());

  async function stored(message: string, given: Envelope, options?: MaildirOptions): Promise<string[]> {
    const maildir = new Maildir(directory.path, options);
    expect(await maildir.handleContent(SERVER, session(), given, arriving([message]))).toBeUndefined();
    return contentsOf(directory.path).new;
  }

  it('puts the sender, the recipient and the original client before the message (rule 35)', async () => {
    expect(await stored('Subject: one\r\n\r\nbody\r\n', envelope())).toEqual([
      `${HEAD}Subject: one\r\n\r\nbody\r\n`,
    ]);
  });

  it('leaves the Received field to somebody else when told so (rule 35)', async () => {
    const fields = HEAD.replace(/Received: [^]*$/, '');
    expect(await stored('\r\n', envelope(), { received: false })).toEqual([`${fields}\r\n`]);
  });

  it('leaves exactly one Return-Path, its own (rule 35)', async () => {
    const message =
      'Return-Path: <forged@example.com>\r\nSubject: one\r\nreturn-path:\r\n <x@example.com>\r\n\r\nbody';
    expect(await stored(message, envelope())).toEqual([`${HEAD}Subject: one\r\n\r\nbody`]);
  });

  it('names every recipient, but none in Received when there are several', async () => {
    const fields = HEAD.replace(
      'X-Original-To: b@example.net',
      'X-Original-To: b@x\r\nX-Original-To: c@y',
    ).replace('\r\n\tfor <b@example.net>;', ';');
    expect(await stored('\r\n', envelope('b@x', 'c@y'))).toEqual([`${fields}\r\n`]);
  });

  it('writes the null path for a bounce, and no recipients when asked', async () => {
    const bounce = enveloped({ mailFrom: '' });
    const fields = HEAD.replace('<a@example.org>', '<>').replace('X-Original-To: b@example.net\r\n', '');
    expect(await stored('\r\n', bounce, { recipientField: null })).toEqual([`${fields}\r\n`]);
  });

  it('lets nothing in an address begin another line', async () => {
    const rcptTos = ['"b\r\nBcc: evil"@example.net', '"c\u2028d"@example.net'];
    const odd = enveloped({ mailFrom: '"a\nX: y"@example.org', rcptTos });
    const lines = (await stored('\r\n', odd))[0]?.split('\r\n').slice(0, 3);
    expect(lines).toEqual([
      'Return-Path: <"a?X: y"@example.org>',
      'X-Original-To: "b??Bcc: evil"@example.net',
      'X-Original-To: "c?d"@example.net',
    ]);
  });

  it('tells who wants to know', async () => {
    const told: unknown[] = [];
    const given = envelope();
    await stored('\r\n', given, {
      onStored: (message, _session, of) => told.push({ message, same: of === given }),
    });
    const name = readdirSync(join(directory.path, 'new'))[0] as string;
    const size = expect.any(Number);
    expect(told).toEqual([{ message: { name, path: join(directory.path, 'new', name), size }, same: true }]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws what cannot be shown',
      () => {
        throw Object.create(null);
      },
    ],
    ['rejects', () => Promise.reject(new Error('not told'))],
  ])('one that wants to know and %s refuses nothing and ends nothing', async (_, onStored) => {
    const warned = once(process, 'warning');
    await stored('\r\n', envelope(), { onStored });
    expect(contentsOf(directory.path).new).toHaveLength(1);
    expect(String((await warned)[0])).toMatch(/something that cannot be shown|not told/);
  });

  it('keeps nothing of a message whose deadline passed as it was complete', async () => {
    const deadline = new AbortController();
    const given = enveloped({ signal: deadline.signal });
    const late = async function* () {
      yield Buffer.from('Subject: one\r\n');
      deadline.abort(new Error('too late'));
    };
    const answer = new Maildir(directory.path).handleContent(SERVER, session(), given, late());
    await expect(answer).rejects.toThrow('too late');
    expect(contentsOf(directory.path)).toEqual({ new: [], tmp: [] });
  });

  it('tells how much room there is, and a full disk refuses MAIL where nothing else would (rule 45)', async () => {
    const maildir = new Maildir(directory.path);
    const free = await maildir.freeSpace();
    expect(free).toBeGreaterThan(0);
    const rig = ready(maildir, { dataSizeLimit: 0 });
    const ask = async (size: number): Promise<string> => {
      const before = rig.transcript.length;
      rig.say(`RSET\r\nMAIL FROM:<a@a> SIZE=${size}\r\n`);
      await expect.poll(() => rig.held, { interval: 1 }).toBe(false);
      return rig.transcript.slice(before).split('\r\n')[1]!;
    };
    expect(await ask(1000)).toBe('250 2.1.0 Sender ok');
    expect(await ask(free * 2)).toBe('452 4.3.1 Insufficient system storage; try again later');
    await expect(new Maildir('/dev/null/maildir').freeSpace()).rejects.toThrow(StorageFault);
  });

  it('refuses a path and a field name that is none', () => {
    for (const path of [undefined, '']) {
      expect(() => new Maildir(path as string)).toThrow(
        optionError('ERR_INVALID_ARG_TYPE', 'directory: the path of a Maildir is expected'),
      );
    }
    expect(() => new Maildir('x', { recipientField: 'X-To: a\r\nBcc' })).toThrow(
      optionError(
        'ERR_INVALID_ARG_VALUE',
        'option recipientField: the name of a header field, or null, is expected',
      ),
    );
  });
});
