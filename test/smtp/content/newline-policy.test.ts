import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { keeper, Rig } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

const MAIL = 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n';
const BARE = '550 5.6.0 Message holds a bare CR or LF; lines end with CR LF (curl: --crlf)\r\n';
const proxyProtocol = { timeout: 5000, trusted: 'anyone' } as const;

/** The last reply to a message with a bare LF that this client sends through a proxy, and what was stored. */
function send(client: string, options: SMTPServerOptions, content = 'DATA\r\na\nb\r\n.\r\n'): unknown[] {
  const kept = keeper();
  const rig = new Rig({ ...kept, handlePROXY: () => true }, { ...options, proxyProtocol });
  rig.conversation.start(true, false);
  const said = rig.say(`PROXY ${client}\r\n${MAIL}${content}`);
  return [said.split('\r\n').at(-2)?.slice(0, 3), kept.messages];
}

describe('rule 42: who may send a bare CR or LF', () => {
  const options: SMTPServerOptions = {
    bareNewlinesFor: {
      normalize: ['203.0.113.0/24', '2001:db8::/32'],
      preserve: ['203.0.113.7', '192.0.2.9'],
    },
  };

  it.each([
    ['TCP4 203.0.113.7 192.0.2.9 1 25', ['250', ['a\r\nb\r\n']]],
    ['TCP6 2001:db8::7 ::1 1 25', ['250', ['a\r\nb\r\n']]],
    ['TCP6 ::ffff:203.0.113.8 ::1 1 25', ['250', ['a\r\nb\r\n']]],
    ['TCP4 192.0.2.9 203.0.113.7 1 25', ['250', ['a\nb\r\n']]],
    ['TCP4 198.51.100.1 203.0.113.7 1 25', ['550', []]],
    ['UNKNOWN', ['550', []]],
  ])('goes by the source that the PROXY header names: %s', (client, outcome) => {
    expect(send(client, options)).toEqual(outcome);
  });

  it('is one policy for DATA and BDAT', () => {
    const chunk = 'BDAT 5 LAST\r\na\nb\r\n';
    expect(send('TCP4 203.0.113.8 192.0.2.9 1 25', options, chunk)).toEqual(['250', ['a\r\nb\r\n']]);
    expect(send('TCP4 192.0.2.9 192.0.2.9 1 25', options, chunk)).toEqual(['250', ['a\nb\r\n']]);
    expect(send('TCP4 198.51.100.1 192.0.2.9 1 25', options, chunk)).toEqual(['550', []]);
  });

  it('may be stricter for some', () => {
    const strict: SMTPServerOptions = {
      bareNewlines: 'preserve',
      bareNewlinesFor: { reject: ['203.0.113.7'] },
    };
    expect(send('TCP4 203.0.113.7 192.0.2.9 1 25', strict)).toEqual(['550', []]);
    expect(send('TCP4 203.0.113.8 192.0.2.9 1 25', strict)).toEqual(['250', ['a\nb\r\n']]);
  });

  it('differs by listener', async () => {
    const { server, dial } = await serve(keeper());
    const second = await server.listen({ host: '127.0.0.1', port: 0, bareNewlines: 'normalize' });
    const replyOf = async (client: Client): Promise<string> => {
      await client.until('truepeer\r\n');
      client.socket.write(`${MAIL}DATA\r\na\nb\r\n.\r\nQUIT\r\n`);
      return (await client.ended).split('\r\n').at(-3)!;
    };
    expect(`${await replyOf(dial())}\r\n`).toBe(BARE);
    expect(await replyOf(new Client(connect(second.port, '127.0.0.1')))).toBe('250 2.6.0 Message accepted');
    await expect(server.listen({ port: 0, bareNewlines: 'x' as 'reject' })).rejects.toThrow(/bareNewlines/);
  });

  it('a bad policy or network is refused by name', () => {
    const make = (bareNewlinesFor: object): SMTPServer => new SMTPServer({}, { bareNewlinesFor });
    expect(() => make({ tolerate: ['10.0.0.0/8'] })).toThrow(/bareNewlinesFor\.tolerate is unknown/);
    expect(() => make({ normalize: ['10.0.0.0/33'] })).toThrow(
      /bareNewlinesFor\.normalize: "10\.0\.0\.0\/33"/,
    );
  });
});
