import { leading, rulesOf } from '../../../grammar.ts';
import { hexCode, pascal } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn, local } from '../../../print.ts';
import {
  CHECKSUM,
  CONSTANTS,
  ERRORS,
  LIMITS,
  TABLES,
  TLV_CODEC,
  TLV_INDEX,
  TLV_SCAN,
  TLV_TABLE,
  V1_SCAN,
  v1Line,
  V2_SCAN,
  v2Header,
  WIRE,
  WIRE_TYPES,
} from '../modules.ts';
import { switchOn } from '../switch.ts';

/** The checksum function. */
export function emitChecksum({ spec: { checksum } }: Model): Draft {
  return {
    name: 'checksum.ts',
    from: 'spec/v2.ts',
    doc: `The ${checksum.name} checksum.`,
    statements: [
      constant(
        CHECKSUM.crc,
        `${WIRE.makeCrc32}(${hexCode(checksum.polynomial, 8)})`,
        'The checksum of the octets below `end`, the four at `zeroed` counted as zero.',
      ),
    ],
  };
}

/** The tables as one value: what a codec is made from. */
export function emitTables(model: Model): Draft {
  return {
    name: 'tables.ts',
    from: 'spec/',
    doc: 'Everything generated, as one value that a codec is made from.',
    statements: [
      local(
        fn(
          'scanHeader',
          { b: 'Uint8Array', limits: WIRE_TYPES.Limits, scan: WIRE_TYPES.Scan },
          'number',
          scanHeaderOf(model),
          'Length of the header at the start of `b`, or NEED, or FAULT. The first octet tells the version.',
        ),
      ),
      constant(TABLES.tables, tablesOf(model), 'The tables.', `${WIRE_TYPES.Tables}<${TLV_TABLE.TlvValues}>`),
      local(
        fn(
          'isLocal',
          { b: 'Uint8Array' },
          'boolean',
          `return ${v2Header('v2Command')}(b) === ${CONSTANTS.V2_CMD}.LOCAL;`,
          'Whether the header speaks of the proxy itself, so that its family and transport say nothing.',
        ),
      ),
    ],
  };
}

function scanHeaderOf({ spec }: Model): string {
  const rules = rulesOf(spec.v1);
  const line = hexCode(leading(rules.get('header')!.is, rules).charCodeAt(0));
  const scan = (bit: number, scanner: string): string =>
    `return (limits.versions & ${bit}) === 0 ? scan.fail(${ERRORS.ERROR}.VERSION_NOT_ACCEPTED, 0) : ${scanner}(b, limits, scan);`;
  const versions = [
    { label: line, remark: 'version 1', body: scan(1, V1_SCAN.scanV1) },
    { label: `0x${spec.preamble.signature.slice(0, 2)}`, remark: 'version 2', body: scan(2, V2_SCAN.scanV2) },
  ];
  return `if (b.length === 0) return scan.need(${V1_SCAN.V1_SHORTEST});
    ${switchOn('b[0]', versions, `return scan.fail(${ERRORS.ERROR}.BAD_SIGNATURE, 0);`)}`;
}

function tablesOf({ spec }: Model): string {
  const readers = ['srcAddr', 'dstAddr', 'srcPort', 'dstPort'].map((name) => {
    const [v1, v2] = [v1Line(`v1${pascal(name)}`), v2Header(`v2${pascal(name)}`)];
    return `${name}: (h) => (h.version === 1 ? ${v1}(h) : ${v2}(h.bytes)),`;
  });
  const { AF, AF_NAME, PP2_TYPENAME, PROTO, PROTO_NAME, V2_CMD, V2_CMD_NAME } = CONSTANTS;
  const [preamble, blocks] = [v2Header('PREAMBLE_SIZE'), v2Header('BLOCK_SIZE')];
  const [family, transport] = [v2Header('v2Family'), v2Header('v2Transport')];
  return `{
    limits: ${LIMITS.DEFAULT_LIMITS},
    errors: ${ERRORS.ERRORS},
    tlvs: ${TLV_TABLE.TLVS},
    ranges: ${TLV_TABLE.RANGES},
    names: { command: ${V2_CMD_NAME}, family: ${AF_NAME}, transport: ${PROTO_NAME} },
    codes: { command: ${V2_CMD}, family: ${AF}, transport: ${PROTO} },
    pairs: [${spec.pairs.map((pair) => hexCode(pair.code)).join(', ')}],
    typeNames: ${PP2_TYPENAME},
    scanHeader,
    ${TLV_SCAN.scanTlvs},
    ${TLV_INDEX.indexTlvs},
    ${TLV_CODEC.readTlv},
    ${TLV_CODEC.writeTlv},
    command: (h) => (h.version === 1 ? null : ${v2Header('v2Command')}(h.bytes)),
    family: (h) => (h.version === 1 ? ${v1Line('V1_FAMILY')}[h.rule]! : isLocal(h.bytes) ? ${AF}.UNSPEC : ${family}(h.bytes)),
    transport: (h) => (h.version === 1 ? ${v1Line('V1_TRANSPORT')}[h.rule]! : isLocal(h.bytes) ? ${PROTO}.UNSPEC : ${transport}(h.bytes)),
    ${readers.join('\n')}
    restStart: (h) => (h.version === 1 ? ${v1Line('v1RestStart')}(h) : ${preamble} + (h.proxied ? ${blocks}[${family}(h.bytes)]! : 0)),
    restEnd: (h) => (h.version === 1 ? ${v1Line('v1RestEnd')}(h) : h.length),
    blocks: ${v2Header('ADDRESS_BLOCKS')},
    preambleSize: ${preamble},
    ${v2Header('writePreamble')},
    ${v2Header('writeBlock')},
    writeLine: ${v1Line('writeV1')},
    tlvHeadSize: ${TLV_TABLE.TLV_HEAD_SIZE},
    ${TLV_CODEC.writeTlvHead},
    ${CHECKSUM.crc},
  }`;
}
