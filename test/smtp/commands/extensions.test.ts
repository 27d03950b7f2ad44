import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/proxy/node/diagnostic.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import type { Session } from '../../../src/smtp/api/session.ts';
import type { TLSInfo } from '../../../src/smtp/api/tls-info.ts';
import { greeted, keeper, ready, type Rig } from '../harness.ts';

const SENDER_OK = '250 2.1.0 Sender ok\r\n';
const RCPT_OK = '250 2.1.5 Recipient ok\r\n';
const BAD = '501 5.5.4 Parameter not understood\r\n';
const UNKNOWN = '555 5.5.4 Parameter not recognised\r\n';

function mail(parameter: string, rig: Rig = ready()): string {
  return rig.say(`MAIL FROM:<a@a.test> ${parameter}\r\n`);
}

describe('rule 60: DSN (RFC 3461)', () => {
  it.each([
    ['RET=FULL', SENDER_OK],
    ['ret=hdrs ENVID=QQ314159', SENDER_OK],
    [`ENVID=${'x'.repeat(100)}`, SENDER_OK],
    [`ENVID=${'x'.repeat(101)}`, BAD],
    ['RET=SOME', BAD],
    ['RET', BAD],
    ['ENVID', BAD],
    ['ENVID=a+0D+0A', BAD],
    ['ENVID=a+2', BAD],
    ['ENVID=a+2b', BAD],
    ['RET=FULL RET=FULL', '501 5.5.4 Parameter given twice\r\n'],
  ])('MAIL %s', (parameter, reply) => {
    expect(mail(parameter)).toBe(reply);
  });

  it.each([
    ['NOTIFY=NEVER', RCPT_OK],
    ['NOTIFY=SUCCESS,FAILURE,DELAY', RCPT_OK],
    ['notify=delay', RCPT_OK],
    ['NOTIFY=NEVER,SUCCESS', BAD],
    ['NOTIFY=SUCCESS,SUCCESS', BAD],
    ['NOTIFY=SOMETIMES', BAD],
    ['NOTIFY=SUCCESS,', BAD],
    ['NOTIFY', BAD],
    ['ORCPT=rfc822;b+2Bc@b.test', RCPT_OK],
    [`ORCPT=rfc822;${'x'.repeat(493)}`, RCPT_OK],
    [`ORCPT=rfc822;${'x'.repeat(494)}`, BAD],
    ['ORCPT=b@b.test', BAD],
    ['ORCPT=rfc822;', BAD],
    ['ORCPT=rfc822;a+0Ab', BAD],
    ['ORCPT=utf-8;\\x{E9}@b.test', RCPT_OK],
    ['ORCPT=utf-8;\\x{0A}@b.test', BAD],
    ['NOTIFY=NEVER NOTIFY=NEVER', '501 5.5.4 Parameter given twice\r\n'],
  ])('RCPT %s', (parameter, reply) => {
    const rig = ready();
    mail('', rig);
    expect(rig.say(`RCPT TO:<b@b.test> ${parameter}\r\n`)).toBe(reply);
  });

  it('A5: what xtext decodes to never holds a line break', () => {
    for (const text of ['a+0D+0A', '+0A', '+00', '+7F', 'a+C3+A9']) expect(mail(`ENVID=${text}`)).toBe(BAD);
  });

  it('the handler gets decoded and raw values, and RSET forgets them', () => {
    const rig = ready();
    rig.say('MAIL FROM:<a@a.test> RET=HDRS ENVID=a+3Db\r\n');
    rig.say('RCPT TO:<b@b.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b+2Bc@b.test\r\nRCPT TO:<c@b.test>\r\n');
    const { envelope } = rig.conversation;
    expect([envelope.returnContent, envelope.envelopeId, envelope.rcptDSN]).toEqual([
      'HDRS',
      'a=b',
      [
        {
          notify: ['SUCCESS', 'DELAY'],
          originalRecipient: { type: 'rfc822', address: 'b+c@b.test', raw: 'b+2Bc@b.test' },
        },
        { notify: null, originalRecipient: null },
      ],
    ]);
    expect(envelope.mailOptions).toEqual(['RET=HDRS', 'ENVID=a+3Db']);
    rig.say('RSET\r\n');
    expect(rig.conversation.envelope.envelopeId).toBeNull();
  });

  it('rule 6: RCPT and MAIL lines of 1036 octets are taken', () => {
    const rig = ready();
    const envid = `ENVID=${'x'.repeat(100)}`;
    const local = `${'l'.repeat(60)}@${'d'.repeat(60)}.test`;
    const line = `MAIL FROM:<${local}> ${envid} RET=FULL`;
    expect(rig.say(`${line}${' '.repeat(1034 - line.length)}\r\n`)).toBe(SENDER_OK);
    const rcpt = `RCPT TO:<${local}> ORCPT=rfc822;${'x'.repeat(480)}`;
    expect(rig.say(`${rcpt}${' '.repeat(1034 - rcpt.length)}\r\n`)).toBe(RCPT_OK);
  });
});

