import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { SMTPServer } from '../../../src/smtp/server/server.ts';
import { Holding, MemoryBudget } from '../../../src/smtp/engine/memory-budget.ts';
import { addressed, keeper, Rig, settled } from '../harness.ts';

const NO_MEMORY = '452 4.3.1 Too much mail is in progress; try again later\r\n';
const START = '354 End data with <CR><LF>.<CR><LF>\r\n';
const HELLO = 'EHLO client.test\r\n';
const ENVELOPE = 'MAIL FROM:<a@a.test>\r\nRCPT TO:<b@b.test>\r\n';

function rigs(
  count: number,
  shared: { content: MemoryBudget; envelopes: MemoryBudget },
  handler: Handler = keeper(),
  client = (index: number): string | undefined => `192.0.2.${index}`,
): Rig[] {
  return Array.from({ length: count }, (_, index) => {
    const rig = new Rig(handler, {}, undefined, shared);
    rig.client = client(index);
    rig.conversation.start(false, false);
    rig.say(HELLO);
    return rig;
  });
}

const plenty = (): MemoryBudget => new MemoryBudget(2 ** 40, 2 ** 40);

describe('a budget of memory', () => {
  it('in total, by client, and no client more than what is left for all others', () => {
    const budget = new MemoryBudget(1000, 400);
    const [one, two, three] = ['a', 'b', 'c'].map((name) => new Holding(budget, () => name));
    expect([one!.take(401), one!.take(400), one!.take(1)]).toEqual([false, true, false]);
    expect([two!.take(301), two!.take(300)]).toEqual([false, true]);
    expect([three!.take(151), three!.take(150)]).toEqual([false, true]);
    expect([one!.take(1), budget.total, budget.clients]).toEqual([false, 850, 3]);
    one!.end();
    one!.end();
    one!.giveBack(1);
    expect([budget.total, budget.clients, three!.take(1)]).toEqual([450, 2, true]);
  });

  it('a client without limits is counted in total', () => {
    const budget = new MemoryBudget(1000, 10);
    const holding = new Holding(budget, () => undefined);
    expect([holding.take(1000), holding.take(1), budget.clients]).toEqual([true, false, 0]);
  });

  it('a proposal that is not confirmed is given back', () => {
    const budget = new MemoryBudget(1000, 1000);
    const holding = new Holding(budget, () => undefined);
    holding.propose(600);
    expect([holding.propose(700), budget.total]).toEqual([true, 700]);
    holding.confirm();
    expect([holding.propose(301), holding.propose(300), budget.total]).toEqual([false, true, 1000]);
  });
});

describe('limit N: exactly N octets are let through, over all connections', () => {
  it('content in memory', () => {
    const shared = { content: new MemoryBudget(50_000, 50_000), envelopes: plenty() };
    const all = rigs(12, shared, keeper(), () => undefined);
    for (const rig of all) rig.say(`${ENVELOPE}DATA\r\n`);
    for (const rig of all) rig.say(`${'x'.repeat(9_998)}\r\n`);
    expect(shared.content.total).toBe(50_000);
    const told = all.map((rig) => rig.say('.\r\n'));
    expect(told).toEqual([...Array(5).fill('250 2.6.0 Message accepted\r\n'), ...Array(7).fill(NO_MEMORY)]);
    expect(shared.content.total).toBe(0);
  });

  it('envelopes', () => {
    // Each RCPT takes 600 octets, and four for each of `TO:<b@b.test>`.
    const shared = { content: plenty(), envelopes: new MemoryBudget(100_000, 100_000) };
    const all = rigs(12, shared, keeper(), () => undefined);
    const rcpt = 'RCPT TO:<b@b.test>\r\n'.repeat(50);
    const told = all.map((rig) => rig.say(`MAIL FROM:<a@a.test>\r\n${rcpt}`)).join('');
    const accepted = told.split('Sender ok').length - 1;
    const recipients = told.split('Recipient ok').length - 1;
    expect(shared.envelopes.total).toBe(accepted * (600 + 4 * 15) + recipients * (600 + 4 * 13));
    expect(100_000 - shared.envelopes.total).toBeLessThan(600 + 4 * 13);
    expect(told).toContain(NO_MEMORY);
    for (const rig of all) rig.conversation.disconnected();
    expect(shared.envelopes.total).toBe(0);
  });

  it('a stream counts what has not been read', async () => {
    const shared = { content: new MemoryBudget(50_000, 50_000), envelopes: plenty() };
    let read = 0;
    const reader: Handler = {
      async handleContent(_server, _session, _envelope, content) {
        for await (const piece of content) read += piece.length;
      },
    };
    const [rig] = rigs(1, shared, reader);
    rig!.say(`${ENVELOPE}DATA\r\n`);
    for (let round = 0; round < 20; round++) {
      rig!.say('x'.repeat(20_000));
      await settled();
      expect(shared.content.total).toBe(0);
    }
    rig!.say('\r\n.\r\n');
    await settled();
    expect([read, rig!.transcript.endsWith('250 2.6.0 Message accepted\r\n')]).toEqual([400_002, true]);
    const lazy = rigs(4, shared, { handleContent: () => new Promise(() => {}) }, () => undefined);
    const told = lazy.map((one) => one.say(`${ENVELOPE}DATA\r\n${'x'.repeat(20_000)}`));
    expect([shared.content.total, told.length]).toEqual([40_000, 4]);
    for (const one of lazy) one.conversation.disconnected();
    expect(shared.content.total).toBe(0);
  });
});

