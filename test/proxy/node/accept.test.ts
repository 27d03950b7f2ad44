import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encode } from '../../../src/proxy/index.ts';
import { type AcceptOptions, acceptProxy } from '../../../src/proxy/node/index.ts';
import { optionError } from '../../../src/wire/messages/option-error.ts';
import { behindProxy, brokenOff, cuts, dial, gone, proxied, say, V1 } from './listening.ts';

const V2 = encode({
  srcAddr: '2001:db8::7',
  srcPort: 4321,
  dstAddr: '2001:db8::25',
  dstPort: 25,
  tlvs: { AUTHORITY: 'mx.test', SSL_CLIENT: 1, SSL_VERSION: 'TLSv1.3' },
  checksum: true,
});
const NOBODY = { address: null, port: null, family: null, proxied: false };

/** Answers with what it was sent once that ends in a full stop. */
function echo(socket: Socket): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (text.endsWith('.')) socket.end(`${proxied(socket).client.address}: ${text}`);
  });
}

describe('a connection whose header is good', () => {
  test('has its client, its peer and its header before the application sees an octet', async () => {
    const seen: unknown[] = [];
    const { port } = await behindProxy(
      createServer((socket) => {
        const { client, peer, proxyData } = proxied(socket);
        seen.push(client, peer, proxyData?.tlv?.AUTHORITY, socket.bytesWritten, socket.readableFlowing);
        socket.end();
      }),
    );
    await say(port, [V2]);
    expect(seen).toEqual([
      { address: '2001:db8::7', port: 4321, family: 'IPv6', proxied: true },
      { address: '127.0.0.1', port: expect.any(Number), family: 'IPv4' },
      'mx.test',
      0,
      null,
    ]);
  });

  test.each([
    ['v1', Buffer.from(V1)],
    ['v2', V2],
  ])('%s, cut at every octet, what follows in the last piece or in one of its own', async (_, header) => {
    const { port } = await behindProxy(createServer(echo));
    const whole = Buffer.concat([header, Buffer.from('hello and good bye.')]);
    const answers = await Promise.all(cuts(whole).map((pieces) => say(port, pieces)));
    expect(new Set(answers)).toEqual(
      new Set([`${_ === 'v1' ? '203.0.113.7' : '2001:db8::7'}: hello and good bye.`]),
    );
    expect(answers.length).toBe(whole.length - 1);
  });

  test('cannot be told otherwise who its client is', async () => {
    let thrown: unknown;
    const { port } = await behindProxy(
      createServer((socket) => {
        try {
          Object.assign(socket, { client: { address: '192.0.2.66' } });
        } catch (error) {
          thrown = error;
        }
        echo(socket);
      }),
    );
    expect(await say(port, [`${V1}.`])).toBe('203.0.113.7: .');
    expect(thrown).toBeInstanceOf(TypeError);
  });

  test.each(['LOCAL', 'UNKNOWN'])('%s lets it in, and names nobody: its address stays', async (kind) => {
    const seen: unknown[] = [];
    const { port } = await behindProxy(
      createServer((socket) => {
        seen.push(proxied(socket).client, proxied(socket).proxyData?.valid, socket.remoteAddress);
        socket.end();
      }),
      { remoteAddress: 'client' },
    );
    await say(port, [kind === 'LOCAL' ? encode({ command: 'LOCAL' }) : 'PROXY UNKNOWN\r\n']);
    expect(seen).toEqual([NOBODY, true, '127.0.0.1']);
  });

  test("remoteAddress: 'client' makes the socket's own attributes the client's", async () => {
    const seen: unknown[] = [];
    const { port } = await behindProxy(
      createServer((socket) => {
        seen.push(socket.remoteAddress, socket.remotePort, socket.remoteFamily, proxied(socket).peer.address);
        socket.end();
      }),
      { remoteAddress: 'client' },
    );
    await say(port, [V1]);
    expect(seen).toEqual(['203.0.113.7', 4321, 'IPv4', '127.0.0.1']);
  });
});

