import { describe, expect, it } from 'vitest';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { addressed, greeted, keeper, ready, Rig, settled } from '../harness.ts';

const TOO_SLOW = '421 4.4.2 Timeout waiting for a command\r\n';
const NO_CONTENT = '421 4.4.2 Timeout waiting for the message\r\n';
const auth: SMTPServerOptions = { authenticator: () => false, authRequireTLS: false };

function proxied(): Rig {
  const rig = new Rig({ handlePROXY: () => true }, { proxyProtocol: { timeout: 5000, trusted: 'anyone' } });
  rig.conversation.start(true, false);
  return rig;
}

function after(rig: Rig, lines: string): Rig {
  rig.say(lines);
  return rig;
}

/** Seconds that a client gets who sends one octet each second, and what it is told. */
function drip(rig: Rig, octets: string): [seconds: number, reply: string, closed: string | undefined] {
  const from = rig.time;
  for (let sent = 0; rig.deadlineAt > rig.time + 1000; sent++) {
    rig.time += 1000;
    rig.say(octets[sent % octets.length]!);
  }
  return [Math.round((rig.deadlineAt - from) / 1000), rig.expire(), rig.closed];
}

describe('E1: a drip has an end in every phase', () => {
  it.each([
    ['the PROXY header', proxied, 'PROXY TCP4 203.0.113.7 1', 5, '', 'proxy-header'],
    ['a command', () => ready(), 'NOOP', 300, TOO_SLOW, 'timeout'],
    ['the first command', () => greeted(), 'EHLO', 300, TOO_SLOW, 'timeout'],
    ['an answer to AUTH', () => after(ready({}, auth), 'AUTH PLAIN\r\n'), 'A', 300, TOO_SLOW, 'timeout'],
    ['content', () => after(addressed(keeper()), 'DATA\r\n'), 'x', 180, NO_CONTENT, 'timeout'],
    ['a chunk', () => after(addressed(keeper()), 'BDAT 99999 LAST\r\n'), 'x', 180, NO_CONTENT, 'timeout'],
    ['a chunk that is dropped', () => after(ready(), 'BDAT 99999 LAST\r\n'), 'x', 180, NO_CONTENT, 'timeout'],
  ] as const)('%s', (_phase, make, octets, seconds, reply, closed) => {
    const [given, told, reason] = drip(make(), octets);
    expect([given, told, reason]).toEqual([seconds, reply, closed]);
  });

  it('content at the minimum rate of 500 octets a second is waited for, at half of it not', () => {
    for (const [rate, reaches] of [
      [500, true],
      [250, false],
    ] as const) {
      const rig = after(addressed(keeper(), { dataSizeLimit: 0 }), 'DATA\r\n');
      const piece = Buffer.alloc(rate, 'x');
      let seconds = 0;
      while (seconds < 3600 && rig.deadlineAt > rig.time + 1000) {
        rig.time += 1000;
        seconds++;
        rig.say(piece);
      }
      expect(seconds === 3600).toBe(reaches);
      // At half the rate each second costs half a second of the 180.
      if (!reaches) expect(seconds).toBeCloseTo(359, -1);
    }
  });

  it('what was sent fast at first earns no more than the patience of one timeout', () => {
    const rig = after(addressed(keeper(), { dataSizeLimit: 0 }), 'DATA\r\n');
    rig.say(Buffer.alloc(10_000_000, 'x'));
    expect(rig.deadlineAt - rig.time).toBe(180_000);
  });
});

describe('E1 and F3: the time that a handler takes is not the time of the client', () => {
  it.each(['DATA\r\n', 'BDAT 1000000\r\n'])('%j', async (begin) => {
    let read = (): void => {};
    const rig = addressed({
      async handleContent(_server, _session, _envelope, content) {
        await new Promise<void>((resolve) => (read = resolve));
        for await (const piece of content) expect(piece.length).toBeGreaterThan(0);
      },
    });
    rig.say(begin);
    rig.time += 10_000;
    rig.say(Buffer.alloc(100_000, 'x'));
    expect([rig.held, rig.deadlineAt - rig.time]).toEqual([true, 300_000]);
    rig.time += 170_000;
    read();
    await settled();
    expect([rig.held, rig.deadlineAt - rig.time]).toEqual([false, 180_000]);
  });
});

