import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { optionError } from '../../../src/wire/messages/option-error.ts';
import type { Diagnostic } from '../../../src/proxy/node/diagnostic.ts';
import { type Peer, peerOf, UNIX_PEER } from '../../../src/proxy/node/peer.ts';
import { type Trusted, TrustList } from '../../../src/proxy/node/trust/trust-list.ts';

/** Whether a peer is trusted whose address the system gives so. */
function trusts(entry: string, remoteAddress: string): boolean {
  return new TrustList([entry]).trusts(peerOf({ remoteAddress, remotePort: 4321 } as Socket));
}

test.each([
  ['10.0.0.0/31', '10.0.0.1', '10.0.0.2'],
  ['10.0.0.0/32', '10.0.0.0', '10.0.0.1'],
  ['10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
  ['10.64.0.0/10', '10.127.255.255', '10.128.0.0'],
  ['192.0.2.7', '192.0.2.7', '192.0.2.6'],
  ['0.0.0.0/0', '203.0.113.7', '2001:db8::1'],
  ['0.0.0.0/1', '127.255.255.255', '128.0.0.0'],
  ['10.0.0.0/8', '::ffff:10.1.2.3', '::ffff:11.1.2.3'],
  ['::ffff:10.0.0.0/104', '10.1.2.3', '11.1.2.3'],
  ['2001:db8::/33', '2001:db8:7fff:ffff::', '2001:db8:8000::'],
  ['2001:db8::/127', '2001:db8::1', '2001:db8::2'],
  ['2001:db8::1', '2001:db8::1', '2001:db8::'],
  ['::/0', 'fe80::1', '203.0.113.7'],
  ['::/0', '2001:db8::1', '::ffff:203.0.113.7'],
  ['::/1', '::1', '127.0.0.1'],
  ['::/96', '::7f00:1', '127.0.0.1'],
  ['::ffff:0:0/96', '203.0.113.7', '::1'],
  ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.6'],
  ['::ffff:c000:207', '192.0.2.7', '192.0.2.6'],
  ['::1', '::1', 'fe80::1%eth0'],
  ['fe80::/10', 'fe80::1%eth0', 'fec0::1%eth0'],
  ['fe80::1', 'fe80::1%eth0', 'fe80::2%eth0'],
])('%s trusts %s and not %s', (entry, inside, outside) => {
  expect([trusts(entry, inside), trusts(entry, outside)]).toEqual([true, false]);
});

test("nobody by an address is trusted as 'unix', and no Unix socket by a network", () => {
  expect([trusts('unix', '127.0.0.1'), new TrustList(['unix']).trusts(UNIX_PEER)]).toEqual([false, true]);
  expect(new TrustList(['0.0.0.0/0', '::/0']).trusts(UNIX_PEER)).toBe(false);
});

test('the verdict on one peer is not that on the next', () => {
  const list = new TrustList(['10.0.0.0/8', '2001:db8::/32']);
  const addresses = ['10.0.0.1', '11.0.0.1', '10.0.0.1', '2001:db8::1', '2001:db9::1', '2001:db8::1'];
  const verdicts = addresses.map((remoteAddress) =>
    list.trusts(peerOf({ remoteAddress, remotePort: 1 } as Socket)),
  );
  expect(verdicts).toEqual([true, false, true, true, false, true]);
});

test.each<[unknown]>([
  ['10.0.0.0/'],
  ['10.0.0.0/33'],
  ['10.0.0.0/-1'],
  ['10.0.0.0/+8'],
  ['10.0.0.0/08'],
  ['10.0.0.0/008'],
  ['10.0.0.0/00'],
  ['2001:db8::/032'],
  ['10.0.0.0/8 '],
  [' 10.0.0.0/8'],
  ['010.0.0.0/8'],
  ['10.0.0/8'],
  ['10.0.0.0/8/8'],
  ['10.0.0.0/0x8'],
  ['::/129'],
  ['::1/1e1'],
  ['fe80::1%eth0'],
  ['fe80::%eth0/10'],
  ['localhost'],
  ['ANYONE'],
  [''],
  [10],
  [null],
])('%j is no network', (entry) => {
  expect(() => new TrustList([entry] as Trusted)).toThrow(
    `${JSON.stringify(entry)} is no network; allowed are`,
  );
});

test.each([
  ['10.9.9.9/8', '10.0.0.0/8'],
  ['192.0.2.1/0', '0.0.0.0/0'],
  ['10.0.0.1/31', '10.0.0.0/31'],
  ['2001:db8::1/32', '2001:db8::/32'],
  ['2001:db8::/0', '::/0'],
  ['fe80::1/10', 'fe80::/10'],
  ['::ffff:10.1.0.0/104', '::ffff:10.0.0.0/104'],
  ['::ffff:10.0.0.0/85', '::f800:0:0/85'],
])('%s has bits behind its prefix, and %s is named', (entry, meant) => {
  expect(() => new TrustList([entry])).toThrow(
    optionError(
      'ERR_INVALID_ARG_VALUE',
      `option trusted: "${entry}" has bits set behind its prefix; the network is ${meant}, the single address ${entry.split('/')[0]}`,
    ),
  );
});

describe('a function', () => {
  const peer = peerOf({ remoteAddress: '::ffff:10.0.0.1', remotePort: 4321 } as Socket);

  test('is asked for each connection', () => {
    const asked: Peer[] = [];
    const list = new TrustList((given) => asked.push(given) === 2);
    expect([list.trusts(peer), list.trusts(peer), list.trusts(UNIX_PEER)]).toEqual([false, true, false]);
    expect(asked).toEqual([{ address: '10.0.0.1', port: 4321, family: 'IPv4' }, asked[0], UNIX_PEER]);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
      /no database/,
    ],
    ['answers later', async () => true, /at once/],
    ['answers later, and fails', async () => Promise.reject(new Error('no')), /at once/],
    ['answers with something truthy', () => 'yes', /at once/],
    ['forgets to answer', () => undefined, /at once/],
  ])('that %s trusts nobody, and is reported', (_, judge, cause) => {
    const log: Diagnostic[] = [];
    const list = new TrustList(judge as () => boolean, 'trusted', (diagnostic) => log.push(diagnostic));
    expect(list.trusts(peer)).toBe(false);
    expect(log).toEqual([
      expect.objectContaining({
        level: 'error',
        code: 'trusted-failed',
        client: { ...peer, proxied: false },
      }),
    ]);
    expect(String(log[0]?.error)).toMatch(cause);
  });
});
