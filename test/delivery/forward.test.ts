import { connect } from 'node:net';
import fc from 'fast-check';
import { createTransport } from 'nodemailer';
import { expect, it, onTestFinished } from 'vitest';
import { Forward, type RefusedRecipient } from '../../src/delivery/forward.ts';
import type { Handler } from '../../src/smtp/api/handler.ts';
import { LMTPServer } from '../../src/smtp/server/lmtp-server.ts';
import type { SMTPServerOptions } from '../../src/smtp/api/options/options.ts';
import { SMTPServer } from '../../src/smtp/server/server.ts';
import { Client } from '../smtp/loopback.ts';
import { comparable } from '../../src/delivery/passable.ts';
import { quoteLocalPart } from '../../src/smtp/grammar/address.ts';
import { envelope, SERVER, session } from './support.ts';

const MESSAGE = 'Subject: gr\u00fc\u00dfe\r\n\r\n.dot\r\n..\r\nend\r\n';

const SENDERS: Readonly<Record<string, string>> = {
  'banned@a.test': '550 5.7.1 Not you',
  'stranger@a.test': '530 5.7.0 Authentication required',
  'late@a.test': '421 4.3.2 Going down',
};

interface Kept {
  readonly from: string | null;
  readonly to: readonly string[];
  readonly options: readonly string[];
  readonly content: string;
}

/** The next server: it refuses some recipients, senders and messages, and keeps the others. */
async function next(lmtp = false): Promise<{ kept: Kept[]; port: number }> {
  const kept: Kept[] = [];
  const handler: Handler = {
    handleMAIL: (_server, _session, _envelope, address) => SENDERS[address],
    handleRCPT: (_server, _session, _envelope, address) =>
      address.startsWith('no') ? `550 5.1.1 No ${address}` : undefined,
    handleDATA: (_server, _session, mail) => {
      const content = mail.content!.toString();
      if (content.includes('spam')) return '554 5.7.1 No spam';
      const { mailFrom: from, rcptTos: to, mailOptions: options } = mail;
      kept.push({ from, to, options, content });
      return '250 2.6.0 Kept as 7';
    },
  };
  const server = new (lmtp ? LMTPServer : SMTPServer)(handler, { hostname: 'next.test' });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close({ drain: 0 }));
  return { kept, port };
}

/** A client of a server that forwards to `port`, greeted. */
async function dial(
  port: number,
  options: {
    lmtp?: boolean;
    onRefused?: (refused: readonly RefusedRecipient[]) => void;
  } & SMTPServerOptions = {},
): Promise<Client> {
  const { lmtp = false, onRefused, ...given } = options;
  const transport = createTransport({ host: '127.0.0.1', port, name: 'middle.test', ignoreTLS: true });
  const handler = new Forward(transport, onRefused && { onRefused });
  const server = new (lmtp ? LMTPServer : SMTPServer)(handler, { hostname: 'middle.test', ...given });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close({ drain: 0 }));
  const client = new Client(connect(address.port, '127.0.0.1'));
  await client.until('truepeer\r\n');
  await client.ask(`${lmtp ? 'LHLO' : 'EHLO'} c.test`);
  return client;
}

/** Sends one message; gives the replies to its content. */
async function send(client: Client, from: string, to: readonly string[], content: string): Promise<string[]> {
  await client.ask(`MAIL FROM:<${from}>`);
  for (const address of to) await client.ask(`RCPT TO:<${address}>`);
  await client.ask('DATA');
  client.socket.write(`${content.replaceAll(/^\./gm, '..')}.\r\nNOOP\r\n`);
  return (await client.until('250 2.0.0 Ok\r\n')).split('\r\n').slice(0, -2);
}

