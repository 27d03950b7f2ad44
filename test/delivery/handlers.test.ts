import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { Debugging } from '../../src/delivery/debugging.ts';
import { MailMessage } from '../../src/delivery/mail-message.ts';
import { optionError } from '../../src/wire/messages/option-error.ts';
import { Message } from '../../src/delivery/message.ts';
import { Sink } from '../../src/delivery/sink.ts';
import type { Handler } from '../../src/smtp/api/handler.ts';
import { SMTPServer } from '../../src/smtp/server/server.ts';
import { envelope, session } from './support.ts';

/** Sends one message to the handler, behind a PROXY header; gives the reply to it. */
async function replyTo(handler: Handler, content: string): Promise<string | undefined> {
  const server = new SMTPServer(handler, { proxyProtocol: { timeout: 5000, trusted: ['127.0.0.0/8'] } });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect(port, '127.0.0.1');
  socket.write(
    'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\nEHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n',
  );
  socket.write(`${content}.\r\nQUIT\r\n`);
  const replies = await text(socket);
  await server.close();
  return replies.split('\r\n').at(-3);
}

describe('Sink', () => {
  it('takes everything and keeps nothing', async () => {
    expect(await replyTo(new Sink(), 'x\r\n'.repeat(100_000))).toBe('250 2.6.0 Message accepted');
  });
});

describe('Debugging', () => {
  it('prints a message and its envelope', async () => {
    let printed = '';
    expect(
      await replyTo(new Debugging({ write: (part) => (printed += part) }), 'Subject: x\r\n\r\n..\r\n'),
    ).toBe('250 2.6.0 Message accepted');
    expect(printed).toBe(
      [
        '---------- MESSAGE FOLLOWS ----------',
        'client: 203.0.113.7 port 4321',
        'mail from: <a@b>',
        'rcpt to: <c@d>',
        '',
        'Subject: x',
        '',
        '.',
        '------------ END MESSAGE ------------',
        '',
      ].join('\n'),
    );
  });

  it('prints nothing that a terminal obeys', () => {
    let printed = '';
    const given = envelope('"\u202e"@example.net');
    given.content = Buffer.from('Subject: \u001b]0;owned\u0007\r\n\r\n\ra\nb\u009b\r\n');
    new Debugging({ write: (part) => (printed += part) }).handleDATA(undefined, session(), given);
    expect(printed).toMatch(/^[\n\u0020-\u007e]*$/u);
    expect(printed.split('\n').slice(3, 8)).toEqual([
      'rcpt to: <"\\u{202e}"@example.net>',
      '',
      'Subject: \\x1b]0;owned\\x07',
      '',
      '\\x0da\\x0ab\\x9b',
    ]);
  });
});

describe('Message', () => {
  it('gives the message to a function, whose reply counts', async () => {
    const seen: unknown[] = [];
    const handler = new Message((message, { client }, { rcptTos }) => {
      seen.push([message.get('SUBJECT'), message.body.toString(), client.address, rcptTos]);
      return Promise.resolve('550 5.7.1 not this one');
    });
    expect(await replyTo(handler, 'Subject: x\r\n\r\nbody\r\n')).toBe('550 5.7.1 not this one');
    expect(seen).toEqual([['x', 'body\r\n', '203.0.113.7', ['c@d']]]);
  });

  it('makes 451 of an error, and says nothing of it', async () => {
    const handler = new Message(() => {
      throw new Error('a secret');
    });
    expect(await replyTo(handler, '\r\n')).toMatch(/^451 4\.3\.0 (?!.*secret)/u);
  });

  it('wants a function', () => {
    expect(() => new Message(undefined as never)).toThrow(
      optionError('ERR_INVALID_ARG_TYPE', 'take: a function is expected'),
    );
  });
});

describe('MailMessage', () => {
  it.each([
    { name: 'nothing', content: '', fields: [], body: '' },
    { name: 'a body only', content: '\r\nA: b\r\n', fields: [], body: 'A: b\r\n' },
    { name: 'a header only', content: 'A: b\r\n', fields: [['A', 'b']], body: '' },
    { name: 'a header without an end', content: 'A: b', fields: [['A', 'b']], body: '' },
    {
      name: 'folded, repeated and empty fields, blanks around',
      content:
        'Received: one\r\n\ttwo\r\n  three\r\nreceived:four \r\nX:\r\nSubject : old\r\n\r\nbody\r\n\r\nmore',
      fields: [
        ['Received', 'one\ttwo  three'],
        ['received', 'four'],
        ['X', ''],
        ['Subject', 'old'],
      ],
      body: 'body\r\n\r\nmore',
    },
    {
      name: 'lines that are no field',
      content: 'no field\r\n: x\r\nA: b\r\n\r\n',
      fields: [['A', 'b']],
      body: '',
    },
    {
      name: 'UTF-8 in a field',
      content: 'Subject: j\u00f8rn\r\n\r\n',
      fields: [['Subject', 'j\u00f8rn']],
      body: '',
    },
  ])('$name', ({ content, fields, body }) => {
    const message = new MailMessage(Buffer.from(content));
    expect(message.fields.map(({ name, value }) => [name, value])).toEqual(fields);
    expect(message.body.toString()).toBe(body);
  });

  const MIB = 1_048_576;

  it('reads fields as far as a header section goes that anybody means, and finds the body behind any', () => {
    const message = new MailMessage(
      Buffer.concat([Buffer.alloc(3 * MIB, 'a:\r\n'), Buffer.from('\r\nbody')]),
    );
    expect([message.fields.length, message.body.toString()]).toEqual([MIB / 4 - 1, 'body']);
  });

  it.each([
    [16, 'A B C'],
    [15, 'A B'],
    [11, 'A B'],
    [10, 'A'],
    [9, 'A'],
    [1, 'A'],
    [0, ''],
  ])(
    'a field that may go on where no more is read, %i octets behind the first, is left out',
    (left, names) => {
      const first = `A: ${'x'.repeat(MIB - left - 5)}\r\n`;
      const message = new MailMessage(Buffer.from(`${first}B: 12345\r\nC: d\r\n\r\n`));
      expect(message.fields.map(({ name }) => name).join(' ')).toBe(names);
    },
  );

  it('finds fields by name in any case, the first or all of them', () => {
    const message = new MailMessage(Buffer.from('A: 1\r\na: 2\r\nB: 3\r\n\r\n'));
    expect([message.get('a'), message.getAll('A'), message.get('C'), message.getAll('C')]).toEqual([
      '1',
      ['1', '2'],
      undefined,
      [],
    ]);
  });
});
