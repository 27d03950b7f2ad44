/** What aiosmtpd gets wrong, and is no counterpart here. */

import { describe, expect, it, onTestFinished } from 'vitest';
import type { Handler } from '../../src/smtp/api/handler.ts';
import type { Diagnostic } from '../../src/proxy/node/diagnostic.ts';
import type { SMTPServerOptions } from '../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../src/smtp/server/server.ts';
import { Conversation } from '../../src/smtp/conversation.ts';
import { SessionState } from '../../src/smtp/engine/session-state.ts';
import { keeper, ready, Rig, settled } from './harness.ts';
import type { TLSInfo } from '../../src/smtp/api/tls-info.ts';
import { serve } from './loopback.ts';

const TIM = Buffer.from('\0tim\0tanstaaf').toString('base64');

function judging(verdict: () => unknown, more: SMTPServerOptions = {}): SMTPServerOptions {
  const authenticator = verdict as NonNullable<SMTPServerOptions['authenticator']>;
  return { authenticator, authRequireTLS: false, timeouts: { authFailure: 1 }, ...more };
}

/** Says a line and waits for the reply, as long as it takes. */
async function answerTo(rig: Rig, line: string): Promise<string> {
  const before = rig.transcript.length;
  rig.say(`${line}\r\n`);
  await expect.poll(() => rig.transcript.length).toBeGreaterThan(before);
  return rig.transcript.slice(before);
}

describe('limits are not shared between connections', () => {
  it('command lines do not grow longer with every EHLO that anybody says', () => {
    const server = new SMTPServer(keeper(), { hostname: 'mx.test' });
    const line = `NOOP ${'x'.repeat(506)}\r\n`;
    for (let client = 0; client < 3; client++) {
      const rig = sharing(server);
      rig.say('EHLO c.test\r\n'.repeat(10));
      expect(rig.say(line)).toBe('500 5.5.2 Line too long\r\n');
      expect(rig.say(line.replace('xx', ''))).toBe('250 2.0.0 Ok\r\n');
    }
  });

  it('nor are the counts of commandCallLimit, of junk, of errors, or a session', () => {
    const limits = { junkCommands: 5, errors: 3, unknownCommands: 3 };
    const server = new SMTPServer(keeper(), { hostname: 'mx.test', commandCallLimit: { VRFY: 2 }, limits });
    const greedy = [sharing(server), sharing(server), sharing(server), sharing(server)] as const;
    greedy[0].say('VRFY x\r\n'.repeat(3));
    greedy[1].say('NOOP\r\n'.repeat(6));
    greedy[2].say('RCPT TO:<b@b>\r\n'.repeat(3));
    greedy[3].say('WHAT\r\n'.repeat(3));
    expect(greedy.map(({ closed }) => closed)).toEqual(['limit', 'limit', 'limit', 'limit']);
    const modest = sharing(server);
    expect(modest.say('EHLO c\r\nVRFY x\r\nNOOP\r\nRCPT TO:<b@b>\r\nWHAT\r\nNOOP\r\n')).toMatch(
      /250 2\.0\.0 Ok\r\n$/,
    );
    expect(modest.conversation.envelope.mailFrom).toBeNull();
  });

  /** A greeted conversation of a server that has others. */
  function sharing(server: SMTPServer): Rig {
    const rig = new Rig();
    const session = new SessionState({ address: '192.0.2.1', port: 4321, family: 'IPv4' });
    const host = { server, handler: server.handler, settings: server.settings };
    Object.assign(rig, { session, conversation: new Conversation(host, session, rig, rig) });
    rig.conversation.start(false, false);
    return rig;
  }
});

