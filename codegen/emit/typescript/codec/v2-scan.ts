import type { Row, Tlv } from '../../../../spec/types.ts';
import { comment, hexCode } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn, lines, local } from '../../../print.ts';
import { CHECKSUM, ERRORS, TLV_SCAN, V2_SCAN, v2Header, WIRE, WIRE_TYPES } from '../modules.ts';
import { preambleOffsets } from '../offsets.ts';
import { switchOn } from '../switch.ts';

const { ERROR } = ERRORS;

/** The scanner of a version 2 header. */
export function emitV2Scan({ spec }: Model): Draft {
  const signature = spec.preamble.signature.match(/[0-9a-f]{2}/g)!.map((octet) => `0x${octet}`);
  const common = { limits: WIRE_TYPES.Limits, scan: WIRE_TYPES.Scan };
  return {
    name: 'v2-scan.ts',
    from: 'spec/v2.ts',
    doc: 'Scans a version 2 header. Nothing is made but the notes in `Scan`.',
    statements: [
      ...preambleOffsets(spec),
      local(constant('SIGNATURE', `[${signature.join(', ')}]`, 'The first octets.', 'readonly number[]')),
      fn(
        V2_SCAN.scanV2,
        { b: 'Uint8Array', ...common },
        'number',
        `${scanPreamble(spec, signature)}${scanBlock(spec)}`,
        'Length of the header at the start of `b`, or NEED, or FAULT.',
      ),
      local(
        fn(
          'scanOpaque',
          { b: 'Uint8Array', family: 'number', length: 'number', ...common },
          'number',
          `const end = PREAMBLE + length;
           if (b.length < end) return scan.need(end);
           const block = ${v2Header('BLOCK_SIZE')}[family] ?? 0;
           const start = ${WIRE.opaqueTlvs}(b, PREAMBLE, block, end, ${checksumType(spec)}, ${CHECKSUM.crc});
           return start < end ? scanRest(b, start, end, limits, true, scan) : end;`,
          'The block of a LOCAL or UNSPEC header: nothing in it can spoil the header but a checksum that is wrong.',
        ),
      ),
      local(
        fn(
          'scanRest',
          {
            b: 'Uint8Array',
            start: 'number',
            end: 'number',
            limits: WIRE_TYPES.Limits,
            lenient: 'boolean',
            scan: WIRE_TYPES.Scan,
          },
          'number',
          scanRest(spec),
          'What follows the address block: the TLVs, then the checksum over it all.',
        ),
      ),
    ],
  };
}

/** The signature, and the two octets behind it. */
function scanPreamble({ preamble, commands }: Model['spec'], signature: readonly string[]): string {
  const differs = signature.map((octet, i) => `b[${i}] !== ${octet}`).join(' || ');
  return `
    const n = b.length;
    scan.version = ${preamble.version};
    scan.proxied = false;
    scan.tlvStart = 0;
    if (n < ${signature.length} || ${differs}) {
      for (let i = 0; i < n && i < ${signature.length}; i++) {
        if (b[i] !== SIGNATURE[i]) return scan.fail(${ERROR}.BAD_SIGNATURE, i);
      }
      return scan.need(PREAMBLE);
    }
    if (n <= VERSION_COMMAND) return scan.need(PREAMBLE);
    const command = b[VERSION_COMMAND]! & 0x0f;
    if (b[VERSION_COMMAND]! >> 4 !== ${preamble.version}) return scan.fail(${ERROR}.V2_BAD_VERSION, VERSION_COMMAND);
    if (${noneOf('command', commands)}) return scan.fail(${ERROR}.V2_BAD_COMMAND, VERSION_COMMAND);
    if (n <= FAMILY_TRANSPORT) return scan.need(PREAMBLE);
    const familyTransport = b[FAMILY_TRANSPORT]!;`;
}

/** Family and transport, the length, and what follows it. */
function scanBlock({ commands, pairs, layouts, families, transports }: Model['spec']): string {
  const proxy = commands.find((row) => row.name === 'PROXY')!;
  const named = pairs.filter((pair) => pair.family !== 'UNSPEC' && pair.transport !== 'UNSPEC');
  const blocks = named.map(({ code, family, transport }) => {
    const size = layouts.find((layout) => layout.family === family)?.size ?? 0;
    return { label: hexCode(code), remark: `${family}, ${transport}`, body: `block = ${size};\nbreak;` };
  });
  const unnamed = `{
      const family = familyTransport >> 4;
      const transport = familyTransport & 0x0f;
      if (${noneOf('family', families)}) return scan.fail(${ERROR}.V2_BAD_FAMILY, FAMILY_TRANSPORT);
      if (${noneOf('transport', transports)}) return scan.fail(${ERROR}.V2_BAD_TRANSPORT, FAMILY_TRANSPORT);
    }`;
  return `
    let block = -1;
    if (command === ${proxy.code} /* PROXY */) {
      ${switchOn('familyTransport', blocks, unnamed)}
    }
    if (n < PREAMBLE) return scan.need(PREAMBLE);
    const length = (b[LENGTH]! << 8) | b[LENGTH + 1]!;
    if (length > limits.maxLength) return scan.fail(${ERROR}.V2_TOO_LONG, LENGTH, length);
    if (block < 0) return scanOpaque(b, familyTransport >> 4, length, limits, scan);
    if (length < block) return scan.fail(${ERROR}.V2_ADDRESS_TOO_SHORT, LENGTH, length);
    scan.proxied = true;
    const end = PREAMBLE + length;
    if (length > block) return scanRest(b, PREAMBLE + block, end, limits, limits.lenient, scan);
    return n < end ? scan.need(end) : end;`;
}

/** The TLVs; a checksum that is malformed itself counts where other faults in them do not. */
function scanRest({ tlvs }: Model['spec']): string {
  const checksum = checksumRow(tlvs);
  const { FAULT } = WIRE;
  const spoilt =
    checksum === undefined
      ? ''
      : `if (scan.found >>> 16 === ${hexCode(checksum.code)} && (scan.error === ${ERROR}.TLV_BAD_LENGTH || scan.error === ${ERROR}.TLV_DUPLICATE)) return ${FAULT};`;
  const compare =
    checksum === undefined
      ? ''
      : `if (scan.checksum !== 0) {
           const computed = ${CHECKSUM.crc}(b, end, scan.checksum);
           const stated = ${WIRE.u32be}(b, scan.checksum);
           if (computed !== stated) {
             scan.due = computed;
             return scan.fail(${ERROR}.BAD_CHECKSUM, scan.checksum, stated);
           }
         }`;
  return lines(
    'scan.count = 0;\nscan.checksum = 0;\nscan.tlvStart = start;',
    `if (${TLV_SCAN.scanTlvs}(b, start, b.length, end, limits, scan) === ${FAULT}) {`,
    `if (!lenient) return ${FAULT};`,
    spoilt,
    'scan.tlvStart = 0;\n}\nif (b.length < end) return scan.need(end);',
    compare,
    'return end;',
  );
}

function checksumRow(tlvs: Model['spec']['tlvs']): Tlv | undefined {
  return tlvs.find((row) => row.role === 'checksum' && row.parent === undefined);
}

/** The type of the checksum, -1 where there is none. */
function checksumType({ tlvs }: Model['spec']): string {
  const row = checksumRow(tlvs);
  return row === undefined ? '-1' : `${hexCode(row.code)} /* ${comment(row.name)} */`;
}

/** Whether a variable is none of the numbers of a table. */
function noneOf(variable: string, rows: readonly Row[]): string {
  return rows.map(({ code }) => `${variable} !== ${code}`).join(' && ');
}