describe('the socket is as if just opened', () => {
  const READERS: Record<string, (socket: Socket) => Promise<string>> = {
    'data, later': async (socket) => {
      await sleep(20);
      return await collected(socket);
    },
    'data after a pause': async (socket) => {
      const text = collected(socket);
      socket.pause();
      await sleep(20);
      expect([socket.isPaused(), socket.bytesRead > 0]).toEqual([true, true]);
      socket.resume();
      return await text;
    },
    'readable and read': async (socket) => {
      let text = '';
      socket.on('readable', () => {
        for (let chunk = socket.read(3) ?? socket.read(); chunk !== null; chunk = socket.read())
          text += chunk;
      });
      await once(socket, 'end');
      return text;
    },
    'an async iterator': async (socket) => {
      let text = '';
      for await (const chunk of socket) text += chunk;
      return text;
    },
    'text by setEncoding': async (socket) => await collected(socket.setEncoding('utf8')),
  };

  test.each(Object.keys(READERS))('for %s', async (how) => {
    const text = new Promise<string>((resolve, reject) => {
      const server = createServer((socket) => {
        READERS[how]!(socket).then(resolve, reject);
      });
      void behindProxy(server).then(async ({ port }) => {
        const client = dial(port);
        client.write(`${V1}first `);
        await sleep(5);
        client.end('second');
      });
    });
    expect(await text).toBe('first second');
  });

  test('and paused, where the server opens its sockets so', async () => {
    const text = new Promise<string>((resolve) => {
      const server = createServer({ pauseOnConnect: true }, async (socket) => {
        expect(socket.isPaused()).toBe(true);
        const heard = collected(socket);
        await sleep(20);
        expect(socket.readableFlowing).toBe(false);
        socket.resume();
        resolve(await heard);
      });
      void behindProxy(server).then(({ port }) => dial(port).end(`${V1}content`));
    });
    expect(await text).toBe('content');
  });

  test('32 MiB behind the header: none lost, and none read before the application reads', async () => {
    const SIZE = 32 << 20;
    const octets = Buffer.alloc(SIZE);
    for (let i = 0; i < SIZE; i += 4096) octets.writeUInt32BE(i, i);
    const held: number[] = [];
    const digest = new Promise<string>((resolve) => {
      const server = createServer((socket) => {
        const hash = createHash('sha256');
        setTimeout(() => {
          held.push(socket.readableLength);
          socket.pipe(hash).on('finish', () => resolve(hash.digest('hex')));
        }, 100);
      });
      void behindProxy(server).then(({ port }) => dial(port).end(Buffer.concat([V2, octets])));
    });
    expect(await digest).toBe(createHash('sha256').update(octets).digest('hex'));
    expect(held[0]).toBeLessThan(1 << 18);
    expect(held[0]).toBeGreaterThan(0);
  });

  async function collected(socket: Socket): Promise<string> {
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    await once(socket, 'end');
    return text;
  }
});

describe('a connection that is refused hears nothing and reaches nobody', () => {
  const UNSPEC = encode({ family: 'UNSPEC' });
  test.each<[string, string | Uint8Array, Partial<AcceptOptions>, string]>([
    ['no header', 'GET / HTTP/1.1\r\n\r\n', {}, 'proxy-header-refused'],
    ['a malformed header', 'PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n', {}, 'proxy-header-refused'],
    ['a version that is not accepted', V1, { decode: { versions: [2] } }, 'proxy-header-refused'],
    ['a header above its limits', V2, { decode: { maxTLVs: 1 } }, 'proxy-header-refused'],
    [
      'LOCAL where it must name a client',
      encode({ command: 'LOCAL' }),
      { unknown: 'reject' },
      'proxy-header-refused',
    ],
    ['PROXY of nothing', UNSPEC, {}, 'proxy-header-refused'],
    ['a peer nobody trusts', V1, { trusted: ['10.0.0.0/8', 'unix'] }, 'untrusted-peer'],
  ])('%s', async (_, octets, options, code) => {
    let connections = 0;
    const { port, log } = await behindProxy(
      createServer(() => connections++),
      options,
    );
    expect(await say(port, [octets])).toBe('');
    expect(log.map((diagnostic) => diagnostic.code)).toEqual([code]);
    expect(log[0]?.client).toEqual({
      address: '127.0.0.1',
      port: expect.any(Number),
      family: 'IPv4',
      proxied: false,
    });
    expect(connections).toBe(0);
  });

  test('a peer that has broken off before it was accepted: gone, not untrusted', async () => {
    const { port, log } = await behindProxy(createServer(echo));
    brokenOff(port);
    expect(await say(port, [`${V1}.`])).toBe('203.0.113.7: .');
    expect(log).toEqual([]);
  });

  test('the deadline is one for the whole header: a drip does not move it', async () => {
    const { port, log } = await behindProxy(createServer(), { timeout: 300 });
    const drip = dial(port);
    let at = 0;
    // At this pace the whole header takes three times the deadline: one that moved would see it.
    const dripping = setInterval(() => drip.write(V1.charAt(at++)), 20);
    drip.resume();
    await gone(drip);
    clearInterval(dripping);
    expect(log.map(({ code }) => code)).toEqual(['proxy-timeout-short', 'proxy-header-missing']);
  });

  test('a peer that leaves, politely or not, before its header is whole', async () => {
    let connections = 0;
    const { port, server } = await behindProxy(createServer({ allowHalfOpen: true }, () => connections++));
    const polite = dial(port);
    polite.end(V1.slice(0, 20));
    await gone(polite.resume());
    const rude = dial(port);
    await once(rude, 'connect');
    rude.write('PROXY');
    await sleep(10);
    rude.resetAndDestroy();
    const open = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
    await expect.poll(open).toBe(0);
    expect(connections).toBe(0);
  });

  test('one that has waited longest gives its place to a new one', async () => {
    const { port, log } = await behindProxy(createServer(echo), { maxPending: 3 });
    const silent: Socket[] = [];
    for (let i = 0; i < 5; i++) {
      const socket = dial(port).resume();
      silent.push(socket);
      await once(socket, 'connect');
      await sleep(5);
    }
    expect(await say(port, [`${V1}still served.`])).toBe('203.0.113.7: still served.');
    await sleep(10);
    expect(silent.map((socket) => socket.readyState)).toEqual(['closed', 'closed', 'closed', 'open', 'open']);
    expect(log.map(({ code }) => code)).toEqual(Array(3).fill('proxy-pending-full'));
    silent[4]!.write(`${V1}late.`);
    expect(String((await once(silent[4]!, 'data'))[0])).toBe('203.0.113.7: late.');
  });
});