describe('rule 70: REQUIRETLS (RFC 8689)', () => {
  it('is offered and accepted on TLS only, and takes no value', () => {
    expect(mail('REQUIRETLS')).toBe('530 5.7.10 REQUIRETLS needs an encrypted connection\r\n');
    const rig = greeted();
    expect(rig.say('EHLO c\r\n')).not.toContain('REQUIRETLS');
    rig.session.tls = {} as TLSInfo;
    expect(rig.say('EHLO c\r\n')).toContain('250-REQUIRETLS\r\n');
    expect(mail('REQUIRETLS=1', rig)).toBe(BAD);
    expect(mail('REQUIRETLS', rig)).toBe(SENDER_OK);
    expect(rig.conversation.envelope.requireTLS).toBe(true);
  });
});

it('rule 71: LIMITS states the limit that is kept', () => {
  const rig = greeted({}, { limits: { recipients: 123 } });
  expect(rig.say('EHLO c\r\n')).toContain('250-LIMITS RCPTMAX=123\r\n');
  const counted = greeted({}, { commandCallLimit: { RCPT: 50, '*': 20 } });
  expect(counted.say('EHLO c\r\n')).toContain('250-LIMITS RCPTMAX=50 MAILMAX=20\r\n');
});

it('EXPN is offered where a hook expands lists (RFC 5321 3.5.2)', () => {
  const handler = { handleEXPN: () => '250 2.1.5 <a@b.test>' };
  expect(greeted(handler).say('EHLO c\r\n')).toContain('250-EXPN\r\n');
  expect(greeted(handler).say('EXPN list\r\n')).toBe('250 2.1.5 <a@b.test>\r\n');
  expect(greeted().say('EHLO c\r\n')).not.toContain('EXPN');
});

describe('rules 74 and 75: offered where the handler honours them', () => {
  it('neither is known otherwise', () => {
    expect(greeted().say('EHLO c\r\n')).not.toMatch(/MT-PRIORITY|FUTURERELEASE/);
    for (const parameter of ['MT-PRIORITY=1', 'HOLDFOR=1']) expect(mail(parameter)).toBe(UNKNOWN);
  });

  it.each([
    ['3', SENDER_OK],
    ['-9', SENDER_OK],
    ['9', SENDER_OK],
    ['0', SENDER_OK],
    ['10', BAD],
    ['-10', BAD],
    ['-0', BAD],
    ['+1', BAD],
    ['x', BAD],
  ])('MT-PRIORITY=%s', (value, reply) => {
    const rig = ready({ honours: { priority: true } });
    expect(mail(`MT-PRIORITY=${value}`, rig)).toBe(reply);
    expect(rig.conversation.envelope.priority).toBe(reply === SENDER_OK ? Number(value) : null);
  });

  it('MT-PRIORITY twice is refused, and it is no parameter of RCPT', () => {
    const rig = ready({ honours: { priority: true } });
    expect(mail('MT-PRIORITY=1 MT-PRIORITY=1', rig)).toBe('501 5.5.4 Parameter given twice\r\n');
    mail('', rig);
    expect(rig.say('RCPT TO:<b@b.test> MT-PRIORITY=1\r\n')).toBe(UNKNOWN);
  });

  const soon = new Date(Date.now() + 1800_000).toISOString();
  const late = new Date(Date.now() + 7200_000).toISOString();
  const over = '501 5.5.4 Messages are not held that long here\r\n';
  it.each([
    ['HOLDFOR=3600', SENDER_OK],
    ['HOLDFOR=3601', over],
    ['HOLDFOR=0', BAD],
    ['HOLDFOR=1x', BAD],
    ['HOLDFOR=1234567890', BAD],
    [`HOLDUNTIL=${soon}`, SENDER_OK],
    [`HOLDUNTIL=${late}`, over],
    ['HOLDUNTIL=tomorrow', BAD],
    ['HOLDUNTIL=2026-99-99T00:00:00Z', BAD],
    [`HOLDFOR=5 HOLDUNTIL=${soon}`, BAD],
    [`HOLDUNTIL=${soon} HOLDFOR=5`, BAD],
  ])('%s', (parameter, reply) => {
    const rig = greeted({ honours: { futureRelease: 3600 } });
    expect(rig.say('EHLO c\r\n')).toMatch(/250-FUTURERELEASE 3600 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\r\n/);
    expect(mail(parameter, rig)).toBe(reply);
    expect(rig.conversation.envelope.holdUntil === null).toBe(reply !== SENDER_OK);
  });
});

