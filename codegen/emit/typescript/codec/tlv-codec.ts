import { hexCode } from '../../../names.ts';
import { type Entry, holdsTlvs, LONGEST_TLV, type Model } from '../../../model.ts';
import { type Draft, fn } from '../../../print.ts';
import { fits } from './tlv-index.ts';
import { TLV_HEAD } from '../../../octets.ts';

/** Readers and writers of the values, by row. */
export function emitTlvCodec(model: Model, wire: string): Draft {
  const reads = model.entries.map(
    (entry) => `// ${entry.name}\ncase ${entry.index}: return ${readerOf(entry)};`,
  );
  const writes = model.entries.map(
    (entry) => `// ${entry.name}\ncase ${entry.index}: return ${writerOf(entry)};`,
  );
  const text = `${reads.join('\n')}\n${writes.join('\n')}`;
  const used = [
    'ascii',
    'asciiOctets',
    'bytes',
    'u16be',
    'u32be',
    'u32le',
    'u64be',
    'utf8',
    'utf8Octets',
    'Scan',
  ];
  const writers = ['writeU16be', 'writeU32be', 'writeU32le', 'writeU64be'];
  const contexts = model.contexts.map((context) => `scanTlvs${context.suffix}`);
  const names = [...used, ...writers].filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  const scans = contexts.filter((name) => text.includes(`${name}(`));
  const helpers = ['octet', 'integer', 'bigInteger'].filter((name) => text.includes(`${name}(`));
  return {
    name: 'tlv-codec.ts',
    from: 'spec/tlv/',
    doc: 'Octets to values and back, one case for each row.',
    imports: [
      { from: wire, names },
      ...(scans.length > 0
        ? [
            { from: './limits.ts', names: ['DEFAULT_LIMITS'] },
            { from: './tlv-scan.ts', names: scans },
          ]
        : []),
    ],
    statements: [
      fn(
        'readTlv',
        ['row: number', 'b: Uint8Array', 'from: number', 'to: number'],
        'unknown',
        `switch (row) {\n${reads.join('\n')}\ndefault: return undefined;\n}`,
        'The value in `from..to`, or undefined where the octets do not fit the row.',
      ),
      fn(
        'writeTlv',
        ['row: number', 'value: unknown'],
        'Uint8Array | undefined',
        `if (value instanceof Uint8Array) return value;\nswitch (row) {\n${writes.join('\n')}\ndefault: return undefined;\n}`,
        'The octets of a value, or undefined where the row can hold no such value. Octets are taken as they are.',
      ),
      fn(
        'writeTlvHead',
        ['out: Uint8Array', 'o: number', 'type: number', 'length: number'],
        'void',
        'out[o] = type;\nout[o + 1] = length >> 8;\nout[o + 2] = length;',
        `Writes type and length, ${TLV_HEAD} octets at \`o\`.`,
      ),
      ...(helpers.includes('octet')
        ? [
            fn(
              'octet',
              ['value: unknown'],
              'Uint8Array | undefined',
              "return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xff ? Uint8Array.of(value) : undefined;",
              'One octet.',
              false,
            ),
          ]
        : []),
      ...(helpers.includes('integer')
        ? [
            fn(
              'integer',
              [
                'value: unknown',
                'size: number',
                'write: (out: Uint8Array, o: number, value: number) => void',
              ],
              'Uint8Array | undefined',
              `if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) return undefined;
               const out = new Uint8Array(size);
               write(out, 0, value);
               return out;`,
              'An unsigned integer of `size` octets.',
              false,
            ),
          ]
        : []),
      ...(helpers.includes('bigInteger')
        ? [
            fn(
              'bigInteger',
              ['value: unknown', 'write: (out: Uint8Array, o: number, value: bigint) => void'],
              'Uint8Array | undefined',
              `if (typeof value !== 'bigint' || value < 0n || value > 0xffff_ffff_ffff_ffffn) return undefined;
               const out = new Uint8Array(8);
               write(out, 0, value);
               return out;`,
              'An unsigned integer of eight octets.',
              false,
            ),
          ]
        : []),
    ],
  };
}

function readerOf(entry: Entry): string {
  const { value, min, max } = entry;
  switch (value.kind) {
    case 'bytes':
    case 'ascii':
    case 'utf8': {
      const tests = [];
      if (min > 0) tests.push(`to - from < ${min}`);
      if (typeof max === 'number' && max < LONGEST_TLV) tests.push(`to - from > ${max}`);
      const read = `${value.kind}(b, from, to)`;
      return tests.length === 0 ? read : `${tests.join(' || ')} ? undefined : ${read}`;
    }
    case 'u8':
    case 'flags':
      return 'to - from === 1 ? b[from] : undefined';
    case 'struct':
      if (!entry.shared)
        return holdsTlvs(entry)
          ? `to - from >= ${min} ? true : undefined`
          : `to - from === ${min} ? true : undefined`;
      return `${fits(entry, 'from', 'to')} ? true : undefined`;
    case 'variant': {
      const known = entry.children.map(
        (child) =>
          `(b[from] === ${hexCode(child.code)} && readTlv(${child.index}, b, from + 1, to) !== undefined)`,
      );
      return known.length === 0 ? 'undefined' : `to > from && (${known.join(' || ')}) ? true : undefined`;
    }
    default:
      return `to - from === ${min} ? ${value.kind}(b, from) : undefined`;
  }
}

function writerOf(entry: Entry): string {
  switch (entry.value.kind) {
    case 'ascii':
    case 'utf8':
      return `typeof value === 'string' ? ${entry.value.kind}Octets(value) : undefined`;
    case 'u8':
    case 'flags':
      return 'octet(value)';
    case 'u16be':
      return 'integer(value, 2, writeU16be)';
    case 'u32be':
      return 'integer(value, 4, writeU32be)';
    case 'u32le':
      return 'integer(value, 4, writeU32le)';
    case 'u64be':
      return 'bigInteger(value, writeU64be)';
    default:
      return 'undefined';
  }
}
