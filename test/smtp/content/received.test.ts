import { describe, expect, it } from 'vitest';
import { Envelope } from '../../../src/smtp/api/envelope.ts';
import { type ReceivedSession, traceField } from '../../../src/smtp/content/received.ts';
import type { TLSInfo } from '../../../src/smtp/api/tls-info.ts';
import { addressed, keeper, ready, type Rig } from '../harness.ts';

const START = '354 End data with <CR><LF>.<CR><LF>\r\n';
const OK = '250 2.6.0 Message accepted\r\n';
const LOOP = '554 5.4.6 Too many Received fields: a mail loop\r\n';

function session(facts: Partial<ReceivedSession> = {}): ReceivedSession {
  const client = { address: '203.0.113.7', port: 4321, family: 'IPv4', proxied: true } as const;
  return { id: 'k1', hostName: 'mail.example', extended: true, client, ...facts };
}

function field(facts: Partial<ReceivedSession>, envelope = new Envelope()): string {
  return traceField(session(facts), envelope, { hostname: 'mx.example', date: new Date(0) });
}

describe('rule 35: the Received field', () => {
  it('names the client, this server, how and when, each line ended by CRLF', () => {
    expect(field({})).toMatch(
      /^Received: from mail\.example \(\[203\.0\.113\.7\]\)\r\n\tby mx\.example with ESMTP id k1;\r\n\t(?:Thu|Wed), \d{1,2} (?:Jan|Dec) (?:1970|1969) \d\d:\d\d:\d\d [+-]\d{4}\r\n$/,
    );
  });

  const tls = {} as TLSInfo;
  it.each([
    [{ extended: false }, 'SMTP'],
    [{}, 'ESMTP'],
    [{ tls }, 'ESMTPS'],
    [{ authenticated: true }, 'ESMTPA'],
    [{ tls, authenticated: true }, 'ESMTPSA'],
    [{ lmtp: true }, 'LMTP'],
    [{ lmtp: true, tls, authenticated: true }, 'LMTPSA'],
  ])('%j is said as %s (RFC 3848), and as UTF8%s with SMTPUTF8 (RFC 6531)', (facts, protocol) => {
    expect(field(facts)).toContain(` with ${protocol} id `);
    const utf8 = new Envelope({ smtpUtf8: true });
    const name = protocol.replace(/^E?(?=SMTP|LMTP)/, 'UTF8');
    if (protocol !== 'SMTP') expect(field(facts, utf8)).toContain(` with ${name} id `);
  });

  it.each([
    [{ address: '2001:db8::7', family: 'IPv6' }, '([IPv6:2001:db8::7])'],
    [{ address: 'fe80::1%eth0', family: 'IPv6' }, '([IPv6:fe80::1])'],
    [{ address: null, family: null }, '(unknown)'],
    [{ address: '/run/x', family: 'unix' }, '(local)'],
  ] as const)('a client %j is written as %s', (client, shown) => {
    expect(field({ client: { port: null, proxied: true, ...client } })).toContain(` ${shown}\r\n`);
  });

  it('has a for clause for one recipient and none for several', () => {
    const rcptTos = ['one@b.test'];
    const envelope = new Envelope({ rcptTos });
    expect(field({}, envelope)).toContain('\r\n\tfor <one@b.test>;\r\n');
    rcptTos.push('two@b.test');
    expect(field({}, envelope)).not.toContain('for <');
  });

  it('lets nothing that a client said begin a line of its own', () => {
    const rcptTos = ['"a\r\nX: y\u2028\u2029\u0085"@b.test'];
    for (const smtpUtf8 of [false, true]) {
      const envelope = new Envelope({ rcptTos, smtpUtf8 });
      const lines = field({ hostName: 'a\r\nX: y (b)' }, envelope).split('\r\n');
      expect(lines.length).toBe(5);
      expect(lines.slice(1, -1).every((line) => /^\t[^\r\n\u0085\u2028\u2029]*$/.test(line))).toBe(true);
    }
  });
});

/** The verdict on a message with so many Received fields. */
function verdict(fields: string, rig: Rig = addressed(keeper())): string {
  return rig.say(`DATA\r\n${fields}\r\n.\r\n`).replace(START, '');
}

describe('rule 36: a loop', () => {
  it.each([
    ['Received: from a\r\n', 'as usual'],
    ['received:\r\n', 'in lower case, empty'],
    ['RECEIVED: from a\r\n\tby b\r\n with c\r\n', 'folded'],
  ])('%j, %s: 99 are taken, 100 are 554 5.4.6', (one) => {
    expect(verdict(`${one.repeat(99)}Subject: x\r\n\r\n`)).toBe(OK);
    expect(verdict(`${one.repeat(100)}Subject: x\r\n\r\n`)).toBe(LOOP);
  });

  it('what looks like the field and is none does not count', () => {
    expect(verdict('X-Received: a\r\n'.repeat(200))).toBe(OK);
    expect(verdict(' Received: a\r\n'.repeat(200))).toBe(OK);
    expect(verdict('Received-SPF: a\r\n'.repeat(200))).toBe(OK);
    expect(verdict(`Subject: x\r\n\r\n${'Received: a\r\n'.repeat(200)}`)).toBe(OK);
  });

  it('is seen in chunks, cut anywhere, and where the limit is another', () => {
    const content = 'Received: a\r\n'.repeat(100);
    for (const size of [2, 3, 7, 13, 600]) {
      const rig = addressed(keeper());
      for (let at = 0; at < content.length; at += size)
        rig.say(`BDAT ${content.slice(at, at + size).length}\r\n${content.slice(at, at + size)}`);
      expect(rig.say('BDAT 0 LAST\r\n')).toBe(LOOP);
    }
    const tolerant = addressed(keeper(), { limits: { hops: 101 } });
    expect(verdict(content, tolerant)).toBe(OK);
  });
});

describe('rule 37: what a header says is not judged', () => {
  it.each([
    ['nothing at all', ''],
    ['no header', '\r\nonly a body\r\n'],
    ['no From and no Date', 'Subject: x\r\n\r\ny\r\n'],
    ['two of each', 'From: a@a\r\nFrom: b@b\r\nDate: today\r\nDate: yesterday\r\n\r\n'],
    ['garbage', 'no colon here\r\n: empty name\r\nB\u00e4d: \0\u00ff\r\n\r\n'],
    ['a broken MIME part', 'Content-Type: multipart/mixed; boundary="\r\n\r\n--x\r\n'],
    ['a field of 5000 octets', `Subject: ${'x'.repeat(5000)}\r\n\r\n`],
    ['a From that is another one than the sender', 'From: somebody@else.test\r\n\r\n'],
  ])('%s is taken, octets kept', (_what, content) => {
    const handler = keeper();
    const octets = Buffer.from(content, 'latin1').toString('latin1');
    const rig = addressed(handler);
    rig.say('DATA\r\n');
    expect(rig.say(Buffer.from(`${octets}.\r\n`, 'latin1'))).toBe(OK);
    expect(handler.messages).toEqual([octets]);
  });

  it('rule 53: nor are 8-bit octets in a message without BODY', () => {
    const handler = keeper();
    const rig = ready(handler);
    rig.say('MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n');
    expect(rig.say(Buffer.from('Subject: \xe9\r\n\r\n\xff\xfe\r\n.\r\n', 'latin1'))).toBe(OK);
    expect(handler.messages).toEqual(['Subject: \xe9\r\n\r\n\xff\xfe\r\n']);
  });
});
