import { hexCode } from '../../../names.ts';
import type { Model } from '../../../model.ts';
import { constant, type Draft, fn } from '../../../print.ts';

/** The scanner of a version 2 header. */
export function emitV2Scan({ spec }: Model, wire: string): Draft {
  const { preamble } = spec;
  const signature = preamble.signature.match(/[0-9a-f]{2}/g)!;
  const match = signature.map((octet, i) => `b[${i}] === 0x${octet}`).join(' && ');
  const proxy = spec.commands.find((row) => row.name === 'PROXY')!;
  const sizes = Array.from({ length: Math.max(...spec.families.map((row) => row.code)) + 1 }, (_, code) => {
    const family = spec.families.find((row) => row.code === code);
    return family === undefined ? 0 : sizeOf(family.name);
  });
  const blocks = spec.pairs
    .filter((pair) => pair.family !== 'UNSPEC' && pair.transport !== 'UNSPEC')
    .map((pair) => `case ${hexCode(pair.code)}: block = ${sizeOf(pair.family)}; break;`);
  const commands = spec.commands.map((row) => `command !== ${row.code}`).join(' && ');
  const families = spec.families.map((row) => `family !== ${row.code}`).join(' && ');
  const transports = spec.transports.map((row) => `transport !== ${row.code}`).join(' && ');
  const checksum = spec.tlvs.find((row) => row.role === 'checksum' && row.parent === undefined);

  function sizeOf(family: string): number {
    return spec.layouts.find((layout) => layout.family === family)?.size ?? 0;
  }

  const opaque =
    checksum === undefined
      ? 'true'
      : `!((scan.error === ERROR.TLV_BAD_LENGTH || scan.error === ERROR.TLV_DUPLICATE) && scan.found >>> 16 === ${hexCode(checksum.code)})`;
  const body = `
    const n = b.length;
    scan.version = ${preamble.version};
    scan.proxied = false;
    scan.tlvStart = 0;
    if (n < ${signature.length} || !(${match})) {
      for (let i = 0; i < n && i < ${signature.length}; i++) {
        if (b[i] !== SIGNATURE[i]) return scan.fail(ERROR.BAD_SIGNATURE, i);
      }
      return scan.need(${preamble.size});
    }
    if (n <= ${preamble.versionCommand}) return scan.need(${preamble.size});
    const command = b[${preamble.versionCommand}]! & 0x0f;
    if (b[${preamble.versionCommand}]! >> 4 !== ${preamble.version}) return scan.fail(ERROR.V2_BAD_VERSION, ${preamble.versionCommand});
    if (${commands}) return scan.fail(ERROR.V2_BAD_COMMAND, ${preamble.versionCommand});
    if (n <= ${preamble.familyTransport}) return scan.need(${preamble.size});
    const familyTransport = b[${preamble.familyTransport}]!;
    let block = -1;
    if (command === ${proxy.code}) {
      switch (familyTransport) {
        ${blocks.join('\n')}
        default: {
          const family = familyTransport >> 4;
          const transport = familyTransport & 0x0f;
          if (${families}) return scan.fail(ERROR.V2_BAD_FAMILY, ${preamble.familyTransport});
          if (${transports}) return scan.fail(ERROR.V2_BAD_TRANSPORT, ${preamble.familyTransport});
        }
      }
    }
    if (n < ${preamble.size}) return scan.need(${preamble.size});
    const length = (b[${preamble.length}]! << 8) | b[${preamble.length + 1}]!;
    if (length > limits.maxLength) return scan.fail(ERROR.V2_TOO_LONG, ${preamble.length}, length);
    if (block < 0) return scanOpaque(b, familyTransport >> 4, length, limits, scan);
    if (length < block) return scan.fail(ERROR.V2_ADDRESS_TOO_SHORT, ${preamble.length}, length);
    scan.proxied = true;
    const end = ${preamble.size} + length;
    if (length > block) return scanRest(b, ${preamble.size} + block, end, limits, limits.lenient, scan);
    return n < end ? scan.need(end) : end;`;
  return {
    name: 'v2-scan.ts',
    from: 'spec/v2.ts',
    doc: 'Scans a version 2 header. Nothing is made but the notes in `Scan`.',
    imports: [
      { from: wire, names: ['Limits', 'Scan'], typeOnly: true },
      { from: wire, names: checksum === undefined ? ['FAULT'] : ['FAULT', 'u32be'] },
      { from: './errors.ts', names: ['ERROR'] },
      { from: './tlv-scan.ts', names: ['scanTlvs'] },
      ...(checksum === undefined ? [] : [{ from: './checksum.ts', names: ['crc'] }]),
    ],
    statements: [
      constant(
        'SIGNATURE',
        `[${signature.map((octet) => `0x${octet}`).join(', ')}]`,
        'The first octets.',
        'readonly number[]',
        false,
      ),
      constant('PREAMBLE_SIZE', `${preamble.size}`, 'Octets before the address block.'),
      constant(
        'BLOCK_SIZE',
        `[${sizes.join(', ')}]`,
        'Octets of the address block of each family.',
        'readonly number[]',
      ),
      fn(
        'scanV2',
        ['b: Uint8Array', 'limits: Limits', 'scan: Scan'],
        'number',
        body,
        'Length of the header at the start of `b`, or NEED, or FAULT.',
      ),
      fn(
        'scanOpaque',
        ['b: Uint8Array', 'family: number', 'length: number', 'limits: Limits', 'scan: Scan'],
        'number',
        `const start = ${preamble.size} + (BLOCK_SIZE[family] ?? length);
         const end = ${preamble.size} + length;
         if (start < end) return scanRest(b, start, end, limits, true, scan);
         return b.length < end ? scan.need(end) : end;`,
        'The block of a LOCAL or UNSPEC header: nothing in it can spoil the header but a checksum that is wrong.',
        false,
      ),
      fn(
        'scanRest',
        ['b: Uint8Array', 'start: number', 'end: number', 'limits: Limits', 'lenient: boolean', 'scan: Scan'],
        'number',
        `scan.count = 0;
         scan.checksum = 0;
         scan.tlvStart = start;
         if (scanTlvs(b, start, b.length, end, limits, scan) === FAULT) {
           if (!lenient || !(${opaque})) return FAULT;
           scan.tlvStart = 0;
         }
         if (b.length < end) return scan.need(end);
         ${
           checksum === undefined
             ? ''
             : `if (scan.checksum !== 0) {
           const computed = crc(b, end, scan.checksum);
           const stated = u32be(b, scan.checksum);
           if (computed !== stated) {
             scan.due = computed;
             return scan.fail(ERROR.BAD_CHECKSUM, scan.checksum, stated);
           }
         }`
         }
         return end;`,
        'What follows the address block: the TLVs, then the checksum over it all.',
        false,
      ),
    ],
  };
}
