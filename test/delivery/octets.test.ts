/** What is kept is what came, octet for octet, but for what is documented: every handler, every policy for line ends. */

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { Debugging } from '../../src/delivery/debugging.ts';
import { Forward } from '../../src/delivery/forward.ts';
import { Maildir } from '../../src/delivery/maildir/maildir.ts';
import { Message } from '../../src/delivery/message.ts';
import { Sink } from '../../src/delivery/sink.ts';
import type { Handler } from '../../src/smtp/api/handler.ts';
import type { BareNewlines } from '../../src/smtp/api/options/newline-policy.ts';
import { ready } from '../smtp/harness.ts';
import { temporaryDirectory, withoutReturnPath } from './support.ts';

const directory = temporaryDirectory();
afterAll(directory.remove);

const POLICIES: readonly BareNewlines[] = ['reject', 'normalize', 'preserve'];
const WAYS = ['DATA', 'BDAT', 'BINARYMIME'] as const;
type Way = (typeof WAYS)[number];

/** A handler, how to read what it kept of the one message it was given, and what it is to keep of content. */
interface Keeping {
  readonly handler: Handler;
  kept(): string | undefined;
  /** What it keeps; undefined where it refuses the content. */
  expected(content: string): string | undefined;
}

const KEEPERS: Readonly<Record<string, () => Keeping>> = {
  Maildir: () => {
    const path = join(directory.path, 'maildir');
    return {
      handler: new Maildir(path, { received: false, recipientField: null }),
      kept: () => {
        const [name, ...others] = readdirSync(join(path, 'new'));
        if (name === undefined) return undefined;
        expect(others).toEqual([]);
        const text = readFileSync(join(path, 'new', name), 'latin1');
        rmSync(join(path, 'new', name));
        return text;
      },
      expected: (content) => `Return-Path: <a@a.test>\r\n${withoutReturnPath(content)}`,
    };
  },
  Forward: () => {
    const sent: Buffer[] = [];
    return {
      handler: new Forward({
        sendMail: ({ raw }) => {
          sent.push(raw);
          return Promise.resolve({ response: '250 2.0.0 Ok' });
        },
      }),
      kept: () =>
        sent
          .pop()
          ?.toString('latin1')
          .replace(/^Received:.*\r\n(?:\t.*\r\n)*/u, ''),
      expected: (content) => {
        if (hasBareNewline(content)) return undefined;
        return content === '' || content.endsWith('\r\n') ? content : `${content}\r\n`;
      },
    };
  },
  Message: () => {
    const taken: Buffer[] = [];
    return {
      handler: new Message(({ content }) => void taken.push(Buffer.from(content))),
      kept: () => taken.pop()?.toString('latin1'),
      expected: (content) => content,
    };
  },
  Debugging: () => {
    let printed = '';
    return {
      handler: new Debugging({ write: (text) => (printed += text) }),
      kept: () => {
        const form = /^-{10} MESSAGE FOLLOWS -{10}\n(?:\w[^\n]*\n)+\n(.*)\n-{12} END MESSAGE -{12}\n$/su;
        const [, shown] = form.exec(printed) ?? [];
        printed = '';
        return shown;
      },
      expected: (content) => content.replace(/\r\n$/u, '').split('\r\n').map(asShown).join('\n'),
    };
  },
  Sink: () => ({ handler: new Sink(), kept: () => undefined, expected: () => undefined }),
};

function hasBareNewline(content: string): boolean {
  return /\r(?!\n)|(?<!\r)\n/u.test(content);
}

/** Every line end as CRLF; a dot that is alone on its line through such a change only gets a second one. */
function normalized(content: string): string {
  const [first = '', ...more] = content.split(/(\r\n|\r|\n)/u);
  let text = '';
  let line = first;
  let before = '\r\n';
  for (let at = 0; at < more.length; at += 2) {
    const end = more[at]!;
    const alone = line === '.' && (before !== '\r\n' || end !== '\r\n');
    text += `${line}${alone ? '.' : ''}\r\n`;
    before = end;
    line = more[at + 1]!;
  }
  return text + line;
}

