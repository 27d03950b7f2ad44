import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import type { Session } from '../../../src/smtp/api/session.ts';
import type { TLSInfo } from '../../../src/smtp/api/tls.ts';
import { addressed, greeted, keeper, ready, type Rig } from '../harness.ts';

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

describe('rule 76: XCLIENT and XFORWARD', () => {
  const trusted = { xclient: { trusted: ['192.0.2.0/24'] }, xforward: { trusted: ['192.0.2.1'] } };
  const greeting = '220 mx.test ESMTP truepeer\r\n';

  it('are neither offered to nor taken from a peer that is not trusted', () => {
    const rig = greeted({}, { xclient: { trusted: ['10.0.0.0/8'] } });
    expect(rig.say('EHLO c\r\n')).not.toMatch(/XCLIENT|XFORWARD/);
    const refused = '550 5.7.0 Not from your address\r\n';
    expect(rig.say('XCLIENT ADDR=203.0.113.7\r\nXFORWARD ADDR=203.0.113.7\r\n')).toBe(refused.repeat(2));
    expect(rig.session.client.address).toBe('192.0.2.1');
  });

  it('D9: nor from a client that came through the PROXY protocol', () => {
    const rig = ready({}, trusted);
    rig.session.proxyData = {} as Session['proxyData'];
    expect(rig.say('XCLIENT ADDR=203.0.113.7\r\n')).toBe('550 5.7.0 Not from your address\r\n');
  });

  it('XCLIENT gives the client and takes the session back to the greeting', () => {
    const rig = greeted({}, trusted);
    expect(rig.say('EHLO c\r\n')).toContain(
      '250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n',
    );
    expect(
      rig.say('XCLIENT NAME=sp+20ike.test ADDR=IPV6:2001:db8::7 PORT=4321 LOGIN=[UNAVAILABLE]\r\n'),
    ).toBe(greeting);
    expect(rig.session.client).toEqual({ address: '2001:db8::7', port: 4321, family: 'IPv6', proxied: true });
    expect(rig.session.xclient).toEqual({
      NAME: 'sp ike.test',
      ADDR: 'IPV6:2001:db8::7',
      PORT: '4321',
      LOGIN: null,
    });
    expect(rig.session.peer.address).toBe('192.0.2.1');
    expect(mail('', rig)).toBe('503 5.5.1 Say HELO or EHLO first\r\n');
  });

  it('LOGIN is a fact; it authenticates where that is said explicitly', () => {
    const peers = { trusted: ['192.0.2.1'] };
    const seen: unknown[] = [];
    const handler: Handler = {
      handleConnect: (_server, { identity }) => void seen.push(identity?.identity ?? null),
    };
    const login = 'XCLIENT ADDR=203.0.113.7 LOGIN=tim+40mx.test\r\n';
    const fact = greeted(handler, { xclient: peers });
    fact.say(`EHLO c\r\n${login}`);
    expect([fact.session.authenticated, fact.session.xclient?.['LOGIN']]).toEqual([false, 'tim@mx.test']);
    const options = { xclient: { ...peers, login: true }, authRequired: true };
    const nobody = greeted(handler, options);
    nobody.say('XCLIENT ADDR=203.0.113.7 LOGIN=[UNAVAILABLE]\r\nEHLO c\r\n');
    expect(mail('', nobody)).toBe('530 5.7.0 Authentication required\r\n');
    const rig = greeted(handler, options);
    rig.say(`${login}EHLO c\r\n`);
    expect(mail('', rig)).toBe(SENDER_OK);
    expect(rig.session.identity).toEqual({
      mechanism: 'XCLIENT',
      authcid: 'tim@mx.test',
      authzid: null,
      identity: 'tim@mx.test',
    });
    expect(seen).toEqual([null, null, null, null, null, 'tim@mx.test']);
  });

  it('a statement may take several lines, the address in the last, at any time but in a transaction', () => {
    const rig = greeted({}, { xclient: { trusted: ['192.0.2.1'], login: true } });
    const lines = ['HELO=far.test PROTO=ESMTP', 'LOGIN=tim PORT=4321', 'ADDR=203.0.113.7'];
    expect(rig.say(lines.map((line) => `XCLIENT ${line}\r\n`).join(''))).toBe(greeting.repeat(3));
    expect(rig.session.client).toEqual({ address: '203.0.113.7', port: 4321, family: 'IPv4', proxied: true });
    expect([rig.session.authenticated, rig.session.xclient]).toEqual([
      true,
      { HELO: 'far.test', PROTO: 'ESMTP', LOGIN: 'tim', PORT: '4321', ADDR: '203.0.113.7' },
    ]);
  });

  it.each(['ADDR=203.0.113.7', 'ADDR=[UNAVAILABLE]'])(
    'after XCLIENT %s the client speaks, through a proxy that passes on what it sends: it may name nobody',
    (address) => {
      const peers = { trusted: ['192.0.2.1'] };
      const rig = greeted({}, { xclient: { ...peers, login: true }, xforward: peers, authRequired: true });
      expect(rig.say(`XCLIENT ${address}\r\nEHLO c\r\n`)).not.toMatch(/XCLIENT|XFORWARD/);
      const forged = 'XCLIENT LOGIN=root\r\nXCLIENT ADDR=192.0.2.1\r\nXFORWARD ADDR=192.0.2.1\r\n';
      expect(rig.say(forged)).toBe('550 5.7.0 Not from your address\r\n'.repeat(3));
      expect(mail('', rig)).toBe('530 5.7.0 Authentication required\r\n');
    },
  );

  it('a client that is trusted itself may name another, and keeps nobody logged in', () => {
    const rig = greeted({}, { xclient: { trusted: ['192.0.2.0/24'], login: true } });
    rig.say('XCLIENT LOGIN=tim ADDR=192.0.2.2\r\nXCLIENT PORT=1\r\n');
    expect([rig.session.authenticated, rig.session.client.port]).toEqual([true, 1]);
    expect(rig.say('XCLIENT ADDR=203.0.113.7\r\n')).toBe(greeting);
    expect([rig.session.authenticated, rig.session.client.port]).toEqual([false, null]);
  });

  it('an address has one spelling, whatever the peer wrote', () => {
    const address = (given: string): string | null => {
      const rig = ready({}, trusted);
      rig.say(`XCLIENT ADDR=IPV6:${given}\r\nEHLO c\r\n`);
      return rig.session.client.address;
    };
    expect(address('2001:DB8:0:0::7')).toBe('2001:db8::7');
    expect(address('::ffff:cb00:7107')).toBe('203.0.113.7');
  });

  it.each(['SMTP', 'esmtp', 'LMTP', '[UNAVAILABLE]'])('PROTO=%s is a protocol', (protocol) => {
    expect(ready({}, trusted).say(`XCLIENT PROTO=${protocol}\r\n`)).toBe(greeting);
  });

  it('PROTO=FOO is none to XCLIENT; XFORWARD may name any', () => {
    expect(ready({}, trusted).say('XCLIENT PROTO=FOO\r\nXFORWARD PROTO=FOO\r\n')).toBe(
      '501 5.5.4 Attribute not understood\r\n250 2.0.0 Ok\r\n',
    );
  });

  it.each(['', 'ADDR=192.0.2.2 '])(
    'STARTTLS forgets a login that was said in the clear, after %j, too (RFC 3207 section 4.2)',
    (address) => {
      const peers = { trusted: ['192.0.2.0/24'] };
      const rig = greeted({}, { xclient: { ...peers, login: true }, xforward: peers });
      rig.say(`XCLIENT ${address}LOGIN=root\r\nEHLO c\r\nXFORWARD NAME=far.test\r\n`);
      expect([rig.session.authenticated, rig.session.xforward]).toEqual([true, { NAME: 'far.test' }]);
      rig.conversation.secured({ protocol: 'TLSv1.3' } as TLSInfo);
      rig.say('XCLIENT NAME=other.test\r\n');
      expect([rig.session.authenticated, rig.session.xforward]).toEqual([false, null]);
      expect(rig.session.xclient).toMatchObject({ NAME: 'other.test', LOGIN: null });
    },
  );

  it('XFORWARD holds for one message, as in Postfix', () => {
    const rig = ready(keeper(), trusted);
    const said = (): unknown => rig.session.xforward;
    for (const end of ['DATA\r\nx\r\n.\r\n', 'RSET\r\n', 'EHLO c\r\n']) {
      rig.say('XFORWARD ADDR=203.0.113.7\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n');
      expect(said()).toEqual({ ADDR: '203.0.113.7' });
      rig.say(end);
      expect(said()).toBe(null);
    }
  });

  it('an unknown address is nobody', () => {
    const rig = ready({}, trusted);
    rig.say('XCLIENT ADDR=[TEMPUNAVAIL]\r\n');
    expect(rig.session.client).toEqual({ address: null, port: null, family: null, proxied: true });
  });

  it.each([
    'ADDR=1.2.3',
    'ADDR=IPV6:fe80::1%eth0',
    'ADDR',
    'SHOE=42',
    'ADDR=1.2.3.4 ADDR=1.2.3.4',
    'PORT=65536',
    'PORT=x',
    'NAME=a+0Ab',
    'NAME=',
  ])('%s is refused in both and changes nothing', (attribute) => {
    const rig = ready({}, trusted);
    const refused = '501 5.5.4 Attribute not understood\r\n';
    expect(rig.say(`XCLIENT ${attribute}\r\nXFORWARD ${attribute}\r\n`)).toBe(refused.repeat(2));
    const { client, xclient, xforward } = rig.session;
    expect([client.address, xclient, xforward]).toEqual(['192.0.2.1', null, null]);
  });

  it('neither within a transaction', () => {
    const open = '503 5.5.1 A transaction is open already\r\n';
    expect(addressed({}, trusted).say('XCLIENT PORT=1\r\nXFORWARD PORT=1\r\n')).toBe(open.repeat(2));
  });

  it('XFORWARD is for logs: the client stays who it is', () => {
    const rig = ready({}, trusted);
    expect(rig.say('XFORWARD ADDR=203.0.113.7 PORT=[UNAVAILABLE] SOURCE=REMOTE\r\n')).toBe(
      '250 2.0.0 Ok\r\n',
    );
    expect(rig.session.xforward).toEqual({ ADDR: '203.0.113.7', PORT: null, SOURCE: 'REMOTE' });
    expect(rig.session.client.address).toBe('192.0.2.1');
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
