import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { peerOf, UNIX_PEER } from '../../../src/proxy/node/peer.ts';
import { type Trusted, TrustList } from '../../../src/proxy/node/trust-list.ts';

/** Whether a peer is trusted whose address the system gives so. */
function trusts(entry: string, remoteAddress: string): boolean {
  return new TrustList([entry]).trusts(peerOf({ remoteAddress, remotePort: 4321 } as Socket));
}

test.each([
  ['10.0.0.0/31', '10.0.0.1', '10.0.0.2'],
  ['10.0.0.0/32', '10.0.0.0', '10.0.0.1'],
  ['10.9.9.9/8', '10.255.255.255', '11.0.0.0'],
  ['192.0.2.7', '192.0.2.7', '192.0.2.6'],
  ['0.0.0.0/0', '203.0.113.7', '2001:db8::1'],
  ['0.0.0.0/1', '127.255.255.255', '128.0.0.0'],
  ['10.0.0.0/8', '::ffff:10.1.2.3', '::ffff:11.1.2.3'],
  ['::ffff:10.0.0.0/104', '10.1.2.3', '11.1.2.3'],
  ['2001:db8::/33', '2001:db8:7fff:ffff::', '2001:db8:8000::'],
  ['2001:db8::/127', '2001:db8::1', '2001:db8::2'],
  ['2001:db8::1', '2001:db8::1', '2001:db8::'],
  ['2001:db8::/0', 'fe80::1', 'unix'],
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
