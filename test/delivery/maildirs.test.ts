import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderName } from '../../src/delivery/maildir/folder-name.ts';
import { Maildirs } from '../../src/delivery/maildir/maildirs.ts';
import { ready, say } from '../smtp/harness.ts';
import { contentsOf, temporaryDirectory } from './support.ts';

describe('Maildirs', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  beforeEach(() => (directory = temporaryDirectory()));
  afterEach(() => directory.remove());

  /** Sends one message; gives the replies to the recipients. */
  async function send(by: 'recipient' | 'tag', ...recipients: string[]): Promise<string[]> {
    const rig = ready(new Maildirs(directory.path, by, { received: false }));
    await say(rig, 'MAIL FROM:<a@a.test>');
    const replies: string[] = [];
    for (const recipient of recipients) replies.push((await say(rig, `RCPT TO:<${recipient}>`)).slice(0, 9));
    await say(rig, 'DATA');
    expect(await say(rig, 'Subject: x\r\n\r\nbody\r\n.')).toMatch(/^250 /u);
    return replies;
  }

  it('one for each recipient; another one comes in a message of its own', async () => {
    expect(await send('recipient', 'Ann@B.test', 'Ann@b.TEST', 'bob@b.test')).toEqual([
      '250 2.1.5',
      '250 2.1.5',
      '452 4.5.3',
    ]);
    expect(await send('recipient', '"../../x"@b.test')).toEqual(['250 2.1.5']);
    expect(readdirSync(directory.path).toSorted()).toEqual(['%2e.%2f..%2fx@b.test', '%41nn@b.test']);
    expect(contentsOf(join(directory.path, '%41nn@b.test'))).toEqual({
      new: [
        'Return-Path: <a@a.test>\r\nX-Original-To: Ann@B.test\r\nX-Original-To: Ann@b.TEST\r\nSubject: x\r\n\r\nbody\r\n',
      ],
      tmp: [],
    });
  });

  it('one for each tag', async () => {
    await send('tag', 'ann+shop@b.test', 'bob+shop@b.test');
    await send('tag', 'ann@b.test');
    await send('tag', 'ann+inbox+2@b.test');
    expect(readdirSync(directory.path).toSorted()).toEqual(['+inbox+2', '+shop', 'inbox']);
    expect(existsSync(join(directory.path, 'inbox', 'new'))).toBe(true);
  });

  it('refuses another division, and options that Maildir refuses', () => {
    expect(() => new Maildirs(directory.path, 'sender' as never)).toThrow(/^by: /u);
    expect(() => new Maildirs(directory.path, 'tag', { fileMode: 1 })).toThrow(/^option fileMode: /u);
  });
});

describe('the name of a directory', () => {
  it.each([
    ['', '%'],
    ['.', '%2e'],
    ['..', '%2e.'],
    ['a.b', 'a.b'],
    ['A/b\\c\0\r\n:~%', '%41%2fb%5cc%00%0d%0a%3a%7e%25'],
    ['j\u00f8rn', 'j%c3%b8rn'],
  ])('%j', (text, name) => expect(folderName(text)).toBe(name));

  it('is safe, bounded, and another one for each text, also where capitals are not told apart', () => {
    const unit = fc.constantFrom('a', 'A', '.', '/', '\0', '%', '41', '~', '\u00e9', '\\', 'x'.repeat(120));
    const text = fc.array(unit, { maxLength: 6 }).map((all) => all.join(''));
    const names = new Map<string, string>();
    fc.assert(
      fc.property(text, (given) => {
        const name = folderName(given);
        expect(name).toMatch(/^(?:[a-z0-9@+=_%-][a-z0-9@+=_.%~-]*)$/u);
        expect(name.length).toBeLessThanOrEqual(200);
        expect(names.get(name) ?? given).toBe(given);
        names.set(name, given);
      }),
      { seed: 20261130, numRuns: 5000 },
    );
  });
});
