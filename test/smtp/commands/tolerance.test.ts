import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/proxy/node/diagnostic.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import type { Tolerance } from '../../../src/smtp/api/options/tolerance.ts';
import { LMTPServer } from '../../../src/smtp/server/lmtp-server.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { greeted, keeper, type Rig } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

const SMTP: readonly Tolerance[] = ['missing-brackets', 'stray-dots', 'spaces-in-hello', 'auth-after-helo'];
const auth: SMTPServerOptions = { authenticator: () => true, authRequireTLS: false };

interface Told {
  readonly codes: string;
  readonly told: readonly string[];
  readonly rig: Rig;
}

function play(lines: string, options: SMTPServerOptions, lmtp = false): Told {
  const entries: Diagnostic[] = [];
  const rig = greeted(
    keeper(),
    { ...options, diagnostics: (entry) => void entries.push(entry) },
    (handler, given) => (lmtp ? new LMTPServer(handler, given) : new SMTPServer(handler, given)),
  );
  const codes = lines.split('|').map((line) => rig.say(`${line}\r\n`).match(/^\d{3}(?= )/m)?.[0]);
  const tolerated = entries.filter(({ code, level }) => code === 'tolerated' && level === 'info');
  return { codes: codes.join(' '), told: tolerated.map(({ text }) => text), rig };
}

