import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHANNELS, type DialogueEvent, type RefusalEvent } from '../../../src/smtp/api/channels.ts';
import { saidText } from '../../../src/smtp/commands/said.ts';
import { greeted, keeper, ready } from '../harness.ts';

/** What is published while a test runs. */
function listening<T>(name: string): T[] {
  const heard: T[] = [];
  const listener = (event: unknown): void => void heard.push(event as T);
  subscribe(name, listener);
  onTestFinished(() => void unsubscribe(name, listener));
  return heard;
}

const SECRET = Buffer.from('\0ann\0hunter2').toString('base64');
const OPTIONS = { authenticator: () => false, authRequireTLS: false, timeouts: { authFailure: 1 } };

describe('what the server itself refuses', () => {
  it('is told to `diagnostics` and to a channel, with the command', () => {
    const told: unknown[] = [];
    const events = listening<RefusalEvent>(CHANNELS.refusal);
    const rig = greeted(keeper(), {
      dataSizeLimit: 10,
      diagnostics: ({ level, code, text, session, client }) =>
        told.push([level, code, text, session, client?.address]),
    });
    const id = rig.session.id;
    const lines = [
      ['MAIL FROM:<a@a.test>', '503 5.5.1 Say HELO or EHLO first'],
      ['EHLO c.test', undefined],
      ['MAIL FROM:a@a.test', '501 5.1.7 Sender address not understood: MAIL FROM:<address> is expected'],
      ['MAIL FROM:<a@a.test> X=1', '555 5.5.4 Parameter not recognised'],
      ['MAIL FROM:<a@a.test> SIZE=100000', '552 5.3.4 Message is larger than this server takes'],
      ['XYZZY \u001b[31m', '501 5.5.2 Control character in a command', 'XYZZY \\x1b[31m'],
      ['MAIL FROM:<a@a.test>', undefined],
      ['RCPT TO:<b@b.test>', undefined],
      ['DATA', undefined],
      ['bare\n.\r\n.', '550 5.6.0 Message holds a bare CR or LF; lines end with CR LF (curl: --crlf)', null],
    ] as const;
    for (const [line] of lines) rig.say(`${line}\r\n`);
    const refused = lines.filter((each) => each[1] !== undefined);
    const client = rig.session.client.address;
    const expected = refused.map(([line, reply, shown = line]) => [reply, shown]);
    expect(told).toEqual(
      expected.map(([reply, line]) =>
        line === null
          ? ['info', 'message-refused', reply, id, client]
          : ['info', 'refused', `${reply}, to: ${line}`, id, client],
      ),
    );
    expect(events.map(({ reply, command, session }) => [reply, command, session.id])).toEqual(
      expected.map((each) => [...each, id]),
    );
  });

  it('is shown without credentials', () => {
    const events = listening<RefusalEvent>(CHANNELS.refusal);
    const rig = ready({}, OPTIONS);
    for (const line of [
      `AUTH XYZ ${SECRET}`,
      SECRET,
      `AUHT PLAIN ${SECRET}`,
      `PASS ${SECRET}`,
      `AUTH PLAIN ${SECRET} x`,
    ])
      rig.say(`${line}\r\n`);
    expect(events.map(({ command }) => command)).toEqual([
      'AUTH (not shown)',
      '(not shown)',
      '(not shown)',
      '(not shown)',
      'AUTH PLAIN (not shown)',
    ]);
  });
});

describe('the dialogue', () => {
  it('is published line by line, without content and credentials', () => {
    const events = listening<DialogueEvent>(CHANNELS.dialogue);
    const rig = ready(keeper(), OPTIONS);
    rig.say(
      'MAIL FROM:<a@a.test>\r\nRCPT TO:<b\u202e@b.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nsecret words\r\n.\r\n',
    );
    rig.say(`AUTH PLAIN\r\n${SECRET}\r\n`);
    const shown = events.map(({ from, text }) => `${from === 'client' ? '>' : '<'} ${text}`);
    expect(shown).toEqual([
      '< 220 mx.test ESMTP truepeer',
      '> EHLO client.test',
      expect.stringMatching(/^< 250-mx\.test/u),
      ...Array.from({ length: shown.indexOf('> MAIL FROM:<a@a.test>') - 3 }, () =>
        expect.stringMatching(/^< 250/u),
      ),
      '> MAIL FROM:<a@a.test>',
      '< 250 2.1.0 Sender ok',
      '> RCPT TO:<b\\u{202e}@b.test>',
      expect.stringMatching(/^< 5/u),
      '> RCPT TO:<b@b.test>',
      '< 250 2.1.5 Recipient ok',
      '> DATA',
      '< 354 End data with <CR><LF>.<CR><LF>',
      '> (content, 14 octets)',
      '< 250 2.6.0 Message accepted',
      '> AUTH PLAIN',
      '< 334 (not shown)',
      '> (not shown)',
    ]);
    expect(events.every(({ session }) => session.id === rig.session.id)).toBe(true);
  });
});

describe('a command line for a log', () => {
  const shown = (line: string): string => saidText(Buffer.from(line), 0, Buffer.byteLength(line));

  it.each([
    ['AUTH PLAIN', 'AUTH PLAIN'],
    [`auth plain ${SECRET}`, 'auth plain (not shown)'],
    [`AUTH ${SECRET}`, 'AUTH (not shown)'],
    [`AUHT PLAIN ${SECRET}`, 'AUHT PLAIN (not shown)'],
    [`a1 LOGIN ann hunter2`, 'a1 LOGIN (not shown)'],
    ['USER ann', 'USER (not shown)'],
    ['PASS hunter2', 'PASS (not shown)'],
    ['MAIL FROM:<pass@a.test>', 'MAIL FROM:<pass@a.test>'],
    ['', ''],
  ])('%s', (line, expected) => expect(shown(line)).toBe(expected));

  it('has a bounded length', () => {
    expect(shown('\u0001'.repeat(10_000))).toBe(`${'\\x01'.repeat(256)}...`);
  });
});
