import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/proxy/node/diagnostic.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { Session } from '../../../src/smtp/api/session.ts';
import type { TLSInfo } from '../../../src/smtp/api/tls-info.ts';
import type { XCLIENTOptions } from '../../../src/smtp/api/options/xclient-options.ts';
import { traceField } from '../../../src/smtp/content/received.ts';
import { addressed, greeted, keeper, ready, Rig } from '../harness.ts';

const SENDER_OK = '250 2.1.0 Sender ok\r\n';

function mail(parameter: string, rig: Rig = ready()): string {
  return rig.say(`MAIL FROM:<a@a.test> ${parameter}\r\n`);
}

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
      '250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT SESSION TTL CLIENT-TRANSPORT\r\n',
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

  it.each([
    'ann+tag@example.net',
    'ann+2Dtag@example.net',
    'bj\u00f6rn@example.net',
    'a=b',
    'a+=b',
    '+',
    'a\\b"c',
  ])('LOGIN=%s means itself where values are raw, as nginx writes them', (login) => {
    const rig = greeted({}, { xclient: { trusted: ['192.0.2.1'], login: true, encoding: 'raw' } });
    expect(rig.say(`EHLO nginx\r\nXCLIENT ADDR=203.0.113.7 LOGIN=${login} NAME=[UNAVAILABLE]\r\n`)).toContain(
      greeting,
    );
    expect(rig.session.identity?.identity).toBe(login);
    expect(rig.session.xclient).toEqual({ ADDR: '203.0.113.7', LOGIN: login, NAME: null });
  });

  it.each(['ann+tag@example.net', 'bj\u00f6rn', 'a=b', 'a+2d', 'a+FFb', 'a+E2+80+AE'])(
    'LOGIN=%s is no xtext of text that can be seen, which is the default',
    (login) => {
      for (const encoding of [{}, { encoding: 'xtext' as const }]) {
        const rig = greeted({}, { xclient: { trusted: ['192.0.2.1'], login: true, ...encoding } });
        expect(rig.say(`XCLIENT LOGIN=${login}\r\n`)).toBe('501 5.5.4 Attribute not understood\r\n');
        expect(rig.session.identity).toBeNull();
      }
    },
  );

  it.each(['LOGIN=a\u00a0b', 'LOGIN=a\u202eb', 'LOGIN=', 'NAME=\u200b', 'HELO=a b'])(
    '%s is nothing, raw or not',
    (word) => {
      for (const encoding of ['raw', 'xtext'] as const) {
        const rig = greeted({}, { xclient: { trusted: ['192.0.2.1'], encoding } });
        expect(rig.say(`XCLIENT ${word}\r\n`)).toBe('501 5.5.4 Attribute not understood\r\n');
      }
    },
  );

  it('raw octets that are no UTF-8 are nobody', () => {
    const rig = greeted({}, { xclient: { trusted: ['192.0.2.1'], login: true, encoding: 'raw' } });
    expect(rig.say(Buffer.from('XCLIENT LOGIN=bj\xf6rn\r\n', 'latin1'))).toBe(
      '501 5.5.2 Not valid UTF-8\r\n',
    );
    expect(rig.say('XCLIENT LOGIN=bj\u0085rn\r\n')).toBe('501 5.5.2 Control character in a command\r\n');
  });

  it('what Dovecot 2.4 says is kept, and its CLIENT-TRANSPORT is the S of the Received field', () => {
    const fields: string[] = [];
    const handler: Handler = {
      handleDATA: (_server, session, envelope) =>
        void fields.push(/ with (\S+) /.exec(traceField(session, envelope, { hostname: 'mx.test' }))![1]!),
    };
    const words = 'SESSION=ab/c TTL=4 DESTADDR=198.51.100.7 DESTPORT=587';
    const message = 'EHLO d\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\nx\r\n.\r\n';
    for (const tls of [false, true]) {
      for (const transport of ['TLS', 'tls', 'insecure', '[UNAVAILABLE]']) {
        const rig = greeted(handler, trusted);
        if (tls) rig.conversation.secured({ protocol: 'TLSv1.3' } as TLSInfo);
        rig.say(`XCLIENT ADDR=203.0.113.7 ${words} CLIENT-TRANSPORT=${transport}\r\n${message}`);
        const known = { SESSION: 'ab/c', TTL: '4', DESTADDR: '198.51.100.7', DESTPORT: '587' };
        expect(rig.session.xclient).toMatchObject(known);
      }
    }
    expect(fields).toEqual(['ESMTPS', 'ESMTPS', 'ESMTP', 'ESMTP', 'ESMTPS', 'ESMTPS', 'ESMTP', 'ESMTPS']);
  });

  it('XCLIENT that is in order is told as information, not as a warning', () => {
    const entries: Diagnostic[] = [];
    const rig = greeted(keeper(), { ...trusted, diagnostics: (entry) => void entries.push(entry) });
    rig.say('XCLIENT ADDR=203.0.113.7 NAME=x\r\n');
    expect(entries.map(({ level, code, text }) => [level, code, text])).toEqual([
      ['info', 'xclient', 'the client is now 203.0.113.7'],
    ]);
  });

  describe('behind a PROXY header', () => {
    const header = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
    const peers = ['192.0.2.1'];
    const proxied = (xclient: XCLIENTOptions, first = header): Rig => {
      const options = {
        xclient,
        xforward: { trusted: peers },
        proxyProtocol: { timeout: 5000, trusted: peers },
      };
      const rig = new Rig({ handlePROXY: () => true }, options);
      rig.conversation.start(true, false);
      expect(rig.say(first)).toBe(greeting);
      return rig;
    };
    const nginx = { trusted: peers, login: true, encoding: 'raw', afterProxy: true } as const;

    it("D9: XCLIENT is the client's word, unless afterProxy says that the proxy speaks", () => {
      const rig = proxied({ trusted: peers });
      expect(rig.say('EHLO c\r\n')).not.toMatch(/XCLIENT|XFORWARD/);
      expect(rig.say('XCLIENT LOGIN=root\r\nXFORWARD NAME=x\r\n')).toBe(
        '550 5.7.0 Not from your address\r\n'.repeat(2),
      );
    });

    it('nginx names client and login, then passes on what the client says, which names nobody', () => {
      const rig = proxied(nginx);
      expect(rig.say('EHLO nginx\r\n')).toMatch(/250-XCLIENT NAME/);
      expect(rig.say('XCLIENT ADDR=203.0.113.7 LOGIN=ann+tag@example.net NAME=[UNAVAILABLE]\r\n')).toBe(
        greeting,
      );
      expect(rig.say('EHLO laptop\r\n')).not.toMatch(/XCLIENT|XFORWARD/);
      const { client, identity, hostName, proxyData } = rig.session;
      expect([client.address, identity?.identity, hostName, proxyData?.srcPort]).toEqual([
        '203.0.113.7',
        'ann+tag@example.net',
        'laptop',
        4321,
      ]);
      expect(rig.say('XCLIENT LOGIN=root\r\nXCLIENT ADDR=192.0.2.1 LOGIN=root\r\nXFORWARD NAME=x\r\n')).toBe(
        '550 5.7.0 Not from your address\r\n'.repeat(3),
      );
      expect(rig.session.identity?.identity).toBe('ann+tag@example.net');
    });

    it.each([header, 'PROXY UNKNOWN\r\n'])(
      'a peer that is not in xclient.trusted names nobody: %j',
      (first) => {
        const rig = proxied({ ...nginx, trusted: ['203.0.113.0/24'] }, first);
        expect(rig.say('XCLIENT LOGIN=root\r\n')).toBe('550 5.7.0 Not from your address\r\n');
      },
    );

    it('XFORWARD stays for peers without a header', () => {
      expect(proxied(nginx).say('XFORWARD NAME=x\r\n')).toBe('550 5.7.0 Not from your address\r\n');
    });
  });

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
