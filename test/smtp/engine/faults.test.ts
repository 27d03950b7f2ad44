import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Handler } from '../../../src/smtp/api/handler.ts';
import { addressed, greeted, keeper, ready, settled } from '../harness.ts';
import { Client, serve } from '../loopback.ts';

const GREETING = '220 mx.test ESMTP truepeer\r\n';
const FAILED = '451 4.3.0 Local error; try again later\r\n';
const ENVELOPE = 'EHLO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n';
const LOADER = join(import.meta.dirname, '../../../codegen/typescript-loader.mjs');
const SERVER = join(import.meta.dirname, '../processes/serve-until-told.ts');

/** The line by which the server tells its port; what it logs may come before. */
const PORT = /^(\d+)\n/m;

interface Child {
  process: ChildProcess;
  port: number;
  output: () => string;
}

/** The server of `processes/`, with at most so many descriptors. */
async function launch(descriptors: number): Promise<Child> {
  const command = `ulimit -n ${descriptors}; exec "${process.execPath}" --import "${LOADER}" "${SERVER}"`;
  const child = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const told = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (PORT.test(output)) resolve();
      });
    }
    child.on('close', () => reject(new Error(`it ended: ${output}`)));
  });
  await told;
  return { process: child, port: Number(PORT.exec(output)![1]), output: () => output };
}

function dial(port: number): Client {
  return new Client(connect(port, '127.0.0.1'));
}

async function greetedBy(port: number): Promise<Client> {
  const client = dial(port);
  await client.until('truepeer\r\n');
  return client;
}

describe('F2: a handler that misbehaves', () => {
  // The linter forbids to write this name, and is right: it is what goes wrong here.
  const THEN = ['th', 'en'].join('');
  const thenable = (then: unknown): never => Object.fromEntries([[THEN, then]]) as never;
  const failures: Record<string, () => never> = {
    'whose promise is a thenable that throws': () =>
      thenable(() => {
        throw new Error('secret');
      }),
    'whose thenable cannot even be asked': () =>
      Object.defineProperty({}, THEN, {
        get() {
          throw new Error('secret');
        },
      }) as never,
    'that rejects with nothing': () => thenable((_resolve: unknown, reject: () => void) => reject()),
    'that throws nothing': () => {
      throw undefined as unknown as Error;
    },
  };
  it.each(Object.entries(failures))('%s: 451, and the session goes on', async (_what, fail) => {
    const errors: unknown[] = [];
    const rig = ready({
      handleMAIL: fail,
      handleError: (_server, _session, error) => void errors.push(error),
    });
    const before = rig.transcript.length;
    rig.say('MAIL FROM:<a@a>\r\nNOOP\r\n');
    await settled();
    await settled();
    expect(rig.transcript.slice(before)).toBe(`${FAILED}250 2.0.0 Ok\r\n`);
    expect(errors.length).toBe(1);
  });

  it('or a mechanism that does: one session ends with 421, and the log has the reason', () => {
    const errors: unknown[] = [];
    const usable = (): boolean => {
      throw new Error('secret');
    };
    const start = (): never => usable() as never;
    const rig = greeted(
      { handleError: (_server, _session, error) => void errors.push(String(error)) },
      {
        authenticator: () => true,
        auth: { custom: [{ name: 'OWN', clientFirst: true, plaintext: false, usable, start }] },
      },
    );
    expect(rig.say('EHLO c\r\nNOOP\r\n')).toBe('421 4.3.0 Local error; try again later\r\n');
    expect([rig.closed, errors]).toEqual(['refused', ['Error: secret']]);
  });

  it('that settles twice is heard once', async () => {
    const twice = thenable((resolve: (reply: string) => void) => {
      resolve('250 2.1.0 once');
      resolve('550 5.1.0 twice');
      setImmediate(() => resolve('550 5.1.0 later'));
    });
    const rig = ready({ handleMAIL: () => twice });
    const before = rig.transcript.length;
    rig.say('MAIL FROM:<a@a>\r\nNOOP\r\n');
    for (let turn = 0; turn < 3; turn++) await settled();
    expect(rig.transcript.slice(before)).toBe('250 2.1.0 once\r\n250 2.0.0 Ok\r\n');
  });

  it('that answers after the client has left is heard by nobody, and one that fails then by the log', async () => {
    const errors: unknown[] = [];
    const settle: { resolve?: (reply: string) => void; reject?: (error: Error) => void } = {};
    const handler: Handler = {
      handleDATA: () => new Promise<string>((resolve, reject) => Object.assign(settle, { resolve, reject })),
      handleError: (_server, _session, error) => void errors.push(error),
    };
    for (const how of ['resolve', 'reject'] as const) {
      const rig = addressed(handler);
      rig.say('DATA\r\nx\r\n.\r\n');
      const { transcript } = rig;
      rig.conversation.disconnected();
      if (how === 'resolve') settle.resolve!('250 2.6.0 late');
      else settle.reject!(new Error('late'));
      await settled();
      expect([rig.transcript, rig.closed]).toEqual([transcript, 'client-left']);
    }
    expect(errors).toEqual([new Error('late')]);
  });
});

