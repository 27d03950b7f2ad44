import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { addressed, greeted, keeper, ready, settled } from '../harness.ts';

const SENDER_OK = '250 2.1.0 Sender ok\r\n';
const RCPT_OK = '250 2.1.5 Recipient ok\r\n';
const BAD_SENDER = '501 5.1.7 Sender address not understood: MAIL FROM:<address> is expected\r\n';
const BAD_RCPT = '501 5.1.3 Recipient address not understood: RCPT TO:<address> is expected\r\n';

describe('MAIL and RCPT', () => {
  it('rule 16: RSET drops sender, recipients and parameters, and never closes', () => {
    const rig = addressed();
    expect(rig.say('RSET\r\nRCPT TO:<b@b.test>\r\n')).toBe('250 2.0.0 Ok\r\n503 5.5.1 MAIL comes first\r\n');
    expect(rig.conversation.envelope.rcptTos).toEqual([]);
    expect(rig.closed).toBeUndefined();
  });

  it.each(['<a@a.test>', '<>'])('rule 18: a second MAIL after %s leaves the first alone', (sender) => {
    const rig = ready();
    const nested = '503 5.5.1 A transaction is open already\r\n';
    expect(rig.say(`MAIL FROM:${sender}\r\nMAIL FROM:<x@x.test>\r\n`)).toBe(SENDER_OK + nested);
    expect(rig.conversation.envelope.mailFrom).toBe(sender.slice(1, -1));
  });

  it('rule 19: RCPT needs MAIL and DATA needs an accepted recipient', () => {
    const rig = ready({ handleRCPT: () => '550 5.1.1 No such user' });
    expect(
      rig.say('RCPT TO:<b@b.test>\r\nMAIL FROM:<a@a.test>\r\nDATA\r\nRCPT TO:<b@b.test>\r\nDATA\r\n'),
    ).toBe(
      `503 5.5.1 MAIL comes first\r\n${SENDER_OK}503 5.5.1 No recipient has been accepted\r\n` +
        '550 5.1.1 No such user\r\n503 5.5.1 No recipient has been accepted\r\n',
    );
  });

  it('rule 20: the null path is a sender and never a recipient', () => {
    expect(ready().say('MAIL FROM:<>\r\nRCPT TO:<>\r\n')).toBe(SENDER_OK + BAD_RCPT);
  });

  it.each(['postmaster', 'PostMaster', 'postmaster@mx.test'])(
    'rule 21: RCPT TO:<%s> is accepted',
    (address) => {
      const rig = ready();
      expect(rig.say(`MAIL FROM:<>\r\nRCPT TO:<${address}>\r\n`)).toBe(SENDER_OK + RCPT_OK);
      expect(rig.conversation.envelope.rcptTos).toEqual([address]);
    },
  );

  it('rules 22 and 23: unknown parameters get 555, repeated ones 501, and nothing of the command is kept', () => {
    const rig = ready();
    expect(rig.say('MAIL FROM:<a@a.test> SIZE=1 NEW=2\r\n')).toBe('555 5.5.4 Parameter not recognised\r\n');
    expect(rig.say('MAIL FROM:<a@a.test> SIZE=1 size=1\r\n')).toBe('501 5.5.4 Parameter given twice\r\n');
    expect(rig.say('MAIL FROM:<a@a.test>SIZE=1\r\n')).toBe('501 5.5.4 Parameter not understood\r\n');
    expect(rig.conversation.envelope.mailFrom).toBeNull();
    expect(rig.conversation.envelope.declaredSize).toBeNull();
    expect(rig.say('MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test> X\r\n')).toBe(
      `${SENDER_OK}555 5.5.4 Parameter not recognised\r\n`,
    );
  });

  it('rule 24: no parameters after HELO', () => {
    const rig = greeted();
    rig.say('HELO c.test\r\n');
    expect(rig.say('MAIL FROM:<a@a.test> SIZE=1\r\n')).toBe('555 5.5.4 Parameter not recognised\r\n');
  });

  it('rule 25: a space after the colon is tolerated unless syntax is strict; missing brackets never', () => {
    expect(ready().say('MAIL FROM: <a@a.test>\r\n')).toBe(SENDER_OK);
    expect(ready({}, { addressSyntax: 'strict' }).say('MAIL FROM: <a@a.test>\r\n')).toBe(BAD_SENDER);
    expect(ready().say('MAIL FROM:a@a.test\r\n')).toBe(BAD_SENDER);
    expect(ready().say('MAIL FROM <a@a.test>\r\n')).toBe(BAD_SENDER);
    expect(ready().say('MAIL TO:<a@a.test>\r\n')).toBe(BAD_SENDER);
  });

  it.each([
    ['SIZE=2025', '552 5.3.4 Message is larger than this server takes\r\n'],
    ['SIZE=99999999999999999999', '552 5.3.4 Message is larger than this server takes\r\n'],
    ['SIZE=1000', SENDER_OK],
    ['SIZE=1001', SENDER_OK],
    ['SIZE=2024', SENDER_OK],
    ...['SIZE=abc', 'SIZE=-1', 'SIZE=1e3', 'SIZE=111111111111111111111', 'SIZE=', 'SIZE'].map((bad) => [
      bad,
      '501 5.5.4 Parameter not understood\r\n',
    ]),
  ])('rule 44: %s', (parameter, reply) => {
    expect(ready({}, { dataSizeLimit: 1000 }).say(`MAIL FROM:<a@a.test> ${parameter}\r\n`)).toBe(reply);
  });

  it.each([
    ['BODY=7BIT', SENDER_OK],
    ['BODY=8BITMIME', SENDER_OK],
    ['BODY=9BIT', '501 5.5.4 Parameter not understood\r\n'],
    ['BODY', '501 5.5.4 Parameter not understood\r\n'],
  ])('rule 53: %s', (parameter, reply) => {
    expect(ready().say(`MAIL FROM:<a@a.test> ${parameter}\r\n`)).toBe(reply);
  });

  it('rule 69: SMTPUTF8 takes no value, and a non-ASCII address needs it', () => {
    const needs = '553 5.6.7 A non-ASCII address needs SMTPUTF8\r\n';
    expect(ready().say('MAIL FROM:<ü@a.test>\r\n')).toBe(needs);
    expect(ready().say('MAIL FROM:<a@a.test> SMTPUTF8=1\r\n')).toBe('501 5.5.4 Parameter not understood\r\n');
    const rig = ready();
    expect(rig.say('MAIL FROM:<ü@bücher.test> SMTPUTF8\r\nRCPT TO:<é@xn--bcher-kva.test>\r\n')).toBe(
      SENDER_OK + RCPT_OK,
    );
    expect(rig.conversation.envelope.mailFrom).toBe('ü@bücher.test');
    expect(rig.conversation.envelope.rcptTos).toEqual(['é@xn--bcher-kva.test']);
    expect(addressed().say('RCPT TO:<é@b.test>\r\n')).toBe(needs);
    expect(ready({}, { enableSMTPUTF8: false }).say('MAIL FROM:<a@a.test> SMTPUTF8\r\n')).toBe(
      '555 5.5.4 Parameter not recognised\r\n',
    );
  });

  it('rule 30 and E5: above the limit 452, earlier recipients are kept and the message is taken', () => {
    const handler = keeper();
    const rig = ready(handler, { limits: { recipients: 100 } });
    rig.say('MAIL FROM:<a@a.test>\r\n');
    const said = rig.say('RCPT TO:<b@b.test>\r\n'.repeat(5000));
    expect(said).toBe(RCPT_OK.repeat(100) + '452 4.5.3 Too many recipients in one message\r\n'.repeat(4900));
    expect(rig.conversation.envelope.rcptTos.length).toBe(100);
    expect(rig.say('DATA\r\nx\r\n.\r\n')).toContain('250 2.6.0 ');
    expect(handler.messages).toEqual(['x\r\n']);
  });
});

