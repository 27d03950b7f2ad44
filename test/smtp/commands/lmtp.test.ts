import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { LMTPServer } from '../../../src/smtp/server/lmtp-server.ts';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { LMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { greeted, keeper, ready, type Rig, settled } from '../harness.ts';

function lmtp(handler: Handler = keeper(), options: LMTPServerOptions = {}): Rig {
  const rig = greeted(handler, options, (own, given) => new LMTPServer(own, given));
  rig.say('LHLO c.test\r\nMAIL FROM:<a@a.test>\r\n');
  rig.say('RCPT TO:<one@b.test>\r\nRCPT TO:<two@b.test>\r\nRCPT TO:<one@b.test>\r\n');
  return rig;
}

const START = '354 End data with <CR><LF>.<CR><LF>\r\n';

describe('rule 73: LMTP (RFC 2033)', () => {
  it('greets with LHLO only, and offers what it must', () => {
    const rig = greeted({}, {}, (handler, options) => new LMTPServer(handler, options));
    expect(rig.transcript).toBe('220 mx.test LMTP truepeer\r\n');
    const unknown = '500 5.5.2 Command not recognised\r\n';
    expect(rig.say('HELO c\r\nEHLO c\r\n')).toBe(unknown.repeat(2));
    expect(rig.say('LHLO c\r\n')).toMatch(/250-PIPELINING\r\n(?:.*\r\n)*250-ENHANCEDSTATUSCODES\r\n/);
    expect(ready().say('LHLO c\r\n')).toBe(unknown);
  });

  it('one reply for each accepted recipient, duplicates included', () => {
    expect(lmtp().say('DATA\r\nx\r\n.\r\nNOOP\r\n')).toBe(
      `${START}${'250 2.6.0 Message accepted\r\n'.repeat(3)}250 2.0.0 Ok\r\n`,
    );
    expect(lmtp().say('BDAT 3 LAST\r\nx\r\n')).toBe('250 2.6.0 Message accepted\r\n'.repeat(3));
  });

  it('the handler answers for each, in order, at once or by a promise', async () => {
    const replies = ['250 2.1.5 first', { code: 452, enhanced: '4.2.2', text: 'full' }, undefined];
    const told = `250 2.1.5 first\r\n452 4.2.2 full\r\n250 2.6.0 Message accepted\r\n`;
    expect(lmtp({ handleDATA: () => replies }).say('DATA\r\nx\r\n.\r\n')).toBe(START + told);
    const rig = lmtp({
      async handleContent(_server, _session, _envelope, content) {
        for await (const piece of content) expect(piece.toString()).toBe('x\r\n');
        return replies;
      },
    });
    rig.say('DATA\r\nx\r\n.\r\n');
    await settled();
    expect(rig.transcript.endsWith(START + told)).toBe(true);
  });

  it('refusals are repeated for each; a list of the wrong length is a failure of the handler', () => {
    const bare = '550 5.6.0 Message holds a bare CR or LF; lines end with CR LF (curl: --crlf)\r\n';
    expect(lmtp().say('DATA\r\nx\ny\r\n.\r\n')).toBe(START + bare.repeat(3));
    const failed = '451 4.3.0 Local error; try again later\r\n';
    expect(lmtp({ handleDATA: () => ['250 ok'] }).say('DATA\r\nx\r\n.\r\n')).toBe(START + failed.repeat(3));
    const rig = ready({ handleDATA: () => ['250 ok', '250 ok'] });
    expect(rig.say('MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\nx\r\n.\r\n')).toContain(failed);
  });

  it('without an accepted recipient there is no content', () => {
    const rig = greeted({}, {}, (handler, options) => new LMTPServer(handler, options));
    rig.say('LHLO c.test\r\nMAIL FROM:<a@a.test>\r\n');
    expect(rig.say('DATA\r\n')).toBe('503 5.5.1 No recipient has been accepted\r\n');
  });

  it('never on port 25', async () => {
    await expect(new LMTPServer(keeper()).listen({ port: 25 })).rejects.toThrow(/port 25/);
  });

  it('separateReplies: each recipient has a reply in a segment of its own, and what follows comes after', async () => {
    const options = { separateReplies: true };
    const rig = lmtp(keeper(), options);
    rig.say('DATA\r\nx\r\n.\r\nNOOP\r\n');
    expect(rig.apart).toEqual(Array(3).fill('250 2.6.0 Message accepted\r\n'));
    expect(rig.transcript.endsWith(`${START}${rig.apart.join('')}250 2.0.0 Ok\r\n`)).toBe(true);
    for (const [handler, reply] of [
      [{ handleDATA: () => '552 5.2.2 Full' }, '552 5.2.2 Full\r\n'],
      [{ handleDATA: () => Promise.reject(new Error('no')) }, '451 4.3.0 Local error; try again later\r\n'],
    ] as const) {
      const other = lmtp(handler as Handler, options);
      other.say('DATA\r\nx\r\n.\r\n');
      await settled();
      expect(other.apart).toEqual(Array(3).fill(reply));
    }
    const refused = lmtp(keeper(), options);
    refused.say('DATA\r\nx\n\r\n.\r\n');
    expect(refused.apart.map((wire) => wire.slice(0, 9))).toEqual(Array(3).fill('550 5.6.0'));
    expect(lmtp().apart).toEqual([]);
  });

  it('separateReplies: segments of a socket, in order, also before QUIT and the end', async () => {
    const server = new LMTPServer(
      { handleDATA: (_server, _session, { rcptTos }) => rcptTos.map((_, at) => `250 2.1.5 copy ${at}`) },
      { hostname: 'mx.test', separateReplies: true },
    );
    onTestFinished(() => server.close({ drain: 0 }));
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    for (const last of ['', 'QUIT\r\n']) {
      const socket = connect(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      const segments: string[] = [];
      socket.on('data', (octets) => void segments.push(octets.toString()));
      const heard = async (end: string): Promise<void> => {
        while (!segments.join('').endsWith(end)) await once(socket, 'data');
      };
      await heard('220 mx.test LMTP truepeer\r\n');
      socket.write(`LHLO c\r\nMAIL FROM:<>\r\n${'RCPT TO:<a@a.test>\r\n'.repeat(4)}DATA\r\n`);
      await heard('354 End data with <CR><LF>.<CR><LF>\r\n');
      segments.length = 0;
      const copies = [0, 1, 2, 3].map((at) => `250 2.1.5 copy ${at}\r\n`);
      socket.write(`x\r\n.\r\n${last}`);
      await heard(last === '' ? copies.at(-1)! : '221 2.0.0 Bye\r\n');
      if (last === '') expect(segments).toEqual(copies);
      else expect(segments.join('')).toBe(`${copies.join('')}221 2.0.0 Bye\r\n`);
    }
  });

  it('separateReplies is an option of LMTP', () => {
    const option = { separateReplies: true };
    expect(() => new SMTPServer(keeper(), option as object)).toThrow('option separateReplies is unknown');
    expect(() => new LMTPServer(keeper(), { separateReplies: 1 } as object)).toThrow(
      'option separateReplies',
    );
  });
});