describe('E3 and E4: budgets while hooks take their time', () => {
  it.each([
    ['NOOP', '421 4.7.0 Too many commands without a message\r\n', 100],
    ['BLURB', '421 4.7.0 Too many unknown commands\r\n', 21],
    ['MAIL FROM:<', '421 4.7.0 Too many errors\r\n', 101],
  ])('20,000 pipelined %s', async (line, last, replies) => {
    const later = (): Promise<undefined> => Promise.resolve(undefined);
    // EHLO has used up one of the budget for NOOP.
    const rig = ready({ handleNOOP: later, handleMAIL: later });
    const before = rig.transcript.length;
    const flood = Buffer.from(`${line}\r\n`.repeat(20_000));
    for (let at = 0; at < flood.length; at += 65_536) rig.say(flood.subarray(at, at + 65_536));
    await expect.poll(() => rig.closed, { interval: 1 }).toBe('limit');
    const said = rig.transcript.slice(before);
    expect([said.endsWith(last), said.match(/\r\n/g)!.length]).toEqual([true, replies]);
  });
});

describe('F5 and F8: a process with few descriptors', () => {
  it('few descriptors: every client hears 220 or 421, and the log says so once', async () => {
    const child = await launch(64);
    const crowd = Array.from({ length: 100 }, () => dial(child.port));
    const first = await Promise.all(crowd.map((client) => client.until('\r\n')));
    const served = first.filter((line) => line.startsWith('220 '));
    expect(first.filter((line) => !line.startsWith('220 '))).toEqual(
      Array(100 - served.length).fill('421 4.7.0 Too many connections; try again later\r\n'),
    );
    const [, allowed, wanted] =
      /^few-descriptors the process may open 64 files, and \d+ are open: limits\.connections is (\d+), not (\d+);/m.exec(
        child.output(),
      ) ?? [];
    // The server listens twice: the second listener takes one more. What Node itself had open at the first, such as files
    // that it was loading, may be closed by then.
    expect(wanted).toBe('20000');
    expect(served.length).toBeGreaterThanOrEqual(Number(allowed) - 1);
    expect(served.length).toBeLessThan(64);
    for (const client of crowd) client.socket.destroy();
    await expect
      .poll(() =>
        greetedBy(child.port).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    const codes = child.output().match(/^(?:few-descriptors|too-many-connections|accept-failed)/gm);
    expect(codes).toEqual(['few-descriptors', 'too-many-connections']);
  });

  it('lives without any left, does not spin, takes connections again, and ends by itself after close()', async () => {
    const child = await launch(48);
    const crowd = Array.from({ length: 80 }, () => dial(child.port));
    await expect.poll(() => crowd.filter(({ socket }) => socket.destroyed).length).toBeGreaterThan(10);
    expect(crowd.some(({ text }) => text !== '')).toBe(true);
    const before = await turnsOf(child);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await turnsOf(child)) - before).toBeLessThan(MOST_TURNS);
    for (const client of crowd) client.socket.destroy();
    const answers = (): Promise<boolean> =>
      greetedBy(child.port).then(
        () => true,
        () => false,
      );
    await expect.poll(answers).toBe(true);
    const idle = await greetedBy(child.port);
    const content = await greetedBy(child.port);
    content.socket.write(`${ENVELOPE}DATA\r\n`);
    await content.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    const authenticating = await greetedBy(child.port);
    authenticating.socket.write('EHLO c\r\nAUTH PLAIN AGEAYg==\r\n');
    const handshaking = await greetedBy(child.port);
    await handshaking.ask('EHLO c');
    await handshaking.ask('STARTTLS');
    const deaf = connect({ port: child.port, host: '127.0.0.1', allowHalfOpen: true });
    deaf.on('error', () => {});
    child.process.stdin!.end();
    const [code] = (await once(child.process, 'close')) as [number];
    expect([code, child.output().includes('closed')]).toEqual([0, true]);
    expect((await idle.ended).endsWith('421 4.3.2 Service is shutting down; try again later\r\n')).toBe(true);
    deaf.destroy();
  });

  it('F7: a second close() ends what the first one waits for, and both are done', async () => {
    const { server, dial: call } = await serve(keeper());
    const busy = call();
    await busy.until(GREETING);
    busy.socket.write(`${ENVELOPE}DATA\r\n`);
    await busy.until('354 End data with <CR><LF>.<CR><LF>\r\n');
    const first = server.close({ drain: 60_000 });
    await server.close({ drain: 0 });
    await first;
    expect(server.connectionCount).toBe(0);
  });
});

