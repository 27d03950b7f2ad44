import { leading, rulesOf } from '../../grammar.ts';
import { hexCode } from '../../names.ts';
import { octetsOf, reflected } from '../../octets.ts';
import type { Report } from '../diagnostic.ts';
import type { At, Subject } from '../subject.ts';

/** The preamble, the head of a TLV, the checksum and the limits, each a fact that is stated twice. */
export function checkConstants({ preamble, tlvHead, checksum, limits, v1 }: Subject, report: Report): void {
  if (preamble !== undefined) checkPreamble(preamble, report);
  if (tlvHead !== undefined)
    checkOffsets(tlvHead, { type: 0, length: 1, size: tlvHead.row.length + 2 }, report);
  if (checksum !== undefined) {
    const { name, polynomial, check } = checksum.row;
    const computed = checksumOf(polynomial);
    if (polynomial > 0xffff_ffff) {
      const message = `${hexCode(polynomial)} is no polynomial of degree 32`;
      report.add('checksum-check', [...checksum.path, 'polynomial'], message);
    } else if (computed !== check) {
      const message = `the check value of ${name} is stated as ${hexCode(check, 8)}, and the polynomial gives ${hexCode(computed, 8)}`;
      report.add('checksum-check', [...checksum.path, 'check'], message);
    }
  }
  for (const { row, path } of limits) {
    if (row.min > row.max)
      report.add('bad-limit', [...path, 'min'], `min ${row.min} is above max ${row.max}; exchange them`);
    else if (row.default < row.min || row.default > row.max)
      report.add(
        'bad-limit',
        [...path, 'default'],
        `default ${row.default} is not within ${row.min}..${row.max}`,
      );
  }
  const header = v1.find(({ row }) => row.name === 'header');
  if (preamble === undefined || header === undefined) return;
  const [first] = octetsOf(preamble.row.signature) ?? [];
  const rules = rulesOf(v1.map(({ row }) => row));
  const line =
    typeof header.row.is === 'string' || 'seq' in header.row.is ? leading(header.row.is, rules) : '';
  if (first === undefined || line === '' || line.charCodeAt(0) !== first) return;
  const message = `both versions begin with octet ${hexCode(first)}`;
  report.add('alternatives-alike', [...preamble.path, 'signature'], message, [
    { path: [...header.path, 'is'], message: 'version 1 is here' },
  ]);
}

function checkPreamble({ row, path }: NonNullable<Subject['preamble']>, report: Report): void {
  const signature = octetsOf(row.signature);
  if (signature === undefined || signature.length === 0) {
    report.add(
      'bad-hex',
      [...path, 'signature'],
      'the signature is not hex; write pairs of digits such as 0d 0a',
    );
    return;
  }
  const { versionCommand, familyTransport, length } = row;
  const behind = {
    versionCommand: signature.length,
    familyTransport: versionCommand + 1,
    length: familyTransport + 1,
    size: length + 2,
  };
  checkOffsets({ row, path }, behind, report);
  if (row.version > 0x0f)
    report.add('bad-preamble', [...path, 'version'], `${row.version} does not fit half an octet`);
}

/** Each field begins where what stands before it ends. */
function checkOffsets<K extends string>(
  { row, path }: At<{ readonly [field in NoInfer<K>]: number }>,
  ends: Readonly<Record<K, number>>,
  report: Report,
): void {
  for (const field of Object.keys(ends) as K[]) {
    if (row[field] === ends[field]) continue;
    const message = `${field} is stated as ${row[field]}, and what stands before it ends at ${ends[field]}`;
    report.add('bad-preamble', [...path, field], message);
  }
}

/** The checksum of the digits 1 to 9: reflected, all ones before and after. */
function checksumOf(polynomial: number): number {
  const bits = reflected(polynomial);
  let crc = ~0;
  for (const digit of '123456789') {
    crc ^= digit.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? bits : 0);
  }
  return ~crc >>> 0;
}