describe('what is too much', () => {
  it('is refused before it is sent where its size is known', () => {
    const shared = { content: new MemoryBudget(50_000, 50_000), envelopes: plenty() };
    const [one, two] = rigs(2, shared, keeper(), () => undefined);
    expect(one!.say('MAIL FROM:<a@a.test> SIZE=50001\r\nRCPT TO:<b@b.test>\r\nDATA\r\n')).toContain(
      NO_MEMORY,
    );
    expect(one!.say('RSET\r\nMAIL FROM:<a@a.test> SIZE=50000\r\nRCPT TO:<b@b.test>\r\nDATA\r\n')).toContain(
      START,
    );
    one!.say('x'.repeat(10_000));
    expect(two!.say('MAIL FROM:<a@a.test> SIZE=40001\r\nRCPT TO:<b@b.test>\r\nDATA\r\n')).toContain(
      NO_MEMORY,
    );
  });

  it('a chunk is drained, and so are those after it', () => {
    const rig = addressed(keeper(), { limits: { contentMemory: 65_536 } });
    const told = rig.say(`BDAT 40000\r\n${'x'.repeat(40_000)}BDAT 6 LAST\r\nQUIT\r\nRSET\r\n`);
    expect(told).toBe(`${NO_MEMORY}503 5.5.1 An earlier chunk was refused; say RSET\r\n250 2.0.0 Ok\r\n`);
  });

  it('a server says at the start when it promises more than it can keep', () => {
    const codes: string[] = [];
    const diagnostics = ({ code }: { code: string }): void => void codes.push(code);
    for (const dataSizeLimit of [0, 67_108_865, 67_108_864])
      void new SMTPServer({ handleDATA() {} }, { dataSizeLimit, diagnostics });
    void new SMTPServer({ handleContent() {} }, { dataSizeLimit: 0, diagnostics });
    expect(codes).toEqual(['content-memory-low', 'content-memory-low']);
  });
});

describe('whatever way sessions end, nothing stays counted', () => {
  type Settle = (how: 'resolve' | 'reject') => void;
  const steps = {
    mail: (rig: Rig) => rig.say('MAIL FROM:<a@a.test> SIZE=20\r\n'),
    rcpt: (rig: Rig) => rig.say('RCPT TO:<b@b.test>\r\n'),
    data: (rig: Rig) => rig.say('DATA\r\n'),
    small: (rig: Rig) => rig.say('xx\r\n'),
    large: (rig: Rig) => rig.say(Buffer.alloc(20_000, 'x')),
    dot: (rig: Rig) => rig.say('\r\n.\r\n'),
    chunk: (rig: Rig) => rig.say(`BDAT 3000\r\n${'y'.repeat(3000)}`),
    last: (rig: Rig) => rig.say('BDAT 2 LAST\r\n\r\n'),
    rset: (rig: Rig) => rig.say('RSET\r\n'),
    ehlo: (rig: Rig) => rig.say(HELLO),
    quit: (rig: Rig) => rig.say('QUIT\r\n'),
    end: (rig: Rig) => rig.conversation.end(),
    leave: (rig: Rig) => rig.conversation.disconnected(),
    stop: (rig: Rig) => rig.conversation.shutdown(),
    expire: (rig: Rig) => rig.expire(),
    other: (rig: Rig) => void (rig.client = '203.0.113.7'),
    fail: (rig: Rig) => rig.conversation.fail(new Error('a fault')),
  };
  const script = fc.array(
    fc.tuple(
      fc.nat(2),
      fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[]), 'mail', 'rcpt', 'data', 'chunk'),
      fc.constantFrom('none', 'resolve', 'reject'),
    ),
    { maxLength: 60 },
  );

  it.each(['buffer', 'stream', 'lazy stream'])('%s', async (kind) => {
    await fc.assert(
      fc.asyncProperty(script, fc.nat(3), async (sent, slow) => {
        const pending: Settle[] = [];
        let calls = 0;
        const answer = (): never =>
          (calls++ % 4 < slow
            ? new Promise((resolve, reject) =>
                pending.push((how) => (how === 'resolve' ? resolve(undefined) : reject(new Error('no')))),
              )
            : undefined) as never;
        const handler: Handler = {
          handleRCPT: answer,
          ...(kind === 'buffer'
            ? { handleDATA: answer }
            : {
                async handleContent(_server, _session, _envelope, content) {
                  if (kind === 'stream')
                    for await (const piece of content) expect(piece.length).toBeGreaterThan(0);
                  return answer();
                },
              }),
        };
        const shared = {
          content: new MemoryBudget(150_000, 100_000),
          envelopes: new MemoryBudget(5000, 4000),
        };
        const all = rigs(3, shared, handler, (index) => (index === 0 ? undefined : '192.0.2.1'));
        for (const [index, step, how] of sent) {
          steps[step](all[index]!);
          if (how !== 'none') pending.shift()?.(how);
          await settled();
          for (const { total } of [shared.content, shared.envelopes]) expect(total).toBeGreaterThanOrEqual(0);
          expect(shared.content.total).toBeLessThanOrEqual(150_000);
          expect(shared.envelopes.total).toBeLessThanOrEqual(5000);
        }
        for (const rig of all) rig.conversation.disconnected();
        for (let rounds = 0; rounds < 5; rounds++) {
          for (const settle of pending.splice(0)) settle('resolve');
          await settled();
        }
        const { content, envelopes } = shared;
        expect([content.total, content.clients, envelopes.total, envelopes.clients]).toEqual([0, 0, 0, 0]);
      }),
      { seed: 452, numRuns: 300 },
    );
  });
});
