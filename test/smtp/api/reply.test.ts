import { describe, expect, it } from 'vitest';
import { REPLIES } from '../../../src/smtp/engine/replies.ts';
import { formatReply } from '../../../src/smtp/api/reply.ts';
import { addressed, greeted, keeper, ready, type Rig } from '../harness.ts';

/** RFC 3463, RFC 5248, and what the documents of the extensions have registered since. */
const REGISTERED = new Set(
  [
    '2.0.0 2.1.0 2.1.5 2.5.2 2.6.0 2.7.0',
    '4.3.0 4.3.1 4.3.2 4.4.2 4.5.3 4.7.0',
    '5.1.3 5.1.7 5.3.4 5.4.6 5.5.0 5.5.1 5.5.2 5.5.4 5.5.6 5.6.0 5.6.7 5.7.0 5.7.8 5.7.10 5.7.11',
  ].flatMap((row) => row.split(' ')),
);

/** Everything but the greeting and what HELO and EHLO say, right and wrong, before and after them. */
const LINES = [
  'NOOP|NOOP x|RSET|RSET x|HELP|HELP MAIL|VRFY|VRFY x|EXPN|EXPN x|BLURB||NO\tOP|NOOP \u00e9|DATA|DATA x|QUIT x',
  `NOOP ${'x'.repeat(600)}|NOOP ${'x'.repeat(3000)}|STARTTLS|STARTTLS x|AUTH PLAIN|AUTH|XCLIENT ADDR=1.2.3.4`,
  'XFORWARD ADDR=1.2.3.4|MAIL|MAIL FROM:<>x|MAIL FROM:<a|MAIL FROM:<a@a> SIZE=x|MAIL FROM:<a@a> X=1|RCPT TO:<b@b>',
  'MAIL FROM:<a@a> SIZE=1 SIZE=1|MAIL FROM:<a@a> REQUIRETLS|MAIL FROM:<\u00e9@a>|BDAT 0|MAIL FROM:<a@a>',
  'MAIL FROM:<a@a>|RCPT TO:<>|RCPT TO:<b@b> X|RCPT TO:<b@b>|BDAT 0|DATA|MAIL FROM:<>|RSET|MAIL FROM:<>',
  'RCPT TO:<b@b>|DATA\r\nx\ny\r\n.|MAIL FROM:<>|RCPT TO:<b@b>|DATA\r\n.|QUIT',
].flatMap((lines) => lines.split('|'));

function linesOf(text: string): string[] {
  return text.split('\r\n').slice(0, -1);
}

describe('rule 51: an enhanced code', () => {
  it.each(['EHLO c', 'HELO c', undefined])('stands on each line of each final reply, after %s', (hello) => {
    const rig = greeted(keeper());
    if (hello !== undefined) rig.say(`${hello}\r\n`);
    for (const line of LINES.filter((each) => hello !== undefined || !each.startsWith('DATA\r\n'))) {
      for (const reply of linesOf(rig.say(`${line}\r\n`))) {
        const form = reply.startsWith('3') ? /^3\d\d / : /^([245])\d\d[ -]\1\.\d{1,3}\.\d{1,3} ./;
        expect([line, reply, form.test(reply)]).toEqual([line, reply, true]);
      }
    }
    expect(rig.closed).toBe('quit');
  });

  it('stands on each line that a hook continues, of the class of the reply', () => {
    const rig = ready({
      handleVRFY: () => ({ code: 550, enhanced: '2.1.1', text: ['one', 'two', 'three'] }),
    });
    expect(rig.say('VRFY x\r\n')).toBe('550-5.0.0 one\r\n550-5.0.0 two\r\n550 5.0.0 three\r\n');
  });

  it('does not stand in the greeting, nor in any reply to HELO, EHLO or LHLO', () => {
    const refusals = ['EHLO', 'HELO', 'EHLO a b', 'HELO \u00e9', 'EHLO a\tb', `EHLO ${'x'.repeat(600)}`];
    const rigs: Rig[] = [
      greeted({ handleConnect: () => '220 5.7.1 mx.test' }),
      greeted({ handleConnect: () => '554 5.7.1 no' }),
      greeted({
        handleEHLO: () => '550 5.7.1 no',
        handleHELO: () => ({ code: 450, enhanced: '4.7.1', text: 'no' }),
      }),
      greeted({ handleEHLO: () => 'no reply', handleHELO: () => Promise.reject(new Error('x')) as never }),
    ];
    for (const rig of rigs) {
      for (const line of ['EHLO c', 'HELO c', ...refusals]) rig.say(`${line}\r\n`);
      for (const reply of linesOf(rig.transcript)) expect(reply).not.toMatch(/^\d{3}[ -]\d\.\d+\.\d+/);
    }
  });
});

