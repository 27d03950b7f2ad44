import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { addressed, greeted, keeper, ready, settled } from '../harness.ts';

const SENDER_OK = '250 2.1.0 Sender ok\r\n';
const TOO_BIG = '552 5.3.4 Message is larger than this server takes\r\n';
const OK = '250 2.6.0 Message accepted\r\n';
const MIB = 2 ** 20;
/** What is sent is garbage at once, but is collected in its own time. */
const BOUND = 128 * MIB;

describe('rule 41: text lines', () => {
  it.each([998, 999, 1000, 1001, 65_536, 3_000_000])('of %i octets arrive as they are', (length) => {
    const handler = keeper();
    const line = `${'.'.repeat(length)}\r\n`;
    expect(addressed(handler).say(`DATA\r\n.${line}x\r\n.\r\n`)).toContain(OK);
    expect(handler.messages[0] === `${line}x\r\n`).toBe(true);
  });
});

describe('rule 44: the size of a message', () => {
  it.each(['DATA', 'BDAT'])('%s: the limit itself is taken, one octet more is refused at the end', (verb) => {
    for (const [octets, reply] of [
      [100, OK],
      [101, TOO_BIG],
    ] as const) {
      const handler = keeper();
      const content = `${'x'.repeat(octets - 2)}\r\n`;
      const wire = verb === 'DATA' ? `DATA\r\n${content}.\r\n` : `BDAT ${octets} LAST\r\n${content}`;
      const rig = addressed(handler, { dataSizeLimit: 100 });
      expect(rig.say(`${wire}NOOP\r\n`).endsWith(`${reply}250 2.0.0 Ok\r\n`)).toBe(true);
      expect(handler.messages.length).toBe(reply === OK ? 1 : 0);
    }
  });

  it.each([1000, 1001])(
    'a claim of 1,023 or 1,024 more than is sent: the content of %i decides',
    (octets) => {
      for (const more of [1023, 1024]) {
        const declared = Math.min(octets + more, 2024);
        const rig = ready(keeper(), { dataSizeLimit: 1000 });
        rig.say(`MAIL FROM:<a@a> SIZE=${declared}\r\nRCPT TO:<b@b>\r\n`);
        const content = `${'x'.repeat(octets - 2)}\r\n`;
        expect(rig.say(`BDAT ${octets} LAST\r\n${content}`)).toBe(octets > 1000 ? TOO_BIG : OK);
      }
    },
  );

  it('E10: SIZE=1 and 100 MiB: the claim decides nothing, the limit does, at the end and in little memory', () => {
    const handler = keeper();
    const rig = ready(handler, { dataSizeLimit: 4 * MIB });
    rig.say('MAIL FROM:<a@a> SIZE=1\r\nRCPT TO:<b@b>\r\nDATA\r\n');
    expect(flood(100 * MIB, (octets) => rig.say(octets))).toBeLessThan(BOUND);
    expect(rig.say('\r\n.\r\nNOOP\r\n')).toBe(`${TOO_BIG}250 2.0.0 Ok\r\n`);
    expect(
      ready(handler).say('MAIL FROM:<a@a> SIZE=1\r\nRCPT TO:<b@b>\r\nDATA\r\nlonger\r\n.\r\n'),
    ).toContain(OK);
    expect(handler.messages).toEqual(['longer\r\n']);
  });

  it('A2: 1 GiB without a line end stays within the limit, after DATA and in chunks', () => {
    const rig = addressed(keeper(), { dataSizeLimit: 4 * MIB });
    rig.say('DATA\r\n');
    expect(flood(1024 * MIB, (octets) => rig.say(octets))).toBeLessThan(BOUND);
    expect(rig.say('\r\n.\r\n')).toBe(TOO_BIG);
    rig.say('MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n');
    const failed = '503 5.5.1 An earlier chunk was refused; say RSET\r\n';
    for (let chunk = 0; chunk < 16; chunk++) {
      rig.say(`BDAT ${16 * MIB}\r\n`);
      expect(flood(16 * MIB, (octets) => rig.say(octets))).toBeLessThan(BOUND);
      expect(rig.transcript.endsWith(chunk === 0 ? TOO_BIG : failed)).toBe(true);
    }
  });
});

/** Sends so many octets in fresh buffers; gives the most memory that buffers took meanwhile. */
function flood(size: number, say: (octets: Buffer) => unknown): number {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let sent = 0; sent < size; sent += 65_536) {
    say(Buffer.alloc(65_536, 'x'));
    if (sent % (8 * MIB) === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  return most;
}

describe('rule 45: a server without a size limit', () => {
  const unlimited = { dataSizeLimit: 0 };
  const noSpace = '452 4.3.1 Insufficient system storage; try again later\r\n';

  it('offers SIZE without a number, and takes any declared size', () => {
    expect(greeted({}, unlimited).say('EHLO c\r\n')).toContain('250-SIZE\r\n');
    expect(ready({}, unlimited).say('MAIL FROM:<a@a> SIZE=99999999999999999999\r\n')).toBe(SENDER_OK);
  });

  it.each([
    ['SIZE=1000', 1000, SENDER_OK],
    ['SIZE=1001', 1000, noSpace],
    ['', 1, SENDER_OK],
    ['', 0, noSpace],
  ])('MAIL %s with %i octets free', async (parameter, free, reply) => {
    for (const answer of [free, Promise.resolve(free)]) {
      const asked: string[] = [];
      const handler: Handler = { freeSpace: () => answer, handleMAIL: () => void asked.push('MAIL') };
      const rig = ready(handler, unlimited);
      const before = rig.transcript.length;
      rig.say(`MAIL FROM:<a@a> ${parameter}\r\n`);
      await settled();
      expect(rig.transcript.slice(before)).toBe(reply);
      expect(asked.length).toBe(reply === SENDER_OK ? 1 : 0);
      expect(rig.conversation.envelope.mailFrom).toBe(reply === SENDER_OK ? 'a@a' : null);
    }
  });

  it('does not ask where there is a limit', () => {
    expect(ready({ freeSpace: () => 0 }).say('MAIL FROM:<a@a> SIZE=1000\r\n')).toBe(SENDER_OK);
  });
});

describe('rule 71: LIMITS', () => {
  it('states the limits that are kept, and no others', () => {
    const limits = (options: object): string =>
      /250-LIMITS (.*)\r\n/.exec(greeted({}, options).say('EHLO c\r\n'))![1]!;
    expect(limits({})).toBe('RCPTMAX=1000');
    expect(limits({ limits: { recipients: 123 } })).toBe('RCPTMAX=123');
    expect(limits({ commandCallLimit: { MAIL: 5, rcpt: 7 } })).toBe('RCPTMAX=7 MAILMAX=5');
    expect(limits({ commandCallLimit: 20 })).toBe('RCPTMAX=20 MAILMAX=20');
  });

  it('MAILMAX is the number of MAIL commands that a session has', () => {
    const rig = ready(keeper(), { commandCallLimit: { mail: 2 } });
    const message = 'MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\nx\r\n.\r\n';
    expect(rig.say(message + message).match(/250 2\.6\.0/g)).toHaveLength(2);
    expect(rig.say('MAIL FROM:<a@a>\r\n')).toBe('421 4.7.0 MAIL sent too many times\r\n');
  });
});
