import { ReadableStream } from 'node:stream/web';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CHANNELS, type MessageEvent } from '../../../src/smtp/api/channels.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { addressed, greeted, keeper, ready, Rig, settled } from '../harness.ts';
import { serve } from '../loopback.ts';

/** Notes what hooks that are only told something are told. */
function noting(): Handler & { told: string[] } {
  const told: string[] = [];
  return {
    ...keeper(),
    told,
    handleAbort: (_server, _session, { mailFrom }, { code }) => void told.push(`${mailFrom} ${code}`),
    handleTimeout: (_server, _session, _envelope, phase) => void told.push(phase),
    handleClose: (_server, _session, reason) => void told.push(reason),
  };
}

describe('F2: an answer of a hook is read once, and what was checked is what is sent', () => {
  const changing = (): unknown => {
    let reads = 0;
    return {
      get code(): unknown {
        return ++reads > 1 ? '250 x\r\n250' : 250;
      },
      enhanced: { 0: '2', toString: () => `2.1.0${reads > 1 ? '\r\n250 y' : ''}` },
      get text(): string {
        if (++reads > 2) throw new Error('late');
        return 'z';
      },
    };
  };

  it('whose parts change from one look to the next', () => {
    const rig = ready({ handleMAIL: changing as NonNullable<Handler['handleMAIL']> });
    expect(rig.say('MAIL FROM:<a@a.test>\r\n')).toBe('250 2.1.0 z\r\n');
    expect(rig.conversation.envelope.mailFrom).toBe('a@a.test');
  });

  it.each([[[null]], [[Symbol('x')]], [[{ length: 9 }]]])(
    'rule 11: a list of extensions that is none: %j',
    (list) => {
      const rig = greeted({ handleEHLO: () => list as unknown as string[] });
      expect(rig.say('EHLO c\r\n')).toBe('451 Local error; try again later\r\n');
      expect(rig.session.hostName).toBe(null);
    },
  );
});

describe('handleAbort is told of content that will not be taken', () => {
  it.each<[string, (rig: Rig) => unknown, string[]]>([
    ['the client leaves', (rig) => rig.conversation.disconnected(), ['a@a.test lost', 'client-left']],
    ['a deadline passes', (rig) => rig.expire(), ['content', 'a@a.test lost', 'timeout']],
    ['it is too large', (rig) => rig.say(`${'x'.repeat(100)}\r\n.\r\n`), ['a@a.test refused']],
    ['it holds a bare LF', (rig) => rig.say('x\ny\r\n.\r\n'), ['a@a.test refused']],
    ['nothing is wrong', (rig) => rig.say('x\r\n.\r\n'), []],
  ])('DATA, %s', (_what, act, told) => {
    const handler = noting();
    const rig = addressed(handler, { dataSizeLimit: 50 });
    rig.say('DATA\r\nhalf a ');
    act(rig);
    expect(handler.told).toEqual(told);
  });

  it.each([
    ['RSET comes between chunks', 'RSET\r\n', ['a@a.test lost']],
    ['it grows too large', `BDAT 60\r\n${'x'.repeat(60)}RSET\r\n`, ['a@a.test refused']],
    ['it is whole', 'BDAT 0 LAST\r\n', []],
  ])('BDAT, %s', (_what, more, told) => {
    const handler = noting();
    const rig = addressed(handler, { dataSizeLimit: 50 });
    rig.say(`BDAT 3\r\nx\r\n${more}`);
    expect(handler.told).toEqual(told);
  });

  it('the transaction does not depend on what it does', () => {
    const rig = addressed({
      handleAbort: () => {
        throw new Error('secret text');
      },
    });
    expect(rig.say('DATA\r\nx\ny\r\n.\r\nNOOP\r\n')).toMatch(/550 5\.6\.0 .*\r\n250 2\.0\.0 Ok\r\n$/);
  });
});