test('a reset after the header does not end the process, whether or not the application listens for it', async () => {
  const closed = new Promise((resolve) => {
    void behindProxy(createServer((socket) => void socket.resume().on('close', resolve))).then(({ port }) => {
      const socket = dial(port);
      socket.write(V1, () => setTimeout(() => socket.resetAndDestroy(), 20));
    });
  });
  expect(await closed).toBe(true);
});

test("untrusted: 'direct' serves a peer as the client it is, and its header is content", async () => {
  const { port } = await behindProxy(
    createServer((socket) => {
      const { client, peer, proxyData } = proxied(socket);
      expect([client, proxyData]).toEqual([{ ...peer, proxied: false }, null]);
      echo(socket);
    }),
    { trusted: ['10.0.0.0/8'], untrusted: 'direct', remoteAddress: 'client' },
  );
  expect(await say(port, [`${V1}.`])).toBe(`127.0.0.1: ${V1}.`);
});

test('a timeout of 0 switches the PROXY protocol off', async () => {
  const { port } = await behindProxy(createServer(echo), { timeout: 0 });
  expect(await say(port, ['hello.'])).toBe('127.0.0.1: hello.');
});

test("a Unix socket is trusted as 'unix'", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'accept-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [trusted, answer] of [
    [['unix'], '203.0.113.7: .'],
    [['127.0.0.0/8'], ''],
  ] as const) {
    const path = join(folder, `${trusted[0].length}`);
    const server = acceptProxy(createServer(echo), { timeout: 5000, trusted });
    await once(server.listen(path), 'listening');
    const socket = connect(path);
    socket.on('error', () => {});
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk));
    socket.write(`${V1}.`);
    await gone(socket);
    expect(heard).toBe(answer);
    server.close();
  }
});

test('listeners that come later are served, too; a connection that another server hands on waits for its header', async () => {
  const { server, port } = await behindProxy(createServer());
  server.on('connection', echo);
  expect(await say(port, [`${V1}.`])).toBe('203.0.113.7: .');
  const outer = createServer((socket) => void server.emit('connection', socket));
  await once(outer.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void outer.close());
  expect(await say((outer.address() as { port: number }).port, [`${V1}.`])).toBe('203.0.113.7: .');
});

test.each<[object, RegExp]>([
  [{ trusted: 'anyone' }, /option timeout: an integer/],
  [{ timeout: 5000 }, /option trusted: a list of networks/],
  [{ timeout: 5000, trusted: ['10.0.0.0/33'] }, /option trusted: "10.0.0.0\/33" is no network/],
  [{ timeout: 5000, trusted: 'anyone', maxPending: 0 }, /option maxPending: an integer from 1/],
  [{ timeout: 5000, trusted: 'anyone', remoteAddress: 'x' }, /option remoteAddress: "peer" or "client"/],
  [{ timeout: 5000, trusted: 'anyone', localAddress: 'x' }, /option localAddress: "peer" or "client"/],
  [{ timeout: 5000, trusted: 'anyone', verify: true }, /option verify: a function/],
  [{ timeout: 5000, trusted: 'anyone', secret: '' }, /option secret: text or octets/],
  [{ timeout: 5000, trusted: 'anyone', secret: 17 }, /option secret: text or octets/],
  [
    { timeout: 5000, trusted: 'anyone', secret: 'abc', secretType: 0xf0 },
    /option secretType: an integer from 224 to 239/,
  ],
  [{ timeout: 5000, trusted: 'anyone', secretType: 0xe7 }, /option secretType needs option secret/],
  [{ timeout: 5000, trusted: 'anyone', tiemout: 1 }, /option tiemout is unknown/],
])('%j is refused by name', (options, message) => {
  expect(() => acceptProxy(createServer(), options as AcceptOptions)).toThrow(message);
});

test.each([
  ['nothing', undefined],
  ['an app of a framework', Object.assign(() => {}, { emit: () => true, listen: () => {} })],
])('%s is no server', (_, app) => {
  expect(() => acceptProxy(app as unknown as Server, { timeout: 5000, trusted: 'anyone' })).toThrow(
    optionError(
      'ERR_INVALID_ARG_TYPE',
      'acceptProxy: a server of node:net, http, https, http2 or tls is expected; for an app of a framework make one: http.createServer(app)',
    ),
  );
});

test('a server accepts once', () => {
  const server = acceptProxy(createServer(), { timeout: 5000, trusted: 'anyone' });
  expect(() => acceptProxy(server, { timeout: 5000, trusted: 'anyone' })).toThrow(/already/);
});
