import { Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { acceptProxy, type ProxiedSocket } from '../../src/proxy/node/index.ts';
import { Rig } from '../smtp/harness.ts';
import { type ListenerVector, listenerVectors, octetsOf } from './load.ts';

const GREETING = '220 mx.test ESMTP truepeer\r\n';

/** What became of a connection, at which millisecond. */
interface Fate {
  readonly admittedAt?: number;
  readonly closedAt?: number;
}

function fateOf({ expected: { admittedAt, closedAt } }: ListenerVector): Fate {
  return { ...(admittedAt === undefined ? {} : { admittedAt }), ...(closedAt === undefined ? {} : { closedAt }) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 }));
afterEach(() => void vi.useRealTimers());

/** The end of a connection that a listener holds, from an address of the vector's choice. */
class Arrival extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort = 4321;
  written = 0;
  closedAt: number | undefined;

  constructor(peer: string) {
    super();
    this.remoteAddress = peer;
  }

  override _read(): void {}
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.written += chunk.length;
    done();
  }
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.closedAt ??= Date.now();
    done(error);
  }
}

describe('any server behind acceptProxy', () => {
  test.each(listenerVectors)('$name', async (vector) => {
    const { listener, peer, sent, ends, until, expected } = vector;
    const server = acceptProxy(new Server(), listener);
    let admittedAt: number | undefined;
    server.on('connection', () => (admittedAt = Date.now()));
    const socket = new Arrival(peer);
    server.emit('connection', socket as unknown as Socket);
    for (const [at, hex] of sent) {
      await vi.advanceTimersByTimeAsync(at - Date.now());
      if (!socket.destroyed) socket.push(Buffer.from(octetsOf(hex)));
      await turns();
    }
    if (ends !== undefined) {
      await vi.advanceTimersByTimeAsync(ends - Date.now());
      socket.push(null);
      await turns();
    }
    await vi.advanceTimersByTimeAsync((until ?? Date.now()) - Date.now());
    await turns();

    const { closedAt, written } = socket;
    expect({ admittedAt, closedAt }).toEqual({ admittedAt: undefined, closedAt: undefined, ...fateOf(vector) });
    expect(written).toBe(0);
    if (admittedAt === undefined) return;
    const rest = (socket.read() as Buffer | null)?.toString('hex') ?? '';
    expect(rest).toBe(expected.rest);
    expect((socket as unknown as ProxiedSocket).client).toEqual(expected.client);
  });
});

describe('the SMTP server', () => {
  const trusted = listenerVectors.filter(({ ends, expected }) => ends === undefined && expected.proxy !== false);
  test.each(trusted)('$name', ({ listener, sent, until, expected, ...rest }) => {
    const rig = new Rig({ handlePROXY: () => true }, { proxyProtocol: listener });
    rig.proxied = true;
    rig.time = 0;
    rig.conversation.start(true, false);
    let fate: Fate = {};
    const look = (): void => {
      if (fate.admittedAt !== undefined || fate.closedAt !== undefined) return;
      // What SMTP makes of the rest is another matter.
      if (rig.transcript !== '') fate = { admittedAt: rig.time };
      else if (rig.closed !== undefined) fate = { closedAt: rig.time };
    };
    const passTo = (at: number): void => {
      if (rig.closed === undefined && rig.transcript === '' && rig.deadlineAt <= at) rig.expire();
      look();
      rig.time = at;
    };
    for (const [at, hex] of sent) {
      passTo(at);
      if (rig.closed === undefined) rig.say(Buffer.from(octetsOf(hex)));
      look();
    }
    passTo(until ?? rig.time);
    expect(fate).toEqual(fateOf({ listener, sent, expected, ...rest }));
    expect(rig.transcript.startsWith(GREETING)).toBe(expected.admittedAt !== undefined);
    if (expected.client !== undefined) expect(rig.session.client).toEqual(expected.client);
  });
});

/** Lets a stream do what it has put off. */
async function turns(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
