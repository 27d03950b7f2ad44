import { AF, PROTO, V2_CMD } from '../../src/proxy/index.ts';
import type { Understood } from './parts/haproxy-oracle.ts';
import type { Reading } from './parts/tshark.ts';

/** A program's version as [major, minor]. */
export type Version = readonly [major: number, minor: number];

/**
 * Where an oracle says something else than the standard, and why. `instead` turns what should be said about the
 * octets into what the oracle says, and returns its argument itself where the header is not concerned. The tests
 * expect exactly that: a difference that no longer occurs fails, and so does one that no header shows.
 */
export interface KnownDifference<Said> {
  readonly reason: string;
  /** The first version that does not differ any more. */
  readonly until?: Version;
  readonly instead: (said: Said, octets: Uint8Array) => Said;
}

/** What the oracle of this version is expected to say, and the differences that made it so. */
export function expectedOf<Said>(
  differences: readonly KnownDifference<Said>[],
  said: Said,
  octets: Uint8Array,
): { readonly said: Said; readonly used: readonly KnownDifference<Said>[] } {
  let result = said;
  const used = differences.filter((difference) => {
    const before = result;
    result = difference.instead(before, octets);
    return result !== before;
  });
  return { said: result, used };
}

/** The differences that a version has. */
export function differencesOf<Said>(
  differences: readonly KnownDifference<Said>[],
  [major, minor]: Version,
): readonly KnownDifference<Said>[] {
  return differences.filter(
    ({ until }) => until === undefined || major < until[0] || (major === until[0] && minor < until[1]),
  );
}

export const tsharkDifferences: readonly KnownDifference<Reading>[] = [
  {
    reason: 'PROXY UNKNOWN with no word after it is called badly formatted',
    instead: (said, octets) =>
      Buffer.from(octets).equals(Buffer.from('PROXY UNKNOWN\r\n'))
        ? { ...said, complaint: 'Badly formatted PROXY header line' }
        : said,
  },
  {
    reason: 'no TLV is shown where there are no addresses',
    instead: (said) => (said.family === AF.UNSPEC && said.tlvs.length > 0 ? { ...said, tlvs: [] } : said),
  },
  {
    reason: 'a TLV that begins in the last 16 octets is not shown: the fixed part is not counted',
    until: [4, 4],
    instead: (said, octets) => {
      const starts = startsOf(said.tlvs, octets.length);
      const tlvs = said.tlvs.filter((_, n) => starts[n]! < octets.length - 16);
      return tlvs.length === said.tlvs.length ? said : { ...said, tlvs };
    },
  },
  {
    reason: 'what follows an SSL vector is shown inside it',
    instead: (said) => {
      const ssl = said.tlvs.findIndex(([, , parent]) => parent !== undefined) - 1;
      if (ssl < 0 || said.tlvs.slice(ssl + 1).every(([, , parent]) => parent !== undefined)) return said;
      const type = said.tlvs[ssl]![0];
      return {
        ...said,
        tlvs: said.tlvs.map((tlv, n) => (n > ssl ? ([tlv[0], tlv[1], type] as const) : tlv)),
      };
    },
  },
];

export const haproxyDifferences: readonly KnownDifference<Understood | 'refused'>[] = [
  {
    reason:
      'with command PROXY it takes TCP over IPv4 and IPv6, and closes on every other pair of the standard',
    instead: (said, octets) => (isProxied(octets) && !isTcpOverIp(octets) ? 'refused' : said),
  },
];

/** Offset in the header at which each vector begins; a nested one lies behind type, length and five octets of SSL. */
function startsOf(tlvs: Reading['tlvs'], end: number): number[] {
  const sizes = tlvs.map(([, hex]) => 3 + hex.length / 2);
  let next = end - tlvs.reduce((sum, [, , parent], n) => sum + (parent === undefined ? sizes[n]! : 0), 0);
  let nested = 0;
  return tlvs.map(([, , parent], n) => {
    const start = parent === undefined ? next : nested;
    if (parent === undefined) {
      next = start + sizes[n]!;
      nested = start + 8;
    } else nested = start + sizes[n]!;
    return start;
  });
}

// The 13th octet of version 2 ends in the command; the 14th holds family and transport.
function isProxied(octets: Uint8Array): boolean {
  return octets[0] === '\r'.charCodeAt(0) && (octets[12]! & 0x0f) === V2_CMD.PROXY;
}

function isTcpOverIp(octets: Uint8Array): boolean {
  return [AF.INET, AF.INET6].some((family) => octets[13] === ((family << 4) | PROTO.STREAM));
}