describe('devices (option tolerate)', () => {
  const ROWS: readonly [Tolerance, string, string, string][] = [
    ['missing-brackets', 'EHLO c|MAIL FROM:ann@a.test|RCPT TO:bob@b.test', '250 501 503', '250 250 250'],
    ['missing-brackets', 'EHLO c|MAIL FROM: ann@a.test SIZE=5', '250 501', '250 250'],
    [
      'missing-brackets',
      'EHLO c|MAIL FROM:<>|RCPT TO:"a b"@b.test|RCPT TO:postmaster',
      '250 250 501 501',
      '250 250 250 250',
    ],
    ['missing-brackets', 'EHLO c|MAIL FROM:ann@[192.0.2.1]  BODY=8BITMIME', '250 501', '250 250'],
    ['stray-dots', 'EHLO c|MAIL FROM:<ilo.@a.test>|RCPT TO:<a..b@b.test>', '250 501 503', '250 250 250'],
    ['stray-dots', 'EHLO c|MAIL FROM:<.a@a.test>|RCPT TO:<..a...b..@b.test>', '250 501 503', '250 250 250'],
    ['spaces-in-hello', 'EHLO My PC|MAIL FROM:<>', '501 503', '250 250'],
    ['spaces-in-hello', 'HELO a  b c', '501', '250'],
    ['auth-after-helo', 'HELO c|AUTH PLAIN AGFubgBwYXNz|MAIL FROM:<>', '250 503 250', '250 235 250'],
  ];
  it.each(ROWS)('%s: %s', (name, lines, without, withIt) => {
    const all = SMTP.filter((other) => other !== name);
    for (const others of [{}, { tolerate: all }, { tolerate: { [name]: ['198.51.100.0/24'] } }])
      expect(play(lines, { ...auth, ...others })).toMatchObject({ codes: without, told: [] });
    for (const tolerate of [
      [name],
      { [name]: ['192.0.2.0/24'] },
      { [name]: 'anyone' },
      { [name]: () => true },
    ]) {
      const { codes, told } = play(lines, { ...auth, tolerate });
      expect(codes).toBe(withIt);
      expect(told.map((text) => text.split(':')[0])).toEqual([name]);
    }
  });

  it.each([
    'MAIL FROM:',
    'MAIL FROM: ',
    'MAIL FROM:ann',
    'MAIL FROM:<ann>',
    'MAIL FROM:ann@',
    'MAIL FROM:<ann@a.test',
    'MAIL FROM:ann@a.test>',
    'MAIL FROM:ann@a.testSIZE=1 >',
    'MAIL FROM:"Ann" <ann@a.test>',
    'MAIL FROM:ann@a.test,bob@b.test',
    'MAIL FROM:<.@a.test>',
    'MAIL FROM:<..@a.test>',
    'MAIL FROM:<a@.test>',
    'MAIL FROM:<a@a.test.>',
    'MAIL FROM:a\u00a0b@a.test SMTPUTF8',
    'MAIL FROM:<a b@a.test>',
  ])('%s stays an error', (line) => {
    expect(play(`EHLO c|${line}`, { tolerate: SMTP })).toMatchObject({ codes: '250 501', told: [] });
  });

  it('an address with stray dots is one that other servers take', () => {
    const { rig } = play('EHLO c|MAIL FROM:ilo.@a.test|RCPT TO:<"a..b"@b.test>|RCPT TO:<a..b@b.test>', {
      tolerate: SMTP,
    });
    const { envelope } = rig.conversation;
    expect(envelope.sender).toMatchObject({ address: '"ilo."@a.test', local: 'ilo.', raw: 'ilo.@a.test' });
    expect(envelope.rcptTos).toEqual(['"a..b"@b.test', '"a..b"@b.test']);
  });

  it('is told once a session and name, escaped and short', () => {
    const long = `MAIL FROM:é.@a.test SMTPUTF8 X=${'x'.repeat(900)}`;
    const { told } = play(`EHLO my pc|EHLO my pc|${long}|${long}`, { tolerate: SMTP });
    expect(told).toEqual([
      'spaces-in-hello: my pc',
      expect.stringMatching(/^missing-brackets: FROM:\\xe9\.@a\.test SMTPUTF8 X=x{0,200}$/),
      expect.stringMatching(/^stray-dots: FROM:\\xe9\./),
    ]);
  });

  it('passwords after HELO need TLS as after EHLO, and nobody speaks AUTH before either', () => {
    const options = { tolerate: SMTP, authenticator: () => true };
    expect(play('AUTH PLAIN AGFubgBwYXNz|HELO c|AUTH PLAIN AGFubgBwYXNz', options).codes).toBe('503 250 538');
  });

  it('LMTP takes a recipient without a domain, never a sender', () => {
    const lines =
      'LHLO c|MAIL FROM:<ann>|MAIL FROM:<ann@a.test>|RCPT TO:<bob>|RCPT TO:<"b b">|RCPT TO:<>|RCPT TO:<@r:bob>';
    expect(play(lines, {}, true).codes).toBe('250 501 250 501 501 501 501');
    const { codes, told, rig } = play(lines, { tolerate: ['missing-domain'] }, true);
    expect(codes).toBe('250 501 250 250 250 501 250');
    expect(told).toEqual(['missing-domain: TO:<bob>']);
    expect(rig.conversation.envelope.recipients.map(({ address, domain }) => [address, domain])).toEqual([
      ['bob', ''],
      ['"b b"', ''],
      ['bob', ''],
    ]);
  });

  it('a listener has its own', async () => {
    const { server, dial } = await serve(keeper(), { tolerate: ['missing-brackets'] });
    const other = await server.listen({
      port: 0,
      host: '127.0.0.1',
      tolerate: { 'spaces-in-hello': ['127.0.0.1'] },
    });
    const [first, second] = [dial(), new Client(connect(other.port, '127.0.0.1'))];
    const greeting = '220 mx.test ESMTP truepeer\r\n';
    await Promise.all([first.until(greeting), second.until(greeting)]);
    expect(await first.ask('EHLO a b')).toMatch(/^501/);
    expect(await second.ask('EHLO a b')).toMatch(/^250/);
    expect(await second.ask('MAIL FROM:a@b')).toMatch(/^501/);
    await first.ask('EHLO c');
    expect(await first.ask('MAIL FROM:a@b')).toMatch(/^250/);
  });

  it.each([
    [{ tolerate: 'stray-dots' }, 'ERR_INVALID_ARG_TYPE', 'option tolerate: a list of names'],
    [
      { tolerate: ['stray-dot'] },
      'ERR_UNKNOWN_OPTION',
      'option tolerate.stray-dot is unknown; did you mean stray-dots?',
    ],
    [{ tolerate: { missingBrackets: [] } }, 'ERR_UNKNOWN_OPTION', 'did you mean missing-brackets?'],
    [{ tolerate: { 'stray-dots': ['10.0.0.0/33'] } }, 'ERR_INVALID_ARG_VALUE', 'option tolerate.stray-dots'],
    [{ tolerate: { 'stray-dots': null } }, 'ERR_INVALID_ARG_TYPE', 'option tolerate.stray-dots'],
    [
      { tolerate: ['missing-domain'] },
      'ERR_INCOMPATIBLE_OPTION_PAIR',
      'missing-domain goes with LMTPServer only',
    ],
  ])('%j is refused', async (options, code, message) => {
    const error = expect.objectContaining({ code, message: expect.stringContaining(message) });
    expect(() => new SMTPServer(keeper(), options as object)).toThrow(error);
    const server = new SMTPServer(keeper());
    const listening = server.listen({ port: 0, ...(options as object) });
    await expect(listening).rejects.toMatchObject({ code });
  });
});
