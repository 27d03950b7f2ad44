import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import type { Limits, SMTPServerOptions } from '../../../src/smtp/api/options/options.ts';
import type { SMTPServer } from '../../../src/smtp/server/server.ts';
import { type Client, serve } from '../loopback.ts';

/** Connections that try at the same time. */
const AT_ONCE = 12;
const HEADER = 'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n';
const proxied: SMTPServerOptions = { proxyProtocol: { timeout: 60_000, trusted: 'anyone' } };
const guess = `AUTH PLAIN ${Buffer.from('\0ann\0wrong').toString('base64')}`;
const transaction = 'EHLO c\r\nMAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

interface Use {
  readonly server: SMTPServer;
  dial(): Client;
}

/** One use of a limit: returns how many uses were let through. */
interface Row {
  readonly name: keyof Limits;
  readonly by: string;
  readonly limit: number;
  readonly handler?: Handler;
  readonly options?: SMTPServerOptions;
  through(use: Use, limit: number): Promise<number>;
}

/** What every connection hears until its end, where all send the same and then close. */
async function heard({ dial }: Use, text: string): Promise<string[]> {
  const clients = Array.from({ length: AT_ONCE }, () => dial());
  for (const { socket } of clients) socket.write(text);
  return Promise.all(clients.map(({ ended }) => ended));
}

/** How often a reply is heard, over all connections. */
async function count(use: Use, text: string, reply: string): Promise<number> {
  return (await heard(use, text)).join('').split(reply).length - 1;
}

/** How often it is heard by each connection; -1 where they differ. */
async function countEach(use: Use, text: string, reply: string): Promise<number> {
  const counts = new Set((await heard(use, text)).map((all) => all.split(reply).length - 1));
  return counts.size === 1 ? [...counts][0]! : -1;
}

/** Of connections that stay open, how many are greeted; the others are told 421. */
async function greetedOf({ dial }: Use, before: string): Promise<number> {
  const clients = Array.from({ length: AT_ONCE }, () => dial());
  for (const { socket } of clients) socket.write(before);
  const first = await Promise.all(clients.map((client) => client.until('\r\n')));
  expect(first.filter((line) => !line.startsWith('220 '))).toEqual(
    Array(first.filter((line) => line.startsWith('421 4.7.0')).length).fill(
      expect.stringMatching(/^421 4\.7\.0/),
    ),
  );
  return first.filter((line) => line.startsWith('220 ')).length;
}

const MANY = 40;
const rows: Row[] = [
  { name: 'connections', by: 'clients that connect', limit: 3, through: (use) => greetedOf(use, '') },
  {
    name: 'connectionsPerClient',
    by: 'clients that a PROXY header names',
    limit: 3,
    options: proxied,
    through: (use) => greetedOf(use, HEADER),
  },
  {
    name: 'connectionsPerClient',
    by: 'clients that XCLIENT names',
    limit: 3,
    options: { xclient: { trusted: ['127.0.0.1'] } },
    async through({ dial }) {
      const clients = Array.from({ length: AT_ONCE }, () => dial());
      await Promise.all(clients.map((client) => client.until('\r\n')));
      await Promise.all(clients.map((client) => client.ask('EHLO c')));
      const told = await Promise.all(clients.map((client) => client.ask('XCLIENT ADDR=203.0.113.7')));
      return told.filter((line) => line.startsWith('220 ')).length;
    },
  },
  {
    name: 'halfOpenHeaders',
    by: 'connections without a header',
    limit: 3,
    options: proxied,
    async through({ server, dial }, limit) {
      const clients = Array.from({ length: AT_ONCE }, () => dial());
      let ended = 0;
      for (const client of clients) void client.ended.then(() => ended++);
      await until(() => ended === AT_ONCE - limit && server.connectionCount <= limit);
      return server.connectionCount;
    },
  },
  {
    name: 'recipients',
    by: 'RCPT',
    limit: 100,
    through: (use) =>
      countEach(use, `${transaction}${'RCPT TO:<c@c.test>\r\n'.repeat(150)}QUIT\r\n`, '250 2.1.5'),
  },
  {
    name: 'junkCommands',
    by: 'NOOP',
    limit: 5,
    through: (use) => countEach(use, 'NOOP\r\n'.repeat(MANY), '250 2.0.0'),
  },
  {
    name: 'unknownCommands',
    by: 'commands that do not exist',
    limit: 5,
    through: (use) => countEach(use, 'WHAT\r\n'.repeat(MANY), '500 5.5.2'),
  },
  {
    name: 'errors',
    by: 'commands out of order',
    limit: 5,
    through: (use) => countEach(use, 'DATA\r\n'.repeat(MANY), '503 5.5.1'),
  },
  {
    name: 'refusals',
    by: 'unknown recipients',
    limit: 5,
    handler: { handleRCPT: () => '550 5.1.1 No such mailbox' },
    through: (use) => countEach(use, transaction + 'RCPT TO:<c@c.test>\r\n'.repeat(MANY), '550 5.1.1'),
  },
  {
    name: 'deferrals',
    by: 'recipients that are put off',
    limit: 5,
    handler: { handleRCPT: async () => '450 4.2.0 Greylisted' },
    through: (use) => countEach(use, transaction + 'RCPT TO:<c@c.test>\r\n'.repeat(MANY), '450 4.2.0'),
  },
  {
    name: 'chunks',
    by: 'BDAT',
    limit: 5,
    through: (use) =>
      countEach(use, `${transaction}${'BDAT 1\r\nx'.repeat(MANY)}QUIT\r\n`, '250 2.0.0 1 octets'),
  },
  {
    name: 'authFailures',
    by: 'wrong passwords on one connection',
    limit: 5,
    options: { authenticator: () => false, authRequireTLS: false, timeouts: { authFailure: 1 } },
    through: (use) => countEach(use, `EHLO c\r\n${`${guess}\r\n`.repeat(MANY)}`, '535 5.7.8'),
  },
  {
    name: 'authFailuresPerClient',
    by: 'wrong passwords one after the other',
    limit: 5,
    handler: { handlePROXY: () => true },
    options: {
      ...proxied,
      authenticator: () => false,
      authRequireTLS: false,
      timeouts: { authFailure: 1 },
    },
    through: (use) => count(use, `${HEADER}EHLO c\r\n${`${guess}\r\n`.repeat(MANY)}QUIT\r\n`, '535 5.7.8'),
  },
];