describe('E1: all chunks of a message have one deadline', () => {
  it.each([
    ['one octet in each', 'BDAT 1\r\nx', 1],
    ['none in each', 'BDAT 0\r\n', 1],
    ['a chunk and a pause that 500 octets a second do not allow', `BDAT 600\r\n${'x'.repeat(600)}`, 2],
  ])('%s', (_what, chunk, every) => {
    const rig = after(addressed(keeper()), 'BDAT 1\r\nx');
    const from = rig.time;
    for (let sent = 0; sent < 90 && rig.deadlineAt > rig.time + every * 1000; sent++) {
      rig.time += every * 1000;
      rig.say(chunk);
    }
    expect(rig.deadlineAt - from).toBeLessThan(300_000);
    rig.expire();
    expect(rig.closed).toBe('timeout');
  });

  it('chunks at the minimum rate are waited for, however small', () => {
    const rig = after(addressed(keeper(), { dataSizeLimit: 0 }), 'BDAT 1\r\nx');
    const second = `BDAT 100\r\n${'x'.repeat(100)}`.repeat(5);
    for (let seconds = 0; seconds < 1000; seconds++) {
      rig.time += 1000;
      expect(rig.deadlineAt).toBeGreaterThan(rig.time);
      rig.say(second);
    }
    expect(rig.say('BDAT 0 LAST\r\n')).toBe('250 2.6.0 Message accepted\r\n');
    // Commands have their own time again.
    expect(rig.deadlineAt - rig.time).toBe(300_000);
  });

  it('time of a hook between chunks is not the time of the client', async () => {
    let answer = (): void => {};
    const rig = addressed({
      ...keeper(),
      handleNOOP: () => new Promise<undefined>((resolve) => (answer = () => resolve(undefined))),
    });
    rig.say('BDAT 1\r\nx');
    rig.time += 10_000;
    rig.say('NOOP\r\n');
    rig.time += 200_000;
    answer();
    await settled();
    expect(rig.deadlineAt - rig.time).toBeCloseTo(170_002, -2);
  });
});

it('E1 and F3: a long message through a handler that is always behind is not cut', async () => {
  let octets = 0;
  const rig = addressed(
    {
      async handleContent(_server, _session, _envelope, content) {
        for await (const piece of content) {
          octets += piece.length;
          await settled();
        }
      },
    },
    { dataSizeLimit: 0 },
  );
  rig.say('DATA\r\n');
  for (let round = 0; round < 40; round++) {
    rig.time += 10_000;
    // The first piece is on its way to the handler, the second one has to wait.
    rig.say(Buffer.alloc(100, 'x'));
    rig.say(Buffer.alloc(65_536, 'x'));
    expect(rig.held).toBe(true);
    while (rig.held) await settled();
    expect(rig.deadlineAt).toBeGreaterThan(rig.time + 10_000);
  }
  rig.say('\r\n.\r\n');
  for (let turn = 0; turn < 5; turn++) await settled();
  expect(rig.transcript.endsWith('250 2.6.0 Message accepted\r\n')).toBe(true);
  expect(octets).toBe(40 * 65_636 + 2);
});

describe('rule 62: the longest line of AUTH', () => {
  const plain = (base64Length: number): string => {
    const octets = (base64Length / 4) * 3;
    return Buffer.concat([Buffer.from('\0tim\0'), Buffer.alloc(octets - 5, 'x')]).toString('base64');
  };
  const long = '500 5.5.6 Authentication exchange line is too long\r\n';

  it.each([12_284, 12_288])('%i octets of base64 are read', (length) => {
    expect(after(ready({}, auth), 'AUTH PLAIN\r\n').say(`${plain(length)}\r\n`)).toBe('');
    expect(ready({}, auth).say(`AUTH PLAIN ${plain(length)}\r\n`)).toBe('');
  });

  it.each([12_292, 20_000, 60_000])('%i are 500 5.5.6, and the session goes on', (length) => {
    const rig = after(ready({}, auth), 'AUTH PLAIN\r\n');
    expect(rig.say(`${plain(length)}\r\nNOOP\r\n`)).toBe(`${long}250 2.0.0 Ok\r\n`);
    expect(rig.say(`AUTH PLAIN ${plain(length)}\r\nNOOP\r\n`)).toBe(`${long}250 2.0.0 Ok\r\n`);
  });

  it('rule 1: a bare LF ends no answer either, and nothing behind it is executed', () => {
    const rig = after(ready({}, auth), 'AUTH PLAIN\r\n');
    expect(rig.say(`${plain(40)}\nNOOP\r\n`)).toBe(
      '500 5.5.2 Lines end with CR LF; a bare LF ends nothing\r\n',
    );
    expect(rig.closed).toBe('not-smtp');
  });
});