const lineEnds = fc.constantFrom('\r\n', '\n', '\r', 'mixed');
const returnPath = fc.constantFrom(
  'Return-Path: <x@y>',
  'RETURN-PATH: <x@y>',
  'return-path:<x@y>',
  'Return-Path \t: <x@y>',
  'Return-Path:',
  'Return-Path:|\t<x@y>| (folded)',
  'Return-Path: <a>|Return-Path: <b>',
  'Return-Path',
);
const field = fc.constantFrom(
  'Subject: a',
  'Subject: a|\tfolded| twice',
  'X: ',
  'Received: from x',
  'no field',
  '.',
  '..a',
  'Subject: gr\xc3\xbc\xdfe',
  'A: \x00\x1b[31m\x7f',
  'Return-Paths: 1',
  'To: trailing  ',
  ' begins with a blank',
);
const body = fc.constantFrom(
  undefined,
  '',
  '|',
  'body',
  'body|',
  'a|.|..b||Return-Path: <x>|',
  `${'x'.repeat(70_000)}|.|`,
  '\xff\xfe|\x80|',
);
const header = fc.oneof(
  { weight: 6, arbitrary: fc.array(field, { maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constant([`X: ${'y'.repeat(150_000)}`, 'Return-Path: <late@y>', 'Z: z']) },
);
const randomEnds = fc.array(fc.constantFrom('\r\n', '\n', '\r'), { minLength: 12, maxLength: 12 });

/** A message in latin1; `|` stands for a line end in the parts it is made of. */
const message = fc
  .tuple(fc.option(returnPath), header, body, lineEnds, randomEnds)
  .map(([first, fields, text, end, ends]) => {
    const lines = [...(first === null ? [] : [first]), ...fields];
    const whole = lines.map((line) => `${line}|`).join('') + (text === undefined ? '' : `|${text}`);
    let index = 0;
    return whole.replaceAll('|', () => (end === 'mixed' ? ends[index++ % ends.length]! : end));
  });

/** Gives a message to a handler in a conversation; the reply to it. */
async function deliver(handler: Handler, policy: BareNewlines, way: Way, content: string): Promise<string> {
  const rig = ready(handler, { bareNewlines: policy });
  const begun = rig.say(`MAIL FROM:<a@a.test>${way === 'BINARYMIME' ? ' BODY=BINARYMIME' : ''}\r\n`);
  if (!begun.startsWith('250')) return begun;
  rig.say('RCPT TO:<b@b.test>\r\n');
  const before = rig.transcript.length;
  const octets = Buffer.from(content, 'latin1');
  if (way === 'DATA') {
    const stuffed = content.replaceAll(/(?<=^|\r\n)\./gu, '..');
    rig.say(Buffer.from(`DATA\r\n${stuffed}.\r\n`, 'latin1'));
  } else rig.say(Buffer.concat([Buffer.from(`BDAT ${octets.length} LAST\r\n`), octets]));
  const reply = (): string => rig.transcript.slice(before).replace(/^354.*\r\n/u, '');
  while (reply() === '') await new Promise((resolve) => setImmediate(resolve));
  return reply();
}

/** What the server hands to a handler; undefined where it refuses the content. */
function accepted(policy: BareNewlines, way: Way, content: string): string | undefined {
  if (way === 'BINARYMIME' || policy === 'preserve' || !hasBareNewline(content)) return content;
  return policy === 'reject' ? undefined : normalized(content);
}

/** A line as `Debugging` prints it. */
function asShown(line: string): string {
  const octets = Buffer.from(line, 'latin1');
  const decoded = octets.toString('utf8');
  const text = Buffer.from(decoded).equals(octets) ? decoded : line;
  return text.replaceAll(/[^\x20-\x7e]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length < 3 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
  });
}

it.each(Object.keys(KEEPERS))('%s keeps what came', async (name) => {
  const keeping = KEEPERS[name]!();
  await fc.assert(
    fc.asyncProperty(
      message,
      fc.constantFrom(...POLICIES),
      fc.constantFrom(...WAYS),
      async (made, policy, way) => {
        // DATA ends with CRLF.
        const content = way === 'DATA' && made !== '' && !made.endsWith('\r\n') ? `${made}\r\n` : made;
        const reply = await deliver(keeping.handler, policy, way, content);
        const handed = accepted(policy, way, content);
        const refused = name === 'Forward' && way === 'BINARYMIME';
        const expected = handed === undefined || refused ? undefined : keeping.expected(handed);
        if (name === 'Sink') {
          expect(reply).toMatch(handed === undefined ? /^550 5\.6\.0 / : /^250 /u);
          return;
        }
        expect(keeping.kept()).toBe(expected);
        expect(reply).toMatch(expected === undefined ? /^55[04] 5\.6\.[03] /u : /^250 /u);
      },
    ),
    { seed: 20261130, numRuns: 400 },
  );
});