it('passes a message on whole, and the reply back', async () => {
  const { kept, port } = await next();
  const client = await dial(port);
  for (const from of ['a@a.test', '']) {
    expect(await send(client, from, ['b@b.test'], MESSAGE)).toEqual(['250 2.6.0 Kept as 7']);
    const [{ content, options, ...rest } = { content: '', options: [] }] = kept.splice(0);
    expect(rest).toEqual({ from, to: ['b@b.test'] });
    expect(options).toEqual(['BODY=8BITMIME', `SIZE=${Buffer.byteLength(content)}`]);
    const [trace = '', message] = content.split(/(?<=\r\n)(?=Subject)/);
    expect(trace).toMatch(
      /^Received: from c\.test \(\[127\.0\.0\.1\]\)\r\n\tby middle\.test with ESMTP id \w+\r\n/,
    );
    expect(message).toBe(MESSAGE);
  }
});

it('what the next server refuses is refused, in its words', async () => {
  const { kept, port } = await next();
  const client = await dial(port);
  const reply = (from: string, to: string, content = MESSAGE): Promise<string[]> =>
    send(client, from, [to], content);
  expect(await reply('a@a.test', 'nobody@b.test')).toEqual(['550 5.1.1 No nobody@b.test']);
  expect(await reply('banned@a.test', 'b@b.test')).toEqual(['550 5.7.1 Not you']);
  expect(await reply('a@a.test', 'b@b.test', 'spam\r\n')).toEqual(['554 5.7.1 No spam']);
  expect(kept).toEqual([]);
});

it('what concerns the two servers alone is 451 and a line in the log', async () => {
  const { port } = await next();
  const errors: string[] = [];
  const diagnostics: SMTPServerOptions['diagnostics'] = ({ error }) => {
    if (error instanceof Error) errors.push(error.message);
  };
  const client = await dial(port, { diagnostics });
  const busy = ['451 4.3.0 Local error; try again later'];
  expect(await send(client, 'stranger@a.test', ['b@b.test'], MESSAGE)).toEqual(busy);
  expect(await send(client, 'late@a.test', ['b@b.test'], MESSAGE)).toEqual(busy);
  const away = await dial(1, { diagnostics });
  expect(await send(away, 'a@a.test', ['b@b.test'], MESSAGE)).toEqual(busy);
  expect(errors).toEqual([
    expect.stringContaining('530'),
    expect.stringContaining('421'),
    expect.stringContaining('ECONNREFUSED'),
  ]);
});

it('one recipient a message, so that nobody is told 250 for another', async () => {
  const { kept, port } = await next();
  const client = await dial(port);
  expect(await client.ask('EHLO c.test')).toContain('250-LIMITS RCPTMAX=1\r\n');
  await client.ask('MAIL FROM:<a@a.test>');
  expect(await client.ask('RCPT TO:<b@b.test>')).toMatch(/^250 /);
  expect(await client.ask('RCPT TO:<no@b.test>')).toMatch(/^452 4\.5\.3 /);
  await client.ask('RSET');
  expect(kept).toEqual([]);
});

it('several, where somebody sees to the refused ones', async () => {
  const { kept, port } = await next();
  const refused: unknown[] = [];
  const client = await dial(port, { onRefused: (addresses) => void refused.push(...addresses) });
  expect(await client.ask('EHLO c.test')).toContain('250-LIMITS RCPTMAX=1000\r\n');
  const to = ['b@b.test', 'no@b.test', 'c@b.test'];
  expect(await send(client, 'a@a.test', to, MESSAGE)).toEqual(['250 2.6.0 Kept as 7']);
  expect(kept.map(({ to: taken }) => taken)).toEqual([['b@b.test', 'c@b.test']]);
  expect(refused).toEqual([{ address: 'no@b.test', reply: '550 5.1.1 No no@b.test' }]);
  expect(await send(client, 'a@a.test', ['no@b.test', 'nor@b.test'], MESSAGE)).toEqual([
    '550 5.1.1 No nor@b.test',
  ]);
});

