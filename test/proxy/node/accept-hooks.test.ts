import { once } from 'node:events';
import * as http from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { codec, encode, type HeaderInput, type ProxyData } from '../../../src/proxy/index.ts';
import type { AcceptOptions } from '../../../src/proxy/node/index.ts';
import { behindProxy, CLIENT, dial, gone, proxied, say, V1 } from './listening.ts';

/** What the application decides: `verify`, `trusted`, `secret`; and what becomes of it when it fails. */

const HEADER = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '2001:db8::25', dstPort: 25 };

/** Ends with the address of the client. */
function tell(socket: Socket): void {
  socket.end(`${proxied(socket).client.address}`);
}

test("localAddress: 'client' gives the end that the client connected to", async () => {
  const seen: unknown[] = [];
  const { port } = await behindProxy(
    createServer((socket) => {
      seen.push([socket.localAddress, socket.localPort, socket.localFamily], socket.address());
      socket.end();
    }),
    { localAddress: 'client' },
  );
  await say(port, [encode(HEADER)]);
  await say(port, [encode({ command: 'LOCAL' })]);
  const own = { address: '127.0.0.1', port, family: 'IPv4' };
  expect(seen).toEqual([['2001:db8::25', 25, 'IPv6'], own, ['127.0.0.1', port, 'IPv4'], own]);
});

test("a client on a Unix socket has no address, as in Node; an inner end of the balancer's stays", async () => {
  const seen: unknown[] = [];
  const { port } = await behindProxy(
    createServer((socket) => {
      seen.push(socket.remoteAddress, socket.remotePort, socket.localAddress, proxied(socket).client.address);
      socket.end();
    }),
    { localAddress: 'client', remoteAddress: 'client' },
  );
  await say(port, [encode({ srcAddr: '/run/c.sock', dstAddr: '/run/s.sock' })]);
  expect(seen).toEqual([undefined, undefined, undefined, '/run/c.sock']);
});

describe('verify', () => {
  test('is asked with the header and the peer; true serves', async () => {
    const asked: unknown[] = [];
    const verify = (data: ProxyData, peer: unknown): boolean => asked.push(data.srcAddr, peer) > 0;
    const { port, log } = await behindProxy(createServer(tell), { verify });
    expect(await say(port, [V1])).toBe('203.0.113.7');
    expect(asked).toEqual([
      '203.0.113.7',
      { address: '127.0.0.1', port: expect.any(Number), family: 'IPv4' },
    ]);
    expect(log).toEqual([]);
  });

  test('may answer later, and what came meanwhile is there', async () => {
    const verify = async (): Promise<boolean> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return true;
    };
    const server = createServer((socket) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
        if (text.length === 5) socket.end(`got ${text}`);
      });
    });
    const { port } = await behindProxy(server, { verify });
    expect(await say(port, [V1, 'hel', 'lo'])).toBe('got hello');
  });

  test('is not asked about a header that is refused anyway, nor about a peer without one', async () => {
    const verify = vi.fn(() => true);
    const direct = await behindProxy(createServer(tell), {
      verify,
      trusted: ['10.0.0.0/8'],
      untrusted: 'direct',
    });
    expect(await say(direct.port, [])).toBe('127.0.0.1');
    const { port } = await behindProxy(createServer(tell), { verify });
    expect(await say(port, ['PROXY TCP5\r\n'])).toBe('');
    expect(verify).not.toHaveBeenCalled();
  });

  test.each<[string, () => unknown, string, RegExp]>([
    ['refuses', () => false, 'proxy-vetoed', /undefined/],
    ['refuses later', async () => false, 'proxy-vetoed', /undefined/],
    [
      'throws',
      () => {
        throw new Error('no database');
      },
      'verify-failed',
      /no database/,
    ],
    ['rejects', async () => Promise.reject(new Error('no database')), 'verify-failed', /no database/],
    ['forgets to answer', () => undefined, 'verify-failed', /true or false/],
    ['answers with something truthy', () => ({}), 'verify-failed', /true or false/],
    ['never answers', () => new Promise(() => {}), 'verify-failed', /within 50 ms/],
  ])('that %s: nobody is served, and the log says so', async (_, verify, code, error) => {
    const server = createServer(tell);
    const timeout = code === 'verify-failed' && String(error).includes('50') ? 50 : 5000;
    const { port, log } = await behindProxy(server, { timeout, verify: verify as () => boolean });
    expect(await say(port, [V1])).toBe('');
    const said = log.filter((each) => each.code !== 'proxy-timeout-short');
    expect(said).toEqual([expect.objectContaining({ code, client: CLIENT })]);
    expect(String(said[0]?.error)).toMatch(error);
  });

  test('a peer that leaves meanwhile reaches nobody', async () => {
    let decide: (accepted: boolean) => void = () => {};
    let told: () => void = () => {};
    const asked = new Promise<void>((resolve) => (told = resolve));
    const verify = (): Promise<boolean> => {
      told();
      return new Promise((resolve) => (decide = resolve));
    };
    let connections = 0;
    const { port, server, log } = await behindProxy(
      createServer(() => connections++),
      { verify },
    );
    const socket = dial(port);
    socket.write(V1);
    await asked;
    socket.resetAndDestroy();
    const open = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
    // The server reads nothing of a connection that is judged, so it does not see the reset before the answer.
    decide(false);
    await expect.poll(open).toBe(0);
    expect(connections).toBe(0);
    expect(log.length).toBeLessThan(2);
  });
});