describe('handleTimeout is told what the deadline was for', () => {
  const options = { authenticator: () => true, authRequireTLS: false };
  it.each<[string, (rig: Rig) => unknown, string]>([
    ['command', () => {}, 'timeout'],
    ['command', (rig) => rig.say('NOO'), 'timeout'],
    ['auth', (rig) => rig.say('AUTH PLAIN\r\n'), 'timeout'],
    ['content', (rig) => rig.say('MAIL FROM:<>\r\nRCPT TO:<b@b>\r\nDATA\r\n'), 'timeout'],
    ['handler', (rig) => rig.say('VRFY x\r\n'), 'handler-timeout'],
  ])('%s', (phase, act, reason) => {
    const handler = noting();
    const rig = ready({ ...handler, handleVRFY: () => new Promise(() => {}) }, options);
    act(rig);
    // It is said, too: no client is left to wonder.
    expect(rig.expire()).toMatch(/^421 4\.[34]\.[02] /);
    expect(handler.told.filter((text) => !text.includes(' '))).toEqual([phase, reason]);
  });

  it('proxy-header, without a word', () => {
    const handler = noting();
    const rig = new Rig(handler, { proxyProtocol: { timeout: 5000, trusted: 'anyone' } });
    rig.conversation.start(true, false);
    expect(rig.expire()).toBe('');
    expect(handler.told).toEqual(['proxy-header', 'proxy-header']);
  });

  it('tls, without a word', () => {
    const handler = noting();
    const rig = new Rig(handler);
    rig.conversation.start(false, true);
    expect(rig.expire()).toBe('');
    expect(handler.told).toEqual(['tls', 'tls']);
  });

  it('write: a client that does not read its replies', async () => {
    const handler = noting();
    const text = 'y'.repeat(400);
    handler.handleNOOP = () => `250 2.0.0 ${text}`;
    const limits = { junkCommands: 1_000_000 };
    const { server, dial } = await serve(handler, { timeouts: { write: 100 }, limits });
    const client = dial();
    await client.until('truepeer\r\n');
    client.socket.pause();
    client.socket.write('NOOP\r\n'.repeat(100_000));
    while (server.connectionCount > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(handler.told).toEqual(['write', 'timeout']);
  });
});

describe('handleError may answer', () => {
  const failing = (answer: unknown): Handler =>
    ({
      handleError: () => answer,
      handleNOOP: () => {
        throw new Error('secret text');
      },
      handleDATA: () => Promise.reject(new Error('secret text')),
    }) as Handler;

  it.each<[unknown, string]>([
    ['542 Internal server error', '542 5.0.0 Internal server error\r\n'],
    [{ code: 452, text: 'Come back' }, '452 4.3.1 Come back\r\n'],
    [undefined, '451 4.3.0 Local error; try again later\r\n'],
    ['250 Fine', '451 4.3.0 Local error; try again later\r\n'],
    ['nonsense', '451 4.3.0 Local error; try again later\r\n'],
    [Promise.resolve('542 late'), '451 4.3.0 Local error; try again later\r\n'],
  ])('%j', async (answer, reply) => {
    const rig = addressed(failing(answer));
    expect(rig.say('NOOP\r\n')).toBe(reply);
    rig.say('DATA\r\nx\r\n.\r\n');
    await settled();
    expect(rig.transcript.endsWith(`<CR><LF>.<CR><LF>\r\n${reply}`)).toBe(true);
    expect(rig.closed).toBeUndefined();
  });

  it('421 closes', async () => {
    const rig = addressed(failing('421 Gone'));
    rig.say('DATA\r\nx\r\n.\r\n');
    await settled();
    expect(rig.closed).toBe('refused');
    expect(ready(failing('421 Gone')).say('NOOP\r\nNOOP\r\n')).toBe('421 4.3.0 Gone\r\n');
  });
});

describe('observers on diagnostics_channel', () => {
  function watch(channel: string): unknown[] {
    const seen: unknown[] = [];
    const note = (event: unknown): void => void seen.push(event);
    subscribe(channel, note);
    onTestFinished(() => void unsubscribe(channel, note));
    return seen;
  }

  it('are told of sessions', () => {
    const [starts, ends] = [watch(CHANNELS.sessionStart), watch(CHANNELS.sessionEnd)];
    const rig = greeted(keeper());
    const session = rig.session.view;
    const { server } = rig.conversation;
    expect([starts, ends]).toEqual([[{ server, session }], []]);
    rig.say('QUIT\r\n');
    expect([starts.length, ends]).toEqual([1, [{ server, session, reason: 'quit' }]]);
  });

  it('are told of messages that were answered, with their envelope', () => {
    const seen = watch(CHANNELS.message) as MessageEvent[];
    const rig = addressed({
      ...keeper(),
      handleDATA: (_server, _session, { size }) => (size > 3 ? '554 no' : undefined),
    });
    rig.say('DATA\r\nx\r\n.\r\nMAIL FROM:<two@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nlong\r\n.\r\n');
    rig.say('MAIL FROM:<three@a.test>\r\nRCPT TO:<b@b.test>\r\nDATA\r\nx\ny\r\n.\r\n');
    expect(seen.map(({ envelope, accepted }) => [envelope.mailFrom, envelope.size, accepted])).toEqual([
      ['a@a.test', 3, true],
      ['two@a.test', 6, false],
      ['three@a.test', 5, false],
    ]);
    expect(seen.every(({ session }) => session === rig.session.view)).toBe(true);
  });
});

it('hooks keep what they like in session.data and envelope.data; the latter goes with the message', () => {
  const seen: unknown[] = [];
  const rig = addressed({
    handleMAIL: (_server, session, envelope) => {
      session.data = 'whole session';
      envelope.data = 'one message';
    },
    handleDATA: (_server, session, envelope) => void seen.push(session.data, envelope.data),
    handleNOOP: (_server, session, envelope) => void seen.push(session.data, envelope.data),
  });
  rig.say('DATA\r\nx\r\n.\r\nNOOP\r\n');
  expect(seen).toEqual(['whole session', 'one message', 'whole session', undefined]);
});

it('content is a web stream for those who like them better', async () => {
  const sizes: number[] = [];
  const rig = addressed({
    async handleContent(_server, _session, _envelope, content) {
      const counter = new TransformStream<Uint8Array, number>({
        transform: (piece, controller) => controller.enqueue(piece.length),
      });
      for await (const size of ReadableStream.from(content).pipeThrough(counter)) sizes.push(size);
    },
  });
  rig.say('DATA\r\nsome text\r\n.\r\n');
  await expect.poll(() => rig.transcript).toMatch(/250 2\.6\.0 Message accepted\r\n$/);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(11);
});

it("HELP names a subclass's own commands", () => {
  class Own extends SMTPServer {
    smtpXPING(): string {
      return '250 pong';
    }
  }
  class Shadowing extends Own {
    smtpVRFY(): string {
      return '250 mine';
    }
  }
  expect(() => new Shadowing()).toThrow('smtpVRFY: VRFY is here already; a hook of the handler changes it');
  class Further extends Own {
    smtpPONG(): string {
      return '250 ping';
    }
  }
  const make = (handler: Handler, options: SMTPServerOptions): SMTPServer => new Further(handler, options);
  const help = greeted({}, {}, make).say('HELP\r\n');
  expect(help).toMatch(/^214 2\.0\.0 Commands: HELO EHLO MAIL .* QUIT PONG XPING\r\n$/);
});