describe('limit N: exactly N are let through, over any number of connections at the same time', () => {
  it.each(rows)('$name: $by', async ({ name, limit, handler, options, through }) => {
    const use = await serve(
      { handlePROXY: () => true, ...handler },
      { limits: { [name]: limit }, ...options },
    );
    expect(await through(use, limit)).toBe(limit);
  });
});

it('clients that are refused and do not leave take no place of others', async () => {
  const { server, dial } = await serve(
    { handlePROXY: () => true },
    { ...proxied, limits: { connectionsPerClient: 1, connections: 200 }, timeouts: { linger: 600_000 } },
  );
  const refused = [];
  for (let index = 0; index < 400; index++) {
    const client = dial();
    // It reads, and does not close.
    client.socket.allowHalfOpen = true;
    client.socket.write(HEADER);
    refused.push(client);
    await client.until('\r\n');
  }
  await until(() => server.connectionCount <= 51);
  const other = dial();
  other.socket.write(HEADER.replace('203.0.113.7', '203.0.113.8'));
  expect(await other.until('\r\n')).toBe('220 mx.test ESMTP truepeer\r\n');
  expect(refused).toHaveLength(400);
});

describe('attempts of AUTH are counted before they are made', () => {
  /** A server whose authenticator answers when told to. */
  async function slow(limit: number) {
    const asked: ((verdict: boolean) => void)[] = [];
    const { dial, server } = await serve(
      { handlePROXY: () => true },
      {
        ...proxied,
        authenticator: () => new Promise<boolean>((resolve) => asked.push(resolve)),
        authRequireTLS: false,
        limits: { authFailuresPerClient: limit },
        timeouts: { authFailure: 1 },
      },
    );
    const begin = async (): Promise<Client> => {
      const client = dial();
      client.socket.write(HEADER);
      await client.until('\r\n');
      await client.ask('EHLO c');
      return client;
    };
    return { server, asked, begin };
  }
  const BUSY = '454 4.7.0 Too many authentications at the same time; try again later\r\n';
  const OVER = '421 4.7.0 Too many failed authentications\r\n';
  const OK = '235 2.7.0 Authenticated\r\n';

  it('guesses at the same time are no way around the limit, and none is heard above it', async () => {
    const { asked, begin } = await slow(3);
    const clients = await Promise.all(Array.from({ length: AT_ONCE }, begin));
    const told = clients.map((client) => client.ask(guess));
    const busy = await Promise.all(told.slice(3));
    expect(busy).toEqual(Array(AT_ONCE - 3).fill(BUSY));
    for (const answer of asked.splice(0)) answer(false);
    await Promise.all(told.slice(0, 3));
    expect(await clients[5]!.ask(guess)).toBe(OVER);
    expect(await (await begin()).ask(guess)).toBe(OVER);
    expect(asked).toEqual([]);
  });

  it('what succeeds is forgotten, and what is no guess', async () => {
    const { asked, begin } = await slow(1);
    for (let round = 0; round < 4; round++) {
      const client = await begin();
      expect(await client.ask('AUTH PLAIN')).toBe('334 \r\n');
      expect(await client.ask('*')).toMatch(/^501 5\.7\.0 /);
      const told = client.ask(guess);
      await until(() => asked.length > 0);
      asked.pop()!(true);
      expect(await told).toBe(OK);
    }
  });

  it('who leaves in the middle has failed', async () => {
    const { server, asked, begin } = await slow(1);
    const [client, other] = [await begin(), await begin()];
    expect(await client.ask('AUTH PLAIN')).toBe('334 \r\n');
    expect(await other.ask(guess)).toBe(BUSY);
    client.socket.destroy();
    await until(() => server.connectionCount === 1);
    expect(await other.ask(guess)).toBe(OVER);
    expect(asked).toEqual([]);
  });
});