describe('a shared secret', () => {
  const SECRET = 'correct horse battery';
  const withSecret = (secret: Uint8Array | string, name = 'xEF'): HeaderInput =>
    ({ ...HEADER, tlvs: { AUTHORITY: 'mx.test', [name]: Buffer.from(secret) } }) as HeaderInput;

  test.each<[string, Uint8Array | string, Partial<AcceptOptions>, string]>([
    ['the right one', encode(withSecret(SECRET)), {}, ''],
    ['the right one, with a checksum', encode({ ...withSecret(SECRET), checksum: true }), {}, ''],
    [
      'octets',
      encode(withSecret(Uint8Array.of(...Array(16).keys()))),
      { secret: Uint8Array.of(...Array(16).keys()) },
      '',
    ],
    ['a type of your own', encode(withSecret(SECRET, 'xE7')), { secretType: 0xe7 }, ''],
    ['another type', encode(withSecret(SECRET, 'xE7')), {}, 'missing'],
    ['a wrong one', encode(withSecret('correct horse batterx')), {}, 'wrong'],
    ['the beginning of it', encode(withSecret(SECRET.slice(0, -1))), {}, 'wrong'],
    ['more than it', encode(withSecret(`${SECRET}.`)), {}, 'wrong'],
    ['an empty one', encode(withSecret('')), {}, 'wrong'],
    ['none', encode(HEADER), {}, 'missing'],
    ['version 1', V1, {}, 'missing'],
  ])('%s', async (_, header, options, problem) => {
    const { port, log } = await behindProxy(createServer(tell), { secret: SECRET, ...options });
    expect(await say(port, [header])).toBe(problem === '' ? '203.0.113.7' : '');
    const texts = problem === '' ? [] : [`PROXY header refused: the shared secret is ${problem}`];
    expect(log.map(({ text }) => text)).toEqual(texts);
  });

  test('headers that name nobody need none', async () => {
    const { port } = await behindProxy(createServer(tell), { secret: SECRET });
    expect(await say(port, [encode({ command: 'LOCAL' })])).toBe('null');
    expect(await say(port, ['PROXY UNKNOWN\r\n'])).toBe('null');
  });

  test('is blotted out in the header, and stands in nothing that is printed', async () => {
    const texts: string[] = [];
    const server = createServer((socket) => {
      const { proxyData } = proxied(socket);
      texts.push(JSON.stringify(proxyData), inspect(proxyData, { depth: 9, showHidden: true }));
      texts.push(Buffer.from(proxyData!.wholeRaw).toString('latin1'), JSON.stringify(proxyData!.toHeader()));
      texts.push(inspect(proxyData!.tlv!.vectors), `${proxyData!.tlv!.AUTHORITY}`);
      socket.end();
    });
    const { port } = await behindProxy(server, { secret: SECRET });
    await say(port, [encode(withSecret(SECRET))]);
    expect(texts.at(-1)).toBe('mx.test');
    for (const text of texts) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(Buffer.from(SECRET).toString('hex'));
      expect(text).not.toContain([...Buffer.from(SECRET)].slice(0, 5).join(','));
    }
  });

  test('a short one is a warning', async () => {
    const { log } = await behindProxy(createServer(), { secret: 'short' });
    expect(log.map(({ code }) => code)).toEqual(['proxy-secret-short']);
    expect(inspect(log)).not.toContain("'short'");
  });
});

