import { hexCode, pascal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn } from '../../../print.ts';

/** The checksum function. */
export function emitChecksum({ spec }: Model, wire: string): Draft {
  return {
    name: 'checksum.ts',
    from: 'spec/v2.ts',
    doc: `The ${spec.checksum.name} checksum.`,
    imports: [{ from: wire, names: ['makeCrc32'] }],
    statements: [
      constant(
        'crc',
        `makeCrc32(${hexCode(spec.checksum.polynomial, 8)})`,
        'The checksum of the octets below `end`, the four at `zeroed` counted as zero.',
      ),
    ],
  };
}

/** The tables as one value: what a codec is made from. */
export function emitTables({ spec }: Model, wire: string): Draft {
  const line = spec.v1.find((rule) => rule.name === 'header')!;
  const v1 = firstOctet(line.is);
  const v2 = `0x${spec.preamble.signature.slice(0, 2)}`;
  const fields = ['srcAddr', 'dstAddr', 'srcPort', 'dstPort'];
  const readers = fields.map(
    (name) => `${name}: (h) => (h.version === 1 ? v1${pascal(name)}(h) : v2${pascal(name)}(h.bytes)),`,
  );
  return {
    name: 'tables.ts',
    from: 'spec/',
    doc: 'Everything generated, as one value that a codec is made from.',
    imports: [
      { from: wire, names: ['Limits', 'Scan', 'Tables'], typeOnly: true },
      { from: './checksum.ts', names: ['crc'] },
      {
        from: './constants.ts',
        names: ['AF', 'AF_NAME', 'PP2_TYPENAME', 'PROTO', 'PROTO_NAME', 'V2_CMD', 'V2_CMD_NAME'],
      },
      { from: './errors.ts', names: ['ERROR', 'ERRORS'] },
      { from: './limits.ts', names: ['DEFAULT_LIMITS'] },
      { from: './tlv-codec.ts', names: ['readTlv', 'writeTlv', 'writeTlvHead'] },
      { from: './tlv-index.ts', names: ['indexTlvs'] },
      { from: './tlv-scan.ts', names: ['scanTlvs'] },
      { from: './tlv-table.ts', names: ['RANGES', 'TLVS'] },
      { from: './tlv-table.ts', names: ['TlvValues'], typeOnly: true },
      {
        from: './v1-line.ts',
        names: [
          'V1_FAMILY',
          'V1_TRANSPORT',
          'v1RestEnd',
          'v1RestStart',
          'writeV1',
          ...fields.map((f) => `v1${pascal(f)}`),
        ],
      },
      { from: './v1-scan.ts', names: ['scanV1', 'V1_SHORTEST'] },
      {
        from: './v2-header.ts',
        names: [
          'v2Command',
          'v2Family',
          'v2Transport',
          'writeBlock',
          'writePreamble',
          ...fields.map((f) => `v2${pascal(f)}`),
        ],
      },
      { from: './v2-scan.ts', names: ['BLOCK_SIZE', 'PREAMBLE_SIZE', 'scanV2'] },
    ],
    statements: [
      fn(
        'scanHeader',
        ['b: Uint8Array', 'limits: Limits', 'scan: Scan'],
        'number',
        `if (b.length === 0) return scan.need(V1_SHORTEST);
         switch (b[0]) {
           case ${v1}:
             return (limits.versions & 1) === 0 ? scan.fail(ERROR.VERSION_NOT_ACCEPTED, 0) : scanV1(b, limits, scan);
           case ${v2}:
             return (limits.versions & 2) === 0 ? scan.fail(ERROR.VERSION_NOT_ACCEPTED, 0) : scanV2(b, limits, scan);
           default:
             return scan.fail(ERROR.BAD_SIGNATURE, 0);
         }`,
        'Length of the header at the start of `b`, or NEED, or FAULT. The first octet tells the version.',
        false,
      ),
      constant(
        'tables',
        `{
          limits: DEFAULT_LIMITS,
          errors: ERRORS,
          tlvs: TLVS,
          ranges: RANGES,
          names: { command: V2_CMD_NAME, family: AF_NAME, transport: PROTO_NAME },
          pairs: [${spec.pairs.map((pair) => hexCode(pair.code)).join(', ')}],
          typeNames: PP2_TYPENAME,
          scanHeader,
          scanTlvs,
          indexTlvs,
          readTlv,
          writeTlv,
          command: (h) => (h.version === 1 ? null : v2Command(h.bytes)),
          family: (h) => (h.version === 1 ? V1_FAMILY[h.rule]! : isLocal(h.bytes) ? AF.UNSPEC : v2Family(h.bytes)),
          transport: (h) => (h.version === 1 ? V1_TRANSPORT[h.rule]! : isLocal(h.bytes) ? PROTO.UNSPEC : v2Transport(h.bytes)),
          ${readers.join('\n')}
          restStart: (h) => (h.version === 1 ? v1RestStart(h) : PREAMBLE_SIZE + (h.proxied ? BLOCK_SIZE[v2Family(h.bytes)]! : 0)),
          restEnd: (h) => (h.version === 1 ? v1RestEnd(h) : h.length),
          blockSize: (family) => BLOCK_SIZE[family] ?? 0,
          preambleSize: PREAMBLE_SIZE,
          writePreamble,
          writeBlock,
          writeLine: writeV1,
          writeTlvHead,
          crc,
        }`,
        'The tables.',
        'Tables<TlvValues>',
      ),
      fn(
        'isLocal',
        ['b: Uint8Array'],
        'boolean',
        'return v2Command(b) === V2_CMD.LOCAL;',
        'Whether the header speaks of the proxy itself, so that its family and transport say nothing.',
        false,
      ),
    ],
  };
}

function firstOctet(production: unknown): string {
  const text = JSON.stringify(production).match(/"(?:seq|alt)":\["([^"])/)?.[1] ?? '';
  return hexCode(text.charCodeAt(0));
}