describe('rule 75: a hold that cannot be offered', () => {
  it.each([Infinity, Number.NaN, -5, 0, 1.5, 1e9, '60' as unknown as number])(
    '%s is refused at the start, not at the first EHLO',
    (futureRelease) => {
      expect(() => greeted({ honours: { futureRelease } })).toThrow(/^option honours\.futureRelease: /);
    },
  );
});

describe('the length of the reply to EHLO', () => {
  const lines = (count: number, size: number): string[] =>
    Array.from({ length: count }, (_, at) => `X${String(at).padStart(size - 1, '0')}`);
  // The first line is `250-mx.test`: 13 octets; each other has 6 more than its text.
  it.each([
    [lines(49, 20), false],
    [lines(50, 20), true],
    [[...lines(21, 90), ...lines(1, 13)], false],
    [[...lines(21, 90), ...lines(1, 14)], true],
    [lines(400, 2), true],
  ])('%# above 2048 octets or 50 lines is told once for each server', (offered, long) => {
    const told: Diagnostic[] = [];
    const handler = { ...keeper(), handleEHLO: () => offered };
    const rig = greeted(handler, { diagnostics: (entry) => void told.push(entry) });
    const said = rig.say('EHLO c\r\n');
    expect(said.length > 2048 || said.split('\r\n').length > 51).toBe(long);
    rig.say('EHLO c\r\n');
    expect(told.map(({ level, code }) => [level, code])).toEqual(long ? [['warning', 'ehlo-too-long']] : []);
  });
});

describe('as in aiosmtpd', () => {
  it('commandCallLimit, for all commands or by name', () => {
    const rig = ready(keeper(), { commandCallLimit: { noop: 2, '*': 50 } });
    expect(rig.say('NOOP\r\nNOOP\r\nNOOP\r\n')).toBe(
      '250 2.0.0 Ok\r\n250 2.0.0 Ok\r\n421 4.7.0 NOOP sent too many times\r\n',
    );
    expect(ready(keeper(), { commandCallLimit: 1 }).say('NOOP\r\nRSET\r\nNOOP\r\n')).toContain(
      '421 4.7.0 NOOP',
    );
  });

  it('a subclass adds a command by a method smtp<VERB>', () => {
    class Own extends SMTPServer {
      smtpXPING(session: Session, _envelope: unknown, argument: string): string {
        return `250 2.0.0 pong ${argument} for ${session.client.address}`;
      }
    }
    const rig = greeted({}, {}, (handler, options) => new Own(handler, options));
    expect(rig.say('xping \u0041\r\nXPONG\r\nXPROTO\r\n')).toBe(
      '250 2.0.0 pong A for 192.0.2.1\r\n' + '500 5.5.2 Command not recognised\r\n'.repeat(2),
    );
  });
});