describe('code of the application that fails ends its connection, not the process', () => {
  const fails = (): never => {
    throw new Error('a fault of the application');
  };
  class BrokenReader extends codec.ProxyReader {
    override push(): never {
      return fails();
    }
  }

  test.each<[string, Partial<AcceptOptions>, () => void]>([
    ['a listener', {}, fails],
    ['a listener, of a peer without a header', { trusted: ['10.0.0.0/8'], untrusted: 'direct' }, fails],
    ['verify', { verify: fails }, () => {}],
    ['trusted', { trusted: fails }, () => {}],
    ['a codec', { codec: { ...codec, ProxyReader: BrokenReader } }, () => {}],
  ])('%s', async (what, options, listener) => {
    const { port, log } = await behindProxy(createServer(listener), options);
    expect(await say(port, what.includes('without') ? [] : [V1])).toBe('');
    expect(String(log.find(({ level }) => level === 'error')?.error)).toBe(
      'Error: a fault of the application',
    );
  });

  test('diagnostics', async () => {
    const { port } = await behindProxy(createServer(tell), { diagnostics: fails });
    expect(await say(port, ['no header'])).toBe('');
    expect(await say(port, [V1])).toBe('203.0.113.7');
  });

  test('without diagnostics it is a warning of the process', async () => {
    const server = createServer(fails);
    const { port } = await behindProxy(server, { diagnostics: undefined } as unknown as AcceptOptions);
    const warned = once(process, 'warning');
    expect(await say(port, [V1])).toBe('');
    expect(String((await warned)[0])).toBe('Error: a fault of the application');
  });

  test.each(['verify', 'trusted', 'listener'] as const)(
    'without diagnostics, what %s throws may be nothing that can be shown',
    async (name) => {
      const opaque = (): never => {
        throw Object.create(null);
      };
      const server = createServer(name === 'listener' ? opaque : tell);
      const options = { diagnostics: undefined, ...(name !== 'listener' && { [name]: opaque }) };
      const { port } = await behindProxy(server, options as unknown as AcceptOptions);
      const warned = once(process, 'warning');
      expect(await say(port, [V1])).toBe('');
      expect(String((await warned)[0])).toMatch(/^Warning: .*: something that cannot be shown$/);
    },
  );

  test('a codec that fails before it reads anything', async () => {
    let made = 0;
    class Failing extends codec.ProxyReader {
      constructor() {
        super();
        // The first one is made to check the options.
        if (made++ > 0) fails();
      }
    }
    const { port, log } = await behindProxy(createServer(tell), {
      codec: { ...codec, ProxyReader: Failing },
    });
    expect(await say(port, [V1])).toBe('');
    expect(log).toMatchObject([{ level: 'error', code: 'codec-failed' }]);
  });
});

describe('health checks of HAProxy in version 1', () => {
  test('the own socket of the peer names nobody; nothing is logged', async () => {
    const { port, log } = await behindProxy(createServer(tell), { remoteAddress: 'client' });
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    let heard = '';
    socket.on('data', (chunk) => (heard += chunk));
    socket.write(`PROXY TCP4 127.0.0.1 127.0.0.1 ${socket.localPort} ${port}\r\n`);
    await gone(socket);
    expect(heard).toBe('null');
    expect(log).toEqual([]);
  });

  test("a framework that asks remoteAddress of a health check hears the balancer's", async () => {
    const server = http.createServer((req, res) => res.end(`${req.socket.remoteAddress}`));
    const { port } = await behindProxy(server, { remoteAddress: 'client' });
    const get = 'GET / HTTP/1.0\r\n\r\n';
    expect(await say(port, [Buffer.concat([encode({ command: 'LOCAL' }), Buffer.from(get)])])).toMatch(
      /127\.0\.0\.1$/,
    );
    expect(await say(port, [`PROXY UNKNOWN\r\n${get}`])).toMatch(/127\.0\.0\.1$/);
  });
});