describe('where handleEHLO takes ENHANCEDSTATUSCODES off the list', () => {
  const handler = {
    handleEHLO: (_server: unknown, _session: unknown, _envelope: unknown, name: string) =>
      name === 'plain' ? ['PIPELINING', 'SIZE 1000'] : undefined,
    handleDATA: () => ({ code: 250, enhanced: '2.6.0', text: ['2.6.0 is', 'what it says'] }),
  };
  const noop = (rig: Rig): string => rig.say('NOOP\r\n');

  it('no reply has an enhanced code, be it the server\u2019s, a hook\u2019s, or of several lines', () => {
    const rig = greeted(handler);
    expect(rig.say('EHLO plain\r\n')).toBe('250-mx.test\r\n250-PIPELINING\r\n250 SIZE 1000\r\n');
    expect(
      rig.say('MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n.\r\nBLURB\r\nRCPT TO:<b>\r\nQUIT\r\n'),
    ).toBe(
      '250 Sender ok\r\n250 Recipient ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n' +
        '250-2.6.0 is\r\n250 what it says\r\n500 Command not recognised\r\n503 MAIL comes first\r\n221 Bye\r\n',
    );
  });

  it('the next EHLO, HELO and TLS decide anew', () => {
    const rig = greeted(handler);
    rig.say('EHLO plain\r\n');
    expect(noop(rig)).toBe('250 Ok\r\n');
    rig.say('EHLO rich\r\n');
    expect(noop(rig)).toBe('250 2.0.0 Ok\r\n');
    rig.say('EHLO plain\r\n');
    rig.say('HELO plain\r\n');
    expect(noop(rig)).toBe('250 2.0.0 Ok\r\n');
    rig.say('EHLO plain\r\n');
    rig.session.restart();
    expect(noop(rig)).toBe('250 2.0.0 Ok\r\n');
  });
});

describe('rule 52: the codes of the catalogue', () => {
  it('are registered, and of the class of their reply', () => {
    for (const [name, wire] of Object.entries(REPLIES)) {
      const enhanced = /^\d{3} ([245]\.\d+\.\d+) /.exec(wire)?.[1];
      if (enhanced === undefined) continue;
      expect([name, REGISTERED.has(enhanced), enhanced[0]]).toEqual([name, true, wire[0]]);
    }
  });
});

describe('rules 7 and 8: the lines of a reply', () => {
  it('have at most 512 octets, however long the text is, and lose no word', () => {
    const words = Array.from({ length: 400 }, (_, index) => `word${index}`);
    const lines = linesOf(formatReply({ code: 250, enhanced: '2.0.0', text: words.join(' ') }));
    expect(lines.every((line) => line.length + 2 <= 512)).toBe(true);
    expect(lines.map((line) => line.slice(10)).join(' ')).toBe(words.join(' '));
    const solid = linesOf(formatReply({ code: 250, enhanced: '2.0.0', text: 'x'.repeat(1200) }));
    expect(solid.map((line) => line.length + 2)).toEqual([512, 512, 212]);
  });

  it('share their code: hyphen on all but the last, which has a space', () => {
    const lines = linesOf(greeted().say('EHLO c\r\n'));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.slice(0, -1).every((line) => line.startsWith('250-'))).toBe(true);
    expect(lines.at(-1)).toMatch(/^250 \S/);
  });

  it('keep the space after the code when there is no text', () => {
    expect(formatReply({ code: 334, text: '' })).toBe('334 \r\n');
    expect(formatReply({ code: 250, text: [] })).toBe('250 \r\n');
    expect(ready({ handleNOOP: () => '250' }).say('NOOP\r\n')).toBe('250 2.0.0 \r\n');
  });

  it('never show what a client sent', () => {
    const rig = greeted(keeper(), { commandCallLimit: { rset: 1 } });
    const lines = [
      'EHLO SECRET_x',
      'HELO SECRET',
      'VRFY SECRET',
      'EXPN SECRET',
      'SECRET',
      'HELP SECRET',
      'NOOP SECRET',
    ];
    const more = [
      'MAIL FROM:<SECRET@x',
      'MAIL FROM:<SECRET@x> SECRET=1',
      'MAIL FROM:<SECRET@x>',
      'RCPT TO:<SECRET',
    ];
    for (const line of [...lines, ...more, 'RCPT TO:<SECRET@x>', 'RSET', 'RSET']) rig.say(`${line}\r\n`);
    expect(rig.transcript).not.toContain('SECRET');
    expect(rig.transcript).toMatch(/^[\x20-\x7e\r\n]*$/);
  });
});

describe('rule 16: RSET in every state', () => {
  it.each([
    ['nothing', ''],
    ['EHLO', 'EHLO c\r\n'],
    ['MAIL', 'EHLO c\r\nMAIL FROM:<a@a> SIZE=5 RET=FULL ENVID=x\r\n'],
    ['RCPT', 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b> NOTIFY=NEVER\r\n'],
    ['a chunk', 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nBDAT 3\r\nx\r\n'],
    ['a refused chunk', 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nBDAT 20\r\n0123456789012345678\n'],
  ])('after %s', (_state, lines) => {
    const handler = keeper();
    const rig = greeted(handler, { dataSizeLimit: 10 });
    rig.say(lines);
    for (let round = 0; round < 3; round++) expect(rig.say('RSET\r\n')).toBe('250 2.0.0 Ok\r\n');
    const { envelope } = rig.conversation;
    expect([envelope.mailFrom, envelope.returnContent, envelope.envelopeId, envelope.rcptDSN]).toEqual([
      null,
      null,
      null,
      [],
    ]);
    rig.say('EHLO c\r\n');
    expect(rig.say('MAIL FROM:<n@n>\r\nRCPT TO:<m@m>\r\nBDAT 3 LAST\r\nz\r\n')).toContain('250 2.6.0');
    expect(handler.messages).toEqual(['z\r\n']);
  });

  it('lets a message be taken after one that was given up', () => {
    const handler = keeper();
    const rig = addressed(handler);
    rig.say('RSET\r\n');
    expect(rig.say('DATA\r\n')).toBe('503 5.5.1 MAIL comes first\r\n');
    rig.say('MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\nx\r\n.\r\n');
    expect(handler.messages).toEqual(['x\r\n']);
  });
});