/** What an idle event loop may turn for timers and questions; one that spins on a socket turns thousands of times. */
const MOST_TURNS = 100;

/** How often the event loop of a child has turned so far. */
async function turnsOf(child: Child): Promise<number> {
  const seen = child.output().length;
  child.process.stdin!.write('\n');
  let match: RegExpExecArray | null = null;
  while (match === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    match = /turns (\d+)\n/.exec(child.output().slice(seen));
  }
  return Number(match[1]);
}

describe('F10: one bad connection', () => {
  it('ends in any phase by a reset, and the others are served, though nobody listens for errors', async () => {
    const pem = (name: string): Buffer => readFileSync(new URL(`../certificates/${name}`, import.meta.url));
    const tls = { key: pem('server.key'), cert: pem('server.crt') };
    const kept = keeper();
    const { server, dial: call } = await serve(kept, { tls });
    const begun = [
      '',
      'NO',
      'EHLO c\r\n',
      `${ENVELOPE}DATA\r\nx`,
      `${ENVELOPE}BDAT 9\r\nx`,
      'EHLO c\r\nSTARTTLS\r\n',
    ];
    for (const octets of begun) {
      for (const leave of [
        reset,
        (socket: Socket) => void socket.destroy(),
        (socket: Socket) => void socket.end(),
      ]) {
        const client = call();
        await client.until(GREETING);
        client.socket.write(octets);
        if (octets.startsWith('EHLO')) await expect.poll(() => client.text, { interval: 2 }).not.toBe('');
        leave(client.socket);
      }
    }
    const good = call();
    await good.until(GREETING);
    good.socket.write(`${ENVELOPE}DATA\r\nhi\r\n.\r\nQUIT\r\n`);
    expect(await good.ended).toContain('250 2.6.0 Message accepted\r\n221');
    expect(kept.messages).toEqual(['hi\r\n']);
    await expect.poll(() => server.connectionCount).toBe(0);
  });

  it('E6: one that was turned away and drips on is gone all the same', async () => {
    const { dial: call, port } = await serve(keeper(), {
      limits: { connections: 1 },
      timeouts: { linger: 100 },
    });
    await call().until(GREETING);
    const extra = new Client(connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }));
    const drip = setInterval(() => extra.socket.write('x'), 20);
    onTestFinished(() => clearInterval(drip));
    expect(await extra.ended).toBe('421 4.7.0 Too many connections; try again later\r\n');
  });
});

function reset(socket: Socket): void {
  socket.resetAndDestroy();
}
