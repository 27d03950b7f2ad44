import { describe, expect, it } from 'vitest';
import { encode } from '../../../src/proxy/index.ts';
import { addressed, greeted, keeper, ready } from '../harness.ts';

const OK = '250 2.0.0 Ok\r\n';

describe('lines and verbs', () => {
  it('rule 1: a bare LF ends nothing; the line is not executed and the connection is closed', () => {
    const rig = ready();
    expect(rig.say('NOOP\nNOOP\r\n')).toBe('500 5.5.2 Lines end with CR LF; a bare LF ends nothing\r\n');
    expect(rig.closed).toBe('not-smtp');
  });

  it('rule 2: a bare CR in a command is data, hence a control character', () => {
    expect(ready().say('NOOP\rNOOP\r\n')).toBe('501 5.5.2 Control character in a command\r\n');
  });

  it.each(['\0', '\t', '\x7f', '\x1b'])('rule 3: control character %j in a command is refused', (control) => {
    expect(ready().say(`NOOP a${control}b\r\n`)).toBe('501 5.5.2 Control character in a command\r\n');
  });

  it('rule 4: 8-bit octets are refused outside a mailbox, and invalid UTF-8 everywhere', () => {
    const rig = ready();
    expect(rig.say('NOOP \u00e9\r\n')).toBe('501 5.5.2 Only ASCII is allowed here\r\n');
    expect(rig.say(Buffer.from('MAIL FROM:<\xe9@a.test> SMTPUTF8\r\n', 'latin1'))).toBe(
      '501 5.5.2 Not valid UTF-8\r\n',
    );
  });

  it('rule 3: nor are there control characters in UTF-8', () => {
    const rig = ready();
    const refused = '501 5.5.2 Control character in a command\r\n';
    for (const control of ['\u0080', '\u009b', '\u009f']) {
      expect(rig.say(`MAIL FROM:<a${control}31m@a.test> SMTPUTF8\r\n`)).toBe(refused);
      expect(rig.say(`VRFY ${control}\r\n`)).toBe(refused);
    }
    expect(rig.say('MAIL FROM:<a\u00a1b\u0100@a.test> SMTPUTF8\r\n')).toBe('250 2.1.0 Sender ok\r\n');
  });

  it('rule 5: verbs and keywords in any case; the case of a local part is kept', () => {
    const rig = ready();
    expect(rig.say('mAiL fRoM:<Al.B@A.test> sIzE=5 bOdY=8bItMiMe\r\n')).toBe('250 2.1.0 Sender ok\r\n');
    expect(rig.conversation.envelope.mailFrom).toBe('Al.B@A.test');
    expect(rig.conversation.envelope.declaredSize).toBe(5);
    expect(rig.conversation.envelope.body).toBe('8BITMIME');
  });

  it('rule 6: 512 octets are taken, one more is refused after swallowing the line', () => {
    const rig = ready();
    expect(rig.say(`NOOP ${'x'.repeat(512 - 7)}\r\n`)).toBe(OK);
    expect(rig.say(`NOOP ${'x'.repeat(512 - 6)}\r\nNOOP\r\n`)).toBe(`500 5.5.2 Line too long\r\n${OK}`);
    expect(rig.say(`NOOP ${'x'.repeat(60_000)}\r\nNOOP\r\n`)).toBe(`500 5.5.2 Line too long\r\n${OK}`);
  });

  it('rule 6: lines of MAIL and RCPT may be longer, for their parameters', () => {
    const rig = ready();
    const unknown = '555 5.5.4 Parameter not recognised\r\n';
    expect(rig.say(`MAIL FROM:<a@a.test> X=${'y'.repeat(1500)}\r\n`)).toBe(unknown);
    expect(rig.say(`MAIL FROM:<a@a.test> X=${'y'.repeat(2048)}\r\n`)).toBe('500 5.5.2 Line too long\r\n');
  });

  it('A1: 100 KiB without a line end: 500 once, then the connection is closed', () => {
    const rig = ready();
    let said = '';
    for (let sent = 0; sent < 100; sent++) said += rig.say('x'.repeat(1024));
    expect(said).toBe('500 5.5.2 Line too long\r\n');
    expect(rig.closed).toBe('not-smtp');
  });

  it.each(['GET / HTTP/1.1', 'POST /x HTTP/1.0', 'Host: mx.test'])(
    'A3: %s is answered with 421 and closed',
    (line) => {
      const rig = greeted();
      expect(rig.say(`${line}\r\nNOOP\r\n`)).toBe('421 4.7.0 This is an SMTP server\r\n');
      expect(rig.closed).toBe('not-smtp');
    },
  );

  it('A4: a TLS ClientHello on a clear port is closed, and the log says so', () => {
    const codes: string[] = [];
    const rig = greeted(keeper(), { diagnostics: ({ code }) => codes.push(code) });
    expect(rig.say(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]))).toBe('');
    expect(rig.closed).toBe('not-smtp');
    expect(codes).toEqual(['tls-on-clear-port']);
  });

  it.each([1, 2] as const)(
    'D3: a PROXY header of version %i where none is read: no command, said to the log',
    (version) => {
      const codes: string[] = [];
      const rig = greeted(keeper(), { diagnostics: ({ code }) => codes.push(code) });
      const header = encode({
        version,
        srcAddr: '203.0.113.7',
        srcPort: 1,
        dstAddr: '198.51.100.25',
        dstPort: 25,
      });
      expect(rig.say(Buffer.concat([header, Buffer.from('NOOP\r\n')]))).toMatch(
        /^500 5\.5\.2 Command not recognised\r\n/,
      );
      expect(rig.conversation.session.client.proxied).toBe(false);
      expect(codes).toEqual(['proxy-header-misplaced']);
    },
  );

  it('rule 14: unknown verbs get 500 and do not close, VRFY 252, EXPN 502', () => {
    const rig = ready();
    expect(rig.say('BLURB x\r\nVRFY joe\r\nEXPN list\r\nVRFY\r\n')).toBe(
      '500 5.5.2 Command not recognised\r\n' +
        '252 2.5.2 Cannot verify the user, but will take the message and try\r\n' +
        '502 5.5.1 Lists are not expanded here\r\n' +
        '501 5.5.4 An argument is missing\r\n',
    );
    expect(rig.closed).toBeUndefined();
  });

  it('E4: the 20th unknown command is answered with 421', () => {
    const rig = ready();
    expect(rig.say('BLURB\r\n'.repeat(30))).toBe(
      '500 5.5.2 Command not recognised\r\n'.repeat(20) + '421 4.7.0 Too many unknown commands\r\n',
    );
    expect(rig.closed).toBe('limit');
  });

  it.each(['NOOP', 'RSET', 'HELP', 'EHLO c.test', 'VRFY x'])(
    'E3: 20,000 pipelined %s end at the budget of 100',
    (line) => {
      const rig = greeted();
      const said = rig.say(`${line}\r\n`.repeat(20_000));
      expect(said.endsWith('421 4.7.0 Too many commands without a message\r\n')).toBe(true);
      const finals = said.split('\r\n').filter((reply) => /^\d{3} /.test(reply));
      expect(finals.length).toBe(101);
      expect(rig.closed).toBe('limit');
    },
  );

  it('E3: a message accepted renews the budget', () => {
    const rig = ready(keeper());
    const message = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nx\r\n.\r\n';
    for (let round = 0; round < 5; round++) rig.say(`${'RSET\r\n'.repeat(90)}${message}`);
    expect(rig.closed).toBeUndefined();
  });

  it('E3: a message refused does not', () => {
    const rig = ready({ handleDATA: () => '550 5.7.1 no' });
    const message = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nx\r\n.\r\n';
    for (let round = 0; round < 2; round++) rig.say(`${'RSET\r\n'.repeat(90)}${message}`);
    expect(rig.closed).toBe('limit');
  });

  it('E5: recipients that a hook refuses for good end at the budget of 1000; one message renews it, 4xx is counted apart', () => {
    const handler = {
      ...keeper(),
      handleRCPT: (_server: unknown, _session: unknown, _envelope: unknown, address: string) =>
        address.startsWith('no')
          ? '550 5.1.1 No such mailbox'
          : address.startsWith('later')
            ? '450 4.2.0 Later'
            : undefined,
    };
    const rig = ready(handler);
    const recipients = (count: number, name: string) => `RCPT TO:<${name}@b.test>\r\n`.repeat(count);
    const guesses = `MAIL FROM:<a@a.test>\r\n${recipients(999, 'no')}${recipients(1000, 'later')}`;
    rig.say(`${guesses}RCPT TO:<b@b.test>\r\nDATA\r\nx\r\n.\r\n${guesses}`);
    expect(rig.closed).toBeUndefined();
    expect(rig.say(recipients(3, 'no'))).toBe('550 5.1.1 No such mailbox\r\n421 4.7.0 Too many errors\r\n');
    expect(rig.closed).toBe('limit');
  });

  it('E5: nor are recipients above the limit named without end, or messages that do not fit', () => {
    const limits = { recipients: 100, deferrals: 5 };
    const ending = /^(452 [^\r]*\r\n){5}421 4\.7\.0 Too many errors\r\n$/;
    const rig = ready({}, { limits });
    rig.say(`MAIL FROM:<a@a.test>\r\n${'RCPT TO:<b@b.test>\r\n'.repeat(100)}`);
    expect(rig.say('RCPT TO:<b@b.test>\r\n'.repeat(9))).toMatch(ending);
    const full = ready({ freeSpace: () => 9 }, { dataSizeLimit: 0, limits });
    expect(full.say('MAIL FROM:<a@a.test> SIZE=10\r\n'.repeat(9))).toMatch(ending);
  });

  it.each([
    ['refuses for now', () => '450 4.2.0 Later', '450 4.2.0 Later'],
    [
      'fails',
      (): string => {
        throw new Error('no database');
      },
      '451 4.3.0 Local error; try again later',
    ],
  ])(
    'E5: commands that a hook %s end at a budget, which an accepted message renews',
    (_what, answer, reply) => {
      const handleRCPT = (_server: unknown, _session: unknown, _envelope: unknown, address: string) =>
        address.startsWith('later') ? answer() : undefined;
      const rig = ready({ handleRCPT }, { limits: { deferrals: 3 } });
      const later = 'RCPT TO:<later@b.test>\r\n';
      rig.say(`MAIL FROM:<a@a.test>\r\n${later}${later}RCPT TO:<b@b.test>\r\nDATA\r\nx\r\n.\r\n`);
      rig.say(`MAIL FROM:<a@a.test>\r\n${later}${later}`);
      expect(rig.closed).toBeUndefined();
      expect(rig.say(later)).toBe(`${reply}\r\n421 4.7.0 Too many errors\r\n`);
      expect(rig.closed).toBe('limit');
    },
  );

  it.each([
    ['by the hook', 'x', '451 4.0.0 No'],
    [
      'by the server',
      'bare\n',
      '550 5.6.0 Message holds a bare CR or LF; lines end with CR LF (curl: --crlf)',
    ],
  ])('E5: messages refused %s end at the same budget, which an accepted one renews', (_who, text, reply) => {
    const handleDATA = (_server: unknown, _session: unknown, { content }: { content: Buffer | null }) =>
      content?.toString() === 'good\r\n' ? undefined : '451 4.0.0 No';
    const rig = ready({ handleDATA }, { limits: { refusals: 3 } });
    const message = (body: string): string =>
      `MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n${body}\r\n.\r\n`;
    rig.say(message(text).repeat(2) + message('good') + message(text).repeat(2));
    expect(rig.closed).toBeUndefined();
    expect(rig.say(message(text)).endsWith(`${reply}\r\n421 4.7.0 Too many errors\r\n`)).toBe(true);
    expect(rig.closed).toBe('limit');
  });

  it('rule 15: commands without parameters refuse an argument, NOOP takes one; trailing spaces are tolerated', () => {
    const rig = addressed();
    const refused = '501 5.5.4 This command takes no argument\r\n';
    expect(rig.say('RSET x\r\nDATA x\r\nQUIT x\r\nNOOP x\r\nNOOP  \r\n')).toBe(refused.repeat(3) + OK + OK);
    expect(rig.conversation.envelope.rcptTos).toEqual(['b@b.test']);
  });
});