it('under LMTP each recipient has its own reply', async () => {
  const { kept, port } = await next();
  const client = await dial(port, { lmtp: true });
  // Transports write domains their own way.
  expect(await send(client, 'a@a.test', ['b@b.test', 'no@B.Test', 'c@b.test'], MESSAGE)).toEqual([
    '250 2.6.0 Kept as 7',
    '550 5.1.1 No no@b.test',
    '250 2.6.0 Kept as 7',
  ]);
  expect(kept).toHaveLength(1);
  expect(await send(client, 'a@a.test', ['no@b.test', 'nor@b.test'], MESSAGE)).toEqual([
    '550 5.1.1 No no@b.test',
    '550 5.1.1 No nor@b.test',
  ]);
});

it('a refusal for nobody that is known never makes a 250', async () => {
  const error = { recipient: 'else@b.test', command: 'RCPT TO', response: '550 5.1.1 Nobody' };
  const forward = new Forward({
    sendMail: () => Promise.resolve({ response: '250 Ok', rejectedErrors: [error] }),
  });
  const facts = [SERVER, session(true), envelope('b@b.test', 'c@b.test')] as const;
  const busy = '451 4.4.1 The next server did not take the message; try again later';
  expect(await forward.handleDATA(...facts)).toEqual([busy, busy]);
});

it('offers nothing that the next server could not be asked for', async () => {
  const { port } = await next();
  const client = await dial(port);
  expect(await client.ask('EHLO c.test')).not.toMatch(/BINARYMIME|DSN|REQUIRETLS/);
  expect(await client.ask('MAIL FROM:<a@a.test> BODY=binarymime')).toMatch(/^554 5\.6\.3 /);
  const required = new Forward({ sendMail: () => Promise.resolve({}) });
  const refuse = required.handleMAIL.bind(required) as (...facts: unknown[]) => unknown;
  expect(refuse(0, 0, 0, 'a@a.test', ['RequireTLS'])).toMatch(/^550 5\.7\.30 /);
  expect(() => new Forward({} as never)).toThrow(/^transport: /);
});

const REFUSED = '553 5.1.3 This recipient address cannot be passed on from here';

it.each([
  '" "',
  '"  "',
  '"<"',
  '"a<b>"',
  '">a"',
  '" a"',
  '"a "',
  String.raw`"\""`,
  String.raw`"a\""`,
  '\u3000a',
  'a\u00a0b',
  '"a\u2028b"',
])('a local part that would become another one is refused: %j', async (local) => {
  const { kept, port } = await next();
  const client = await dial(port);
  expect(await client.ask(`MAIL FROM:<${local}@a.test> SMTPUTF8`)).toMatch(/^5(?:53 5\.1\.7|01) /);
  await client.ask('MAIL FROM:<a@a.test> SMTPUTF8');
  expect(await client.ask(`RCPT TO:<${local}@b.test>`)).toMatch(/^5(?:53 5\.1\.3|01) /);
  expect(kept).toEqual([]);
});

it.each(['1.2.3', '0x7f.1', '127'])(
  'a domain that would become an IPv4 address is refused: %s',
  async (domain) => {
    const { port } = await next();
    const client = await dial(port);
    await client.ask('MAIL FROM:<a@a.test>');
    expect(await client.ask(`RCPT TO:<b@${domain}>`)).toBe(`${REFUSED}\r\n`);
  },
);

