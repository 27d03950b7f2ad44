/** Random setups, what is sent under them, and how it comes. */

import fc from 'fast-check';
import { encode } from '../../../src/proxy/index.ts';
import { TIMINGS } from './application.ts';
import { sent } from './commands.ts';
import type { Delivery } from './play.ts';
import { DECISIONS, type Decision, type Setup } from './setup.ts';

const pick = (...texts: string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

const proxyHeader = pick(
  'PROXY TCP4 203.0.113.7 198.51.100.25 4321 25\r\n',
  'PROXY UNKNOWN\r\n',
  Buffer.from(
    encode({ srcAddr: '2001:db8::7', dstAddr: '2001:db8::25', srcPort: 4321, dstPort: 25, checksum: true }),
  ).toString('latin1'),
  Buffer.from(encode({ command: 'LOCAL' })).toString('latin1'),
).chain((octets) => fc.constantFrom(true, true, true, false).map((served) => ({ octets, served })));
const wrongHeader = pick(
  'PROXY TCP4 203.0.113.7 198.51.100.25 4321 99999\r\n',
  'EHLO c.test\r\n',
  '\r\n\r\n\0\r\nQUIT\n\x11',
).map((octets) => ({ octets, served: false }));
const header: fc.Arbitrary<Setup['header']> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 3, arbitrary: proxyHeader },
  { weight: 1, arbitrary: wrongHeader },
);

const rarely: fc.Arbitrary<Decision> = fc.oneof(
  { weight: 20, arbitrary: fc.constant<Decision>('ok') },
  { weight: 1, arbitrary: fc.constantFrom(...DECISIONS) },
);
const yes = (inTen: number): fc.Arbitrary<boolean> => fc.nat(9).map((draw) => draw < inTen);

const setups: fc.Arbitrary<Setup> = fc
  .record({
    header,
    lmtp: yes(3),
    takes: fc.constantFrom('buffer' as const, 'buffer' as const, 'stream' as const, 'ignore' as const),
    bareNewlines: fc.constantFrom('reject' as const, 'normalize' as const, 'preserve' as const),
    dataSizeLimit: fc.constantFrom(0, 50, 2000, 33_554_432),
    authenticates: yes(6),
    authRequired: yes(2),
    authRequireTLS: yes(3),
    hasTLS: yes(7),
    requireStartTLS: yes(1),
    trusted: yes(5),
    rawXCLIENT: yes(5),
    strictSyntax: yes(2),
    tolerant: yes(3),
    junkCommands: fc.constantFrom(100, 100, 100, 100, 12, 3),
    unknownCommands: fc.constantFrom(20, 20, 20, 20, 20, 2),
    errors: fc.constantFrom(100, 100, 100, 100, 8, 2),
    chunks: fc.constantFrom(10_000, 10_000, 10_000, 2, 1),
    connect: rarely,
    reset: rarely,
    quit: rarely,
  })
  .map((setup) => ({
    ...setup,
    requireStartTLS: setup.requireStartTLS && setup.hasTLS,
    authRequired: setup.authRequired && setup.authenticates,
    // XCLIENT is not for a peer that has spoken for somebody already.
    trusted: setup.trusted && setup.header === null,
  }));

function inFront(setup: Setup, leg: string, index: number): string {
  const text = setup.lmtp ? leg.replaceAll('EHLO c.test', 'LHLO c.test') : leg;
  return index === 0 ? (setup.header?.octets ?? '') + text : text;
}

/** A setup and what is sent under it, the PROXY header in front. */
export const dialogues: fc.Arbitrary<readonly [Setup, readonly string[]]> = fc
  .tuple(setups, sent)
  .map(([setup, legs]) => [setup, legs.map((text, index) => inFront(setup, text, index))]);

export const deliveries: fc.Arbitrary<Delivery> = fc.record({
  cuts: fc.oneof(
    { weight: 2, arbitrary: fc.constant('lines' as const) },
    { weight: 1, arbitrary: fc.constant('octets' as const) },
    { weight: 4, arbitrary: fc.array(fc.nat(5000), { maxLength: 12 }) },
  ),
  readsAhead: fc.boolean(),
  interrupted: fc.boolean(),
  timings: fc.array(fc.constantFrom(...TIMINGS), { maxLength: 5 }),
});