describe('the session', () => {
  it('rule 13: every command that RFC 5321 requires exists', () => {
    const rig = ready();
    for (const verb of [
      'EHLO c.test',
      'HELO c.test',
      'MAIL',
      'RCPT',
      'DATA',
      'RSET',
      'NOOP',
      'QUIT',
      'VRFY x',
    ]) {
      expect(rig.say(`${verb}\r\n`)).not.toMatch(/^50[02]/);
    }
  });

  it('rule 9: nothing of a transaction before HELO or EHLO', () => {
    const first = '503 5.5.1 Say HELO or EHLO first\r\n';
    expect(greeted().say('MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\n')).toBe(first.repeat(3));
  });

  it('rule 10: NOOP, HELP, EXPN, VRFY, RSET and QUIT work before EHLO', () => {
    const rig = greeted();
    const codes = rig.say('NOOP\r\nHELP\r\nEXPN x\r\nVRFY x\r\nRSET\r\nQUIT\r\n').match(/^\d{3}/gm);
    expect(codes).toEqual(['250', '214', '502', '252', '250', '221']);
  });

  it('rule 11: HELO answers one line; EHLO again is a RSET; a refused EHLO changes nothing', () => {
    const rig = greeted();
    expect(rig.say('HELO c.test\r\n')).toBe('250 mx.test\r\n');
    rig.say('EHLO c.test\r\nMAIL FROM:<a@a.test>\r\n');
    expect(rig.say('EHLO bad name\r\n')).toBe('501 A host name or an address literal is expected\r\n');
    expect(rig.conversation.envelope.mailFrom).toBe('a@a.test');
    rig.say('EHLO d.test\r\n');
    expect(rig.conversation.envelope.mailFrom).toBeNull();
    expect(rig.session.hostName).toBe('d.test');
  });

  it('rule 11: HELO answers one line, whatever a hook says', () => {
    for (const answer of ['250-one\r\n250 two', { code: 250, text: ['one', 'two'] }]) {
      expect(greeted({ handleHELO: () => answer }).say('HELO c.test\r\n')).toBe('250 one\r\n');
    }
    const long = greeted({ handleHELO: () => `250 ${'x'.repeat(900)}` }).say('HELO c.test\r\n');
    expect([long.length <= 512, long.indexOf('\n')]).toEqual([true, long.length - 1]);
  });

  it('EHLO offers what works, and nothing else', () => {
    expect(greeted(keeper(), { dataSizeLimit: 1000 }).say('EHLO c.test\r\n')).toBe(
      [
        'mx.test',
        'PIPELINING',
        'SIZE 1000',
        '8BITMIME',
        'SMTPUTF8',
        'ENHANCEDSTATUSCODES',
        'CHUNKING',
        'BINARYMIME',
        'DSN',
        'LIMITS RCPTMAX=1000',
      ]
        .map((line) => `250-${line}\r\n`)
        .join('') + '250 HELP\r\n',
    );
  });

  it.each([
    'c.test',
    'under_score.test',
    '[192.0.2.1]',
    '[IPv6:2001:db8::1]',
    '[::1]',
    'localhost',
    '1.2.3.4',
  ])('rule 12: EHLO %s is not held against the client', (name) => {
    expect(greeted().say(`EHLO ${name}\r\n`)).toMatch(/^250-mx\.test\r\n/);
  });

  it('rule 17: QUIT says 221 and closes; what follows is not executed', () => {
    const rig = ready();
    expect(rig.say('QUIT\r\nNOOP\r\n')).toBe('221 2.0.0 Bye\r\n');
    expect(rig.closed).toBe('quit');
  });

  it('rule 32: a greeting of 554 leaves 503 until QUIT', () => {
    const rig = greeted({ handleConnect: () => '554 5.7.1 Not you' });
    expect(rig.transcript).toBe('554 Not you\r\n');
    const refused = '503 5.5.1 No service; QUIT is all that is left\r\n';
    expect(rig.say('RSET\r\nNOOP\r\nQUIT\r\n')).toBe(`${refused.repeat(2)}221 2.0.0 Bye\r\n`);
  });

  it('rule 46: replies come in order, one write for a batch', () => {
    const rig = ready(keeper());
    const before = rig.sends;
    expect(rig.say('MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n')).toBe(
      '250 2.1.0 Sender ok\r\n250 2.1.5 Recipient ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n' +
        '250 2.6.0 Message accepted\r\n221 2.0.0 Bye\r\n',
    );
    expect(rig.sends - before).toBe(1);
  });

  it('rules 31 and 32: a command that does not come ends in 421, and its drip does not move the deadline', () => {
    const rig = ready();
    expect(rig.deadlineAt).toBe(1000 + 300_000);
    rig.time = 200_000;
    rig.say('NO');
    expect(rig.deadlineAt).toBe(1000 + 300_000);
    rig.say('OP\r\n');
    expect(rig.deadlineAt).toBe(200_000 + 300_000);
    expect(rig.expire()).toBe('421 4.4.2 Timeout waiting for a command\r\n');
    expect(rig.closed).toBe('timeout');
  });
});
