import { comment } from '../../../names.ts';
import { type Entry, holdsTlvs, LONGEST_TLV, type Model } from '../../../model.ts';
import { TLV_HEAD } from '../../../octets.ts';
import { type Draft, fn } from '../../../print.ts';
import { rowsOf, TLV_CODEC, WIRE } from '../modules.ts';
import { switchOn } from '../switch.ts';
import { fits } from './tlv-index.ts';

/** Readers and writers of the values, by row. */
export function emitTlvCodec({ entries }: Model): Draft {
  const cases = (bodyOf: (entry: Entry) => string | undefined): string =>
    switchOn(
      'row',
      entries.flatMap((entry) => {
        const body = bodyOf(entry);
        return body === undefined
          ? []
          : [{ label: `${entry.index}`, remark: comment(entry.name), body: `return ${body};` }];
      }),
      'return undefined;',
    );
  return {
    name: 'tlv-codec.ts',
    from: 'spec/tlv/',
    doc: 'Octets to values and back; a number in a case is the index of a row.',
    statements: [
      fn(
        TLV_CODEC.readTlv,
        { row: 'number', b: 'Uint8Array', from: 'number', to: 'number' },
        'unknown',
        cases(readerOf),
        'The value in `from..to`, or undefined where the octets do not fit the row.',
      ),
      fn(
        TLV_CODEC.writeTlv,
        { row: 'number', value: 'unknown' },
        'Uint8Array | undefined',
        `if (value instanceof Uint8Array) return value;\n${cases(writerOf)}`,
        'The octets of a value, or undefined where the row can hold no such value. Octets are taken as they are.',
      ),
      fn(
        TLV_CODEC.writeTlvHead,
        { out: 'Uint8Array', o: 'number', type: 'number', length: 'number' },
        'void',
        `out[o] = type;\n${WIRE.writeU16be}(out, o + 1, length);`,
        `Writes type and length, ${TLV_HEAD} octets at \`o\`.`,
      ),
    ],
  };
}

function readerOf(entry: Entry): string | undefined {
  const { value, min, max } = entry;
  switch (value.kind) {
    case 'bytes':
    case 'ascii':
    case 'utf8': {
      const tests = [];
      if (min > 0) tests.push(`to - from < ${min}`);
      if (typeof max === 'number' && max < LONGEST_TLV) tests.push(`to - from > ${max}`);
      const read = `${WIRE[value.kind]}(b, from, to)`;
      return tests.length === 0 ? read : `${tests.join(' || ')} ? undefined : ${read}`;
    }
    case 'u8':
    case 'flags':
      return 'to - from === 1 ? b[from] : undefined';
    case 'struct':
      if (entry.shared) return `${fits(entry, 'from', 'to')} ? true : undefined`;
      return `to - from ${holdsTlvs(entry) ? '>=' : '==='} ${min} ? true : undefined`;
    case 'variant':
      if (entry.children.length === 0) return undefined;
      return `${WIRE.readSubType}(${rowsOf(entry.name)}, ${TLV_CODEC.readTlv}, b, from, to)`;
    case 'u16be':
    case 'u16le':
    case 'u32be':
    case 'u32le':
    case 'u64be':
    case 'u64le':
      return `to - from === ${min} ? ${WIRE[value.kind]}(b, from) : undefined`;
    default:
      return undefined;
  }
}

/** How a value that is not octets is written; undefined for a row that takes nothing else. */
function writerOf({ value: { kind } }: Entry): string | undefined {
  switch (kind) {
    case 'ascii':
      return `typeof value === 'string' ? ${WIRE.asciiOctets}(value) : undefined`;
    case 'utf8':
      return `typeof value === 'string' ? ${WIRE.utf8Octets}(value) : undefined`;
    case 'u8':
    case 'flags':
      return `${WIRE.u8Octets}(value)`;
    case 'u16be':
      return `${WIRE.integerOctets}(value, 2, ${WIRE.writeU16be})`;
    case 'u16le':
      return `${WIRE.integerOctets}(value, 2, ${WIRE.writeU16le})`;
    case 'u32be':
      return `${WIRE.integerOctets}(value, 4, ${WIRE.writeU32be})`;
    case 'u32le':
      return `${WIRE.integerOctets}(value, 4, ${WIRE.writeU32le})`;
    case 'u64be':
      return `${WIRE.u64beOctets}(value)`;
    case 'u64le':
      return `${WIRE.u64leOctets}(value)`;
    default:
      return undefined;
  }
}