describe('hooks', () => {
  it('see the same facts that aiosmtpd gives them, and the server keeps the envelope', () => {
    const seen: unknown[] = [];
    const handler: Handler = {
      handleHELO: (_server, _session, _envelope, name) => void seen.push(['HELO', name]),
      handleEHLO: (_server, _session, _envelope, name, responses) => {
        seen.push(['EHLO', name]);
        return [...responses, 'X-OURS'];
      },
      handleMAIL: (_server, _session, envelope, address, options) =>
        void seen.push(['MAIL', address, options, envelope.mailFrom]),
      handleRCPT: (_server, _session, envelope, address, options) => {
        seen.push(['RCPT', address, options, envelope.mailFrom]);
        return address.startsWith('no') ? '550 no such user' : '250 welcome';
      },
      handleDATA: (_server, _session, envelope) => {
        seen.push(['DATA', envelope.rcptTos.join(), envelope.content!.toString(), envelope.size]);
        return '250 2.6.0 Kept as 7';
      },
      handleRSET: () => void seen.push(['RSET']),
      handleNOOP: (_server, _session, _envelope, argument) => void seen.push(['NOOP', argument]),
      handleVRFY: (_server, _session, _envelope, address) => {
        seen.push(['VRFY', address]);
        return '250 <joe@b.test>';
      },
      handleQUIT: () => {
        seen.push(['QUIT']);
        return '221 see you';
      },
    };
    const rig = greeted(handler);
    rig.say('HELO h.test\r\n');
    expect(rig.say('EHLO e.test\r\n')).toMatch(/250-HELP\r\n250 X-OURS\r\n$/);
    expect(
      rig.say(
        'MAIL FROM:<a@a.test> SIZE=3\r\nRCPT TO:<no@b.test>\r\nRCPT TO:<yes@b.test>\r\nDATA\r\nhi\r\n.\r\n' +
          'RSET\r\nNOOP still there\r\nVRFY joe\r\nQUIT\r\n',
      ),
    ).toBe(
      `${SENDER_OK}550 5.0.0 no such user\r\n250 2.1.5 welcome\r\n354 End data with <CR><LF>.<CR><LF>\r\n` +
        '250 2.6.0 Kept as 7\r\n250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n250 2.5.2 <joe@b.test>\r\n221 2.0.0 see you\r\n',
    );
    expect(seen).toEqual([
      ['HELO', 'h.test'],
      ['EHLO', 'e.test'],
      ['MAIL', 'a@a.test', ['SIZE=3'], null],
      ['RCPT', 'no@b.test', [], 'a@a.test'],
      ['RCPT', 'yes@b.test', [], 'a@a.test'],
      ['DATA', 'yes@b.test', 'hi\r\n', 4],
      ['RSET'],
      ['NOOP', 'still there'],
      ['VRFY', 'joe'],
      ['QUIT'],
    ]);
  });

  it('are told what parameters mean before they judge; what they refuse leaves nothing behind', () => {
    const seen: unknown[] = [];
    const rig = ready({
      handleMAIL(_server, _session, envelope, _address, _options, _mailbox, facts) {
        seen.push(facts, envelope.declaredSize);
        return facts.declaredSize! > 1000 ? '552 5.2.2 Over your quota' : undefined;
      },
      handleRCPT: (_server, _session, _envelope, _address, _options, _mailbox, facts) =>
        void seen.push(facts),
    });
    expect(
      rig.say(
        'MAIL FROM:<a@a.test> SIZE=2000 BODY=8BITMIME RET=HDRS\r\nMAIL FROM:<a@a.test> SIZE=20 SMTPUTF8 ENVID=a+20b\r\n' +
          'RCPT TO:<b@b.test> NOTIFY=delay,FAILURE\r\nRCPT TO:<c@b.test>\r\n',
      ),
    ).toBe(`552 5.2.2 Over your quota\r\n${SENDER_OK}${RCPT_OK}${RCPT_OK}`);
    expect(seen).toEqual([
      { declaredSize: 2000, body: '8BITMIME', returnContent: 'HDRS' },
      null,
      { declaredSize: 20, smtpUtf8: true, envelopeId: 'a b' },
      null,
      { notify: ['DELAY', 'FAILURE'] },
      {},
    ]);
    expect(rig.conversation.envelope).toMatchObject({ declaredSize: 20, body: null, returnContent: null });
  });

  it('a promise holds input and nothing is answered out of order', async () => {
    const handler = { ...keeper(), handleMAIL: () => Promise.resolve('250 2.1.0 later') };
    const rig = ready(handler);
    expect(rig.say('MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n')).toBe('');
    expect(rig.held).toBe(true);
    expect(rig.say('NOOP\r\n')).toBe('');
    await settled();
    expect(rig.transcript.endsWith(`250 HELP\r\n250 2.1.0 later\r\n${RCPT_OK}250 2.0.0 Ok\r\n`)).toBe(true);
    expect(rig.held).toBe(false);
  });

  const failures: Record<string, () => never | Promise<never> | string> = {
    throws: () => {
      throw new Error('secret text');
    },
    rejects: () => Promise.reject(new Error('secret text')),
    'returns no reply': () => 'secret text',
    'returns a number out of range': () => '999 secret text',
  };
  for (const [how, fail] of Object.entries(failures)) {
    it(`rule 34 and F2: a hook that ${how} gives 451 4.3.0 and tells handleError, not the client`, async () => {
      for (const hook of ['handleMAIL', 'handleNOOP', 'handleVRFY', 'handleEHLO', 'handleDATA'] as const) {
        const errors: unknown[] = [];
        const handler: Handler = { handleError: (_server, _session, error) => void errors.push(error) };
        const rig = addressed(handler);
        rig.conversation.reset();
        Object.assign(handler, { [hook]: fail });
        const lines = {
          handleMAIL: 'MAIL FROM:<a@a.test>\r\n',
          handleNOOP: 'NOOP\r\n',
          handleVRFY: 'VRFY x\r\n',
          handleEHLO: 'EHLO c.test\r\n',
          handleDATA: 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nx\r\n.\r\n',
        };
        rig.say(lines[hook]);
        await settled();
        // RFC 2034: a reply to EHLO has no enhanced code.
        const told = `451 ${hook === 'handleEHLO' ? '' : '4.3.0 '}Local error; try again later\r\n`;
        expect([hook, rig.transcript.endsWith(told)]).toEqual([hook, true]);
        expect(rig.transcript).not.toContain('secret');
        expect(errors.length).toBe(1);
        expect(rig.conversation.envelope.mailFrom).toBeNull();
      }
    });
  }

  it.each(Object.entries(failures))(
    'RFC 5321 4.1.1.10 and F2: QUIT is answered with 221 and the end by a hook that %s',
    async (_how, fail) => {
      const errors: unknown[] = [];
      const rig = ready({
        handleQUIT: fail,
        handleError: (_server, _session, error) => {
          errors.push(error);
          return '451 4.3.0 Not now';
        },
      });
      rig.say('QUIT\r\nNOOP\r\n');
      await settled();
      expect(rig.transcript.endsWith('HELP\r\n221 2.0.0 Bye\r\n')).toBe(true);
      expect([rig.closed, errors.length]).toEqual(['quit', 1]);
    },
  );

  it('F2: a hook that never settles is answered with 421 at its deadline, its late answer is ignored', async () => {
    let settle: ((reply: string) => void) | undefined;
    const reasons: string[] = [];
    const rig = addressed({
      handleDATA: () => new Promise<string>((resolve) => (settle = resolve)),
      handleClose: (_server, _session, reason) => void reasons.push(reason),
    });
    const { signal } = rig.conversation.envelope;
    rig.say('DATA\r\nx\r\n.\r\n');
    expect(rig.deadlineAt).toBe(1000 + 300_000);
    expect(rig.expire()).toBe('421 4.3.0 Local processing took too long; try again later\r\n');
    expect(signal.aborted).toBe(true);
    const before = rig.transcript;
    settle!('250 2.6.0 too late');
    await settled();
    expect(rig.transcript).toBe(before);
    expect(reasons).toEqual(['handler-timeout']);
  });

  it('a reply of a hook is escaped, bounded and continued', () => {
    const rig = ready({
      handleNOOP: (_server, _session, _envelope, argument) =>
        argument === '1' ? '250 a\r\n250 b\n\u001b[31mred\u00e9' : { code: 250, text: 'word '.repeat(200) },
    });
    expect(rig.say('NOOP 1\r\n')).toBe('250-2.0.0 a\r\n250-2.0.0 b\r\n250 2.0.0 \\x1b[31mred\\xe9\r\n');
    const lines = rig.say('NOOP 2\r\n').split('\r\n').slice(0, -1);
    expect(lines.map((line) => line.length + 2)).toEqual([511, 512]);
    expect(lines.map((line) => line.slice(0, 10))).toEqual(['250-2.0.0 ', '250 2.0.0 ']);
  });
});
