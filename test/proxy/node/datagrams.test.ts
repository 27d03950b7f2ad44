import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encode } from '../../../src/proxy/index.ts';
import {
  acceptDatagrams,
  type DatagramOptions,
  type Diagnostic,
  encodeDatagram,
  type ProxiedRemoteInfo,
} from '../../../src/proxy/node/index.ts';
import { CLIENT } from './listening.ts';

const HEADER = { srcAddr: '203.0.113.7', srcPort: 4321, dstAddr: '198.51.100.53', dstPort: 53 };
const STREAM = encode(HEADER);
const LOCAL = encode({ command: 'LOCAL' });

interface Bed {
  readonly server: Socket;
  readonly proxy: Socket;
  readonly log: Diagnostic[];
  readonly seen: { readonly payload: string; readonly from: ProxiedRemoteInfo }[];
  /** Sends datagrams, and one with a good header behind them; returns payloads and clients of all that arrived but that. */
  send(...datagrams: Uint8Array[]): Promise<[payload: string, client: string | null][]>;
}

/** A socket behind PROXY, and a proxy in front of it. */
async function bed(options: Partial<DatagramOptions> = {}): Promise<Bed> {
  const log: Diagnostic[] = [];
  const seen: Bed['seen'] = [];
  const server = acceptDatagrams(createSocket('udp4'), {
    trusted: ['127.0.0.0/8'],
    diagnostics: (diagnostic) => log.push(diagnostic),
    ...options,
  });
  const proxy = createSocket('udp4');
  onTestFinished(() => {
    server.close();
    proxy.close();
  });
  await once(server.bind(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  server.on('message', (payload: Buffer, from: RemoteInfo) => {
    seen.push({ payload: payload.toString('latin1'), from: from as ProxiedRemoteInfo });
  });
  return {
    server,
    proxy,
    log,
    seen,
    async send(...datagrams) {
      for (const datagram of datagrams) proxy.send(datagram, port, '127.0.0.1');
      const before = { seen: seen.length, log: log.length };
      while (seen.length - before.seen + (log.length - before.log) < datagrams.length)
        await new Promise((resolve) => setImmediate(resolve));
      return seen.slice(before.seen).map(({ payload, from }) => [payload, from.client.address]);
    },
  };
}

test('each datagram has a header of its own; what follows it is the payload', async () => {
  const { send, seen } = await bed();
  const other = { ...HEADER, srcAddr: '203.0.113.8' };
  expect(
    await send(
      encodeDatagram(HEADER, Buffer.from('one')),
      encodeDatagram(other, Buffer.from('two')),
      encodeDatagram(HEADER, Buffer.alloc(0)),
      encodeDatagram(LOCAL, Buffer.from('check')),
    ),
  ).toEqual([
    ['one', '203.0.113.7'],
    ['two', '203.0.113.8'],
    ['', '203.0.113.7'],
    ['check', null],
  ]);
  const [{ from } = seen[0]!] = seen;
  expect(from.client).toEqual(CLIENT);
  expect(from.peer).toEqual({ address: '127.0.0.1', port: from.port, family: 'IPv4' });
  expect(from.proxyData?.dstPort).toBe(53);
});

test('an answer goes back through the proxy', async () => {
  const { server, proxy, send, seen } = await bed();
  await send(encodeDatagram(HEADER, Buffer.from('query')));
  const { from } = seen[0]!;
  server.send('answer', from.port, from.address);
  const [answer] = (await once(proxy, 'message')) as [Buffer];
  expect(String(answer)).toBe('answer');
});

describe('a datagram that is dropped', () => {
  const good = encodeDatagram(HEADER, Buffer.from('good'));
  test.each<[string, Uint8Array, Partial<DatagramOptions>, string]>([
    ['without a header', Buffer.from('query'), {}, 'proxy-header-refused'],
    ['that is empty', Buffer.alloc(0), {}, 'proxy-header-refused'],
    ['whose header is not whole', good.subarray(0, 20), {}, 'proxy-header-refused'],
    ['whose header is of a stream', encodeDatagram(STREAM, Buffer.from('query')), {}, 'proxy-header-refused'],
    [
      'of version 1',
      encodeDatagram(encode({ ...HEADER, version: 1 }), Buffer.from('query')),
      {},
      'proxy-header-refused',
    ],
    ['LOCAL where it must name a client', LOCAL, { unknown: 'reject' }, 'proxy-header-refused'],
    ['of a peer nobody trusts', good, { trusted: ['10.0.0.0/8'] }, 'untrusted-peer'],
    ['without the secret', good, { secret: 'correct horse battery' }, 'proxy-header-refused'],
    ['that verify refuses', good, { verify: () => false }, 'proxy-vetoed'],
    ['about which verify has no answer', good, { verify: (async () => true) as never }, 'verify-failed'],
  ])('%s', async (_, datagram, options, code) => {
    const { send, log } = await bed(options);
    expect(await send(datagram)).toEqual([]);
    expect(log.map((each) => [each.code, each.client?.address])).toEqual([[code, '127.0.0.1']]);
  });
});

test('what options let in', async () => {
  const any = await bed({ otherTransport: 'accept' });
  expect(await any.send(encodeDatagram(STREAM, Buffer.from('a')))).toEqual([['a', '203.0.113.7']]);
  const direct = await bed({ trusted: ['10.0.0.0/8'], untrusted: 'direct' });
  expect(await direct.send(Buffer.from('a'))).toEqual([['a', '127.0.0.1']]);
  const secret = Buffer.from('correct horse battery');
  const shared = await bed({ secret });
  const datagram = encodeDatagram({ ...HEADER, tlvs: { xEF: secret } }, Buffer.from('a'));
  expect(await shared.send(datagram)).toEqual([['a', '203.0.113.7']]);
  expect(shared.seen[0]?.from.proxyData?.tlv?.get('xEF')).toEqual(new Uint8Array(secret.length));
  const asked = await bed({ verify: (data) => data.srcPort === 4321 });
  expect(await asked.send(encodeDatagram(HEADER, Buffer.from('a')))).toEqual([['a', '203.0.113.7']]);
});

test('a listener that throws ends nothing', async () => {
  const { server, send, log } = await bed();
  server.on('message', (payload) => {
    if (String(payload) === 'bad') throw new Error('a fault of the application');
  });
  await send(encodeDatagram(HEADER, Buffer.from('bad')));
  await expect
    .poll(() => log.map(({ code, error }) => `${code} ${String(error)}`))
    .toEqual(['listener-failed Error: a fault of the application']);
  expect(await send(encodeDatagram(HEADER, Buffer.from('good')))).toEqual([['good', '203.0.113.7']]);
});

test('over IPv6, an IPv4 peer is IPv4', async () => {
  const seen: unknown[] = [];
  const server = acceptDatagrams(createSocket('udp6'), { trusted: ['127.0.0.0/8'] });
  const proxy = createSocket('udp4');
  onTestFinished(() => {
    server.close();
    proxy.close();
  });
  await once(server.bind(0, '::'), 'listening');
  const heard = once(server, 'message');
  proxy.send(encodeDatagram(HEADER, Buffer.from('query')), server.address().port, '127.0.0.1');
  const [payload, from] = (await heard) as [Buffer, ProxiedRemoteInfo];
  seen.push(String(payload), from.peer.address, from.client.address);
  expect(seen).toEqual(['query', '127.0.0.1', '203.0.113.7']);
});

test.each<[object, RegExp]>([
  [{}, /option trusted: a list/],
  [{ trusted: 'anyone', timeout: 5000 }, /option timeout is unknown/],
  [{ trusted: 'anyone', verify: 1 }, /option verify: a function/],
  [{ trusted: 'anyone', diagnostics: 1 }, /option diagnostics: a function/],
])('%j is refused by name', (options, message) => {
  const socket = createSocket('udp4');
  expect(() => acceptDatagrams(socket, options as DatagramOptions)).toThrow(message);
  socket.close();
});

test('a socket accepts once, and what is no socket never', () => {
  const socket = acceptDatagrams(createSocket('udp4'), { trusted: 'anyone' });
  expect(() => acceptDatagrams(socket, { trusted: 'anyone' })).toThrow(/already/);
  socket.close();
  expect(() => acceptDatagrams({} as Socket, { trusted: 'anyone' })).toThrow(/a socket of node:dgram/);
});