it('an address that is accepted is the one that the next server hears', async () => {
  const { kept, port } = await next();
  const character = fc.constantFrom(...'ab.,;:()[]<>@\\"\' \u00e4=/', '\u3000', '\ufeff', '\u65e5');
  const local = fc
    .array(character, { minLength: 1, maxLength: 6 })
    .map((all) => quoteLocalPart(all.join('')));
  const domain = fc.constantFrom(
    'b.test',
    'B.Test',
    'b\u00fc.test',
    'xn--b-xga.test',
    '[192.0.2.1]',
    '[IPv6:::1]',
    '1.2',
  );
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(local, local, domain, async (from, to, host) => {
      // A connection of its own: what is refused has a budget.
      const client = await dial(port);
      const said = [`MAIL FROM:<${from}@${host}> SMTPUTF8`, `RCPT TO:<${to}@${host}>`];
      for (const line of said)
        if (!(await client.ask(line)).startsWith('250')) return void client.socket.destroy();
      accepted++;
      await client.ask('DATA');
      await client.ask('\r\nbody\r\n.');
      client.socket.destroy();
      const [message] = kept.splice(0);
      expect([message?.from, ...(message?.to ?? [])].map((each) => comparable(each ?? ''))).toEqual(
        [from, to].map((each) => comparable(`${each}@${host}`)),
      );
    }),
    { seed: 20261130, numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(50);
});

it('a header that needs SMTPUTF8 alone is refused, one that an address asks for is passed on', async () => {
  const { kept, port } = await next();
  const client = await dial(port);
  const mail = async (to: string, content: string): Promise<string> => {
    await client.ask('MAIL FROM:<a@a.test> SMTPUTF8');
    await client.ask(`RCPT TO:<${to}>`);
    await client.ask('DATA');
    return client.ask(`${content}\r\n.`);
  };
  expect(await mail('b@b.test', MESSAGE)).toMatch(/^554 5\.6\.9 /);
  expect(kept).toEqual([]);
  expect(await mail('b@b.test', 'Subject: x\r\n\r\ngr\u00fc\u00dfe')).toMatch(/^250 /);
  expect(await mail('b\u00fc@b.test', MESSAGE)).toMatch(/^250 /);
  expect(kept.map(({ options }) => options.includes('SMTPUTF8'))).toEqual([false, true]);
});

it('content keeps its octets, its SIZE is exact, and what would be changed is refused', async () => {
  const { kept, port } = await next();
  const client = await dial(port, { bareNewlines: 'preserve' });
  const mail = async (content: string): Promise<string> => {
    await client.ask('MAIL FROM:<a@a.test>');
    await client.ask('RCPT TO:<b@b.test>');
    client.socket.write(`BDAT ${Buffer.byteLength(content)} LAST\r\n${content}NOOP\r\n`);
    return client.until('250 2.0.0 Ok\r\n');
  };
  for (const content of ['A: b\n\nc\n', 'A: b\r\rc\r', 'A: b\r\n\r\nc\r'])
    expect(await mail(content)).toMatch(/^554 5\.6\.0 /);
  expect(kept).toEqual([]);
  for (const [content, passed] of [
    ['A: b\r\n\r\n.c', 'A: b\r\n\r\n.c\r\n'],
    ['A: b\r\n\r\n..\r\n.\r\n', 'A: b\r\n\r\n..\r\n.\r\n'],
    ['\r\n', '\r\n'],
  ] as const) {
    expect(await mail(content)).toMatch(/^250 /);
    const [message] = kept.splice(0);
    expect(message?.content.endsWith(`\r\n${passed}`)).toBe(true);
    expect(message?.options).toContain(`SIZE=${Buffer.byteLength(message?.content ?? '')}`);
  }
});

it('a transport that says another address than it was given has not passed the message on', async () => {
  const say = (to: string): Forward =>
    new Forward({
      sendMail: () => Promise.resolve({ response: '250 Ok', envelope: { from: 'a@example.org', to: [to] } }),
    });
  const reply = (to: string): Promise<unknown> => say(to).handleDATA(SERVER, session(), envelope('b@B.test'));
  expect(await reply('b@b.test')).toBe('250 Ok');
  expect(await reply('c@b.test')).toMatch(/^554 5\.1\.0 /);
});

it('addresses are checked before the message is sent where a subclass has hooks of its own', async () => {
  class Mine extends Forward {
    override handleRCPT(): undefined {}
  }
  const mine = new Mine({ sendMail: () => Promise.reject(new Error('must not be called')) });
  expect(await mine.handleDATA(SERVER, session(), envelope('" "@b.test'))).toMatch(/^554 5\.1\.0 /);
});
