import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientKey } from '../../../src/smtp/server/client-key.ts';
import { serve } from '../loopback.ts';

const GREETING = '220 mx.test ESMTP truepeer\r\n';
const TOO_MANY = '421 4.7.0 Too many connections; try again later\r\n';
const proxyProtocol = { timeout: 5000, trusted: 'anyone' } as const;

function keyOf(address: string): string | undefined {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return clientKey({ client: { address, port: 1, family, proxied: true } });
}

describe('whom the limits of a client count', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, key) => expect(keyOf(address)).toBe(key));

  it('every spelling of an address is the same client', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), fc.nat(7), (groups, at) => {
        const short = groups.map((group) => group.toString(16));
        const long = short.map((group) => group.padStart(4, '0').toUpperCase());
        const zeroed = groups.map((group, index) => (index >= at && index < at + 2 ? 0 : group));
        const gap = `${zeroed
          .slice(0, at)
          .map((group) => group.toString(16))
          .join(':')}::${zeroed
          .slice(at + 2)
          .map((group) => group.toString(16))
          .join(':')}`;
        expect(keyOf(long.join(':'))).toBe(keyOf(short.join(':')));
        expect(keyOf(gap)).toBe(keyOf(zeroed.map((group) => group.toString(16)).join(':')));
      }),
      { seed: 64, numRuns: 200 },
    );
  });

  it('nobody is nobody, and this machine is not limited unless proxied', () => {
    const from = (
      address: string | null,
      proxied: boolean,
      family: 'IPv4' | 'IPv6' | 'unix' | null = 'IPv4',
    ) => clientKey({ client: { address, port: null, family, proxied } });
    expect(from(null, true, null)).toBeUndefined();
    expect(from('127.0.0.5', false)).toBeUndefined();
    expect(from('::1', false, 'IPv6')).toBeUndefined();
    expect(from('', false, 'unix')).toBeUndefined();
    expect(from('127.0.0.5', true)).toBe('127.0.0.5');
  });

  it('E6: a client with a /64 of addresses is one client', async () => {
    const { dial } = await serve(
      { handlePROXY: () => true },
      { proxyProtocol, limits: { connectionsPerClient: 2 } },
    );
    const greetings: string[] = [];
    for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::1']) {
      const client = dial();
      client.socket.write(`PROXY TCP6 ${address} 2001:db8::25 4321 25\r\n`);
      greetings.push(await client.until('\r\n'));
    }
    expect(greetings).toEqual([GREETING, GREETING, TOO_MANY, GREETING]);
  });

  it('above the budget for half-open headers the one that waits longest makes room for an honest client', async () => {
    const codes: string[] = [];
    const { dial, server } = await serve(
      { handlePROXY: () => true },
      { proxyProtocol, limits: { halfOpenHeaders: 3 }, diagnostics: ({ code }) => void codes.push(code) },
    );
    const silent = [];
    for (let count = 1; count <= 3; count++) {
      silent.push(dial());
      while (server.connectionCount < count) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const honest = dial();
    honest.socket.write('PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n');
    expect(await honest.until(GREETING)).toBe(GREETING);
    expect(await silent[0]!.ended).toBe('');
    expect(codes.filter((code) => code === 'too-many-half-open')).toHaveLength(1);
    expect(silent.slice(1).map(({ socket }) => socket.destroyed)).toEqual([false, false]);
  });
});
