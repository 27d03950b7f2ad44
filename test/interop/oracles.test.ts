import { beforeAll, expect, test } from 'vitest';
import { AF, encode, PP2_TYPE, PROTO } from '../../src/proxy/index.ts';
import { differencesOf, expectedOf, haproxyDifferences, tsharkDifferences } from './known-differences.ts';
import type { KnownDifference } from './known-differences.ts';
import { oracleCases } from './oracle-cases.ts';
import type { OracleCase } from './oracle-cases.ts';
import { HAProxyOracle } from './parts/haproxy-oracle.ts';
import type { Understood } from './parts/haproxy-oracle.ts';
import { describeWith } from './parts/installed.ts';
import { versionOf } from './parts/program.ts';
import { Stage } from './parts/stage.ts';
import { readWithTshark } from './parts/tshark.ts';
import type { Reading } from './parts/tshark.ts';

const headers = oracleCases.map((each) => ({ ...each, octets: encode(each.header) }));

describeWith(['tshark'], 'what tshark finds in encoded headers', () => {
  const stage = new Stage();
  let readings: Reading[];
  let differences: readonly KnownDifference<Reading>[];

  beforeAll(async () => {
    readings = await readWithTshark(
      stage,
      headers.map(({ octets }) => octets),
    );
    differences = differencesOf(tsharkDifferences, await versionOf('tshark', '--version'));
  });

  test.for(headers.map(({ name }, n) => [name, n] as const))('%s', ([, n]) => {
    const { reading, octets } = headers[n]!;
    expect(readings[n]).toEqual(expectedOf(differences, readingOf(reading, octets), octets).said);
  });

  test('every known difference occurs', () => {
    const used = headers.flatMap(
      ({ reading, octets }) => expectedOf(differences, readingOf(reading, octets), octets).used,
    );
    expect([...new Set(used)].toSorted(byReason)).toEqual([...differences].toSorted(byReason));
  });

  test('it complains when a header is spoilt', async () => {
    const [good] = headers.filter(({ name }) => name === 'v1 TCP4');
    const spoilt = Buffer.from(
      Buffer.from(good!.octets).toString('latin1').replace('203.0.113.7', '203.0.113.777'),
    );
    const [reading] = await readWithTshark(stage, [spoilt]);
    expect(reading).toMatchObject({ version: 1, source: null, complaint: 'Unrecognized IPv4 address' });
  });
});

describeWith(['haproxy'], 'what HAProxy understands of encoded headers', () => {
  const stage = new Stage();
  let oracle: HAProxyOracle;
  let differences: readonly KnownDifference<Understood | 'refused'>[];

  beforeAll(async () => {
    oracle = await HAProxyOracle.start(stage);
    differences = differencesOf(haproxyDifferences, await versionOf('haproxy', '-v'));
  });

  test.for(headers.map((each) => [each.name, each] as const))('%s', async ([, each]) => {
    const { said } = expectedOf(differences, understandingOf(each), each.octets);
    expect(await oracle.understand(each.octets)).toEqual(said);
  });

  test('every known difference occurs', () => {
    const used = headers.flatMap((each) => expectedOf(differences, understandingOf(each), each.octets).used);
    expect([...new Set(used)].toSorted(byReason)).toEqual([...differences].toSorted(byReason));
  });

  test('it refuses a header whose checksum does not fit', async () => {
    const octets = Buffer.from(encode({ ...headers[0]!.header, version: 2, checksum: true }));
    expect(await oracle.understand(octets)).toMatchObject({ source: '203.0.113.7 4321' });
    octets[octets.length - 1]! ^= 1;
    expect(await oracle.understand(octets)).toBe('refused');
  });
});

function readingOf(reading: OracleCase['reading'], octets: Uint8Array): Reading {
  return typeof reading === 'function' ? reading(octets) : reading;
}

/** What HAProxy should say: the addresses where there are any, and the octets of two TLVs. */
function understandingOf({ reading, octets }: (typeof headers)[number]): Understood {
  const { family, transport, source, destination, tlvs } = readingOf(reading, octets);
  const known = source !== null && family !== AF.UNSPEC && transport !== PROTO.UNSPEC;
  const octetsOf = (type: number): string => tlvs.find(([each]) => each === type)?.[1] ?? '';
  return {
    source: known ? source : 'the connection',
    destination: known ? String(destination) : 'the connection',
    authority: octetsOf(PP2_TYPE.AUTHORITY),
    uniqueId: octetsOf(PP2_TYPE.UNIQUE_ID),
  };
}

function byReason(a: { reason: string }, b: { reason: string }): number {
  return a.reason < b.reason ? -1 : 1;
}