describe('the text of an exception goes to nobody but the application', () => {
  const secret = 'password=hunter2 at /srv/app.js:7';
  const fail = (): never => {
    throw new TypeError(secret);
  };
  const transaction = 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n';
  /** How each hook comes to be called. */
  const calls: Record<Exclude<keyof Handler, 'honours' | 'handleError'>, string | ((rig: Rig) => void)> = {
    freeSpace: transaction,
    handleConnect: '',
    handlePROXY: '',
    handleSTARTTLS: (rig) => rig.conversation.secured({} as TLSInfo),
    handleHELO: 'HELO c\r\n',
    handleEHLO: 'EHLO c\r\n',
    handleMAIL: transaction,
    handleRCPT: transaction,
    handleDATA: `${transaction}DATA\r\nx\r\n.\r\n`,
    handleContent: `${transaction}DATA\r\nx\r\n.\r\n`,
    handleRSET: 'RSET\r\n',
    handleNOOP: 'NOOP\r\n',
    handleVRFY: 'VRFY x\r\n',
    handleEXPN: 'EXPN x\r\n',
    handleHELP: 'HELP\r\n',
    handleQUIT: 'QUIT\r\n',
    handleAbort: `${transaction}DATA\r\nx`,
    handleTimeout: (rig) => void rig.expire(),
    handleClose: 'QUIT\r\n',
  };

  it.each(Object.entries(calls))('%s', async (name, call) => {
    const seen: unknown[] = [];
    const proxyProtocol = { timeout: 5000, trusted: 'anyone' } as const;
    const handler: Handler = { handlePROXY: () => true, [name]: fail, handleError: fail };
    const diagnostics = ({ error }: Diagnostic): void => void seen.push(error);
    const rig = new Rig(handler, { proxyProtocol, dataSizeLimit: 0, diagnostics });
    rig.conversation.start(true, false);
    rig.say('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n');
    if (typeof call === 'string') rig.say(call);
    else call(rig);
    await settled();
    rig.conversation.disconnected();
    expect(rig.transcript).not.toMatch(/TypeError|hunter2|app\.js/);
    expect(seen.filter((error) => error instanceof TypeError && error.message === secret)).toHaveLength(1);
  });

  it('an authenticator', async () => {
    const rig = ready({ handleError: fail }, judging(fail));
    expect(await answerTo(rig, `AUTH PLAIN ${TIM}`)).toBe(
      '454 4.7.0 Authentication could not be decided; try again later\r\n',
    );
  });
});

it('memory does not grow with a line', async () => {
  const handler = { ...keeper(), handleNOOP: (): void => {} };
  const { dial } = await serve(handler);
  const client = dial();
  await client.until('truepeer\r\n');
  global.gc?.();
  const before = process.memoryUsage();
  let peak = 0;
  const timer = setInterval(() => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    peak = Math.max(peak, heapUsed + arrayBuffers - before.heapUsed - before.arrayBuffers);
  }, 1);
  onTestFinished(() => clearInterval(timer));
  const piece = Buffer.alloc(65_536, 'x');
  client.socket.write('NOOP ');
  for (let sent = 0; sent < 1024 && !client.socket.destroyed; sent++) {
    if (!client.socket.write(piece)) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(await client.ended).toBe('500 5.5.2 Line too long\r\n');
  // What the client itself has queued counts too; the line would be 64 MiB.
  expect(peak).toBeLessThan(16 * 1024 * 1024);
});

it('a timeout is said before the connection closes', () => {
  for (const line of ['', 'NOO', 'MAIL FROM:<>\r\nRCPT TO:<b@b>\r\nDATA\r\nhalf']) {
    const rig = ready();
    rig.say(line);
    expect(rig.expire()).toMatch(/^421 4\.4\.2 Timeout/);
    expect(rig.closed).toBe('timeout');
  }
});

describe('no verdict leaves the client waiting, and only success lets it in', () => {
  it.each<[string, unknown, RegExp]>([
    ['an AuthResult that says it was handled', { success: false, handled: true }, /^454 /],
    ['an AuthResult of success', { success: true }, /^454 /],
    ['nothing', undefined, /^454 /],
    ['null', null, /^454 /],
    ['a name, as in the old system', 'tim', /^454 /],
    ['1', 1, /^454 /],
    ['false', false, /^535 5\.7\.8 /],
    ['{ authenticated: false }', { authenticated: false }, /^535 5\.7\.8 /],
    ['a promise of nothing', Promise.resolve(), /^454 /],
    ['true', true, /^235 2\.7\.0 /],
    ['{ authenticated: true }', { authenticated: true, data: 7 }, /^235 2\.7\.0 /],
  ])('%s', async (_what, verdict, reply) => {
    const rig = ready(
      {},
      judging(() => verdict, { authRequired: true }),
    );
    expect(await answerTo(rig, `AUTH PLAIN ${TIM}`)).toMatch(reply);
    const inside = reply.source.startsWith('^235');
    expect([rig.session.authenticated, rig.session.identity?.identity]).toEqual([
      inside,
      inside ? 'tim' : undefined,
    ]);
    expect(rig.say('MAIL FROM:<a@a>\r\n')).toMatch(inside ? /^250 / : /^530 /);
  });
});

it.each(['PLAIN', 'plain', 'Plain'])('AUTH %s: names of mechanisms have no case', async (name) => {
  expect(
    await answerTo(
      ready(
        {},
        judging(() => true),
      ),
      `auth ${name} ${TIM}`,
    ),
  ).toMatch(/^235 /);
});
