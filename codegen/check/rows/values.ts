import type { Bound, Value } from '../../../spec/types.ts';
import { boundsOf, LONGEST_TLV, widthOf } from '../../model.ts';
import { TLV_HEAD } from '../../octets.ts';
import type { Path, Report } from '../diagnostic.ts';
import { show, suggest } from '../diagnostic.ts';
import { type At, fieldsAt, type Subject } from '../subject.ts';

/** Values are of a kind that can stand in their place, and of a length that can be. */
export function checkValues(subject: Subject, report: Report): void {
  for (const at of subject.tlvs) {
    const { row, path } = at;
    const place = [...path, 'value'];
    if (isAddress(row.value)) {
      const hint = `the value of a TLV can be { kind: 'bytes' }`;
      report.add('wrong-kind', [...place, 'kind'], `${row.value.kind} is for address blocks only; ${hint}`);
    }
    checkLength(row.value, LONGEST_TLV - around(subject, at), place, subject, report);
    for (const field of fieldsAt(at)) checkField(field, report);
    checkRole(at, report);
  }
  const checksums = subject.tlvs.filter(({ row }) => row.role === 'checksum');
  for (const { row, path } of checksums.slice(1)) {
    const [first] = checksums;
    report.add(
      'bad-role',
      [...path, 'role'],
      `${show(row.name)} is a second checksum; only one can be verified`,
      [{ path: first!.path, message: `${show(first!.row.name)} is here` }],
    );
  }
}

/** Whether a value is for address blocks only. */
export function isAddress({ kind }: Value): boolean {
  return kind === 'ipv4' || kind === 'ipv6' || kind === 'unixPath';
}

/** Octets that what stands around a row takes of the longest value. */
function around({ tlvs }: Subject, { row }: Subject['tlvs'][number]): number {
  let octets = 0;
  let parent = row.parent;
  for (let depth = 0; parent !== undefined && depth < tlvs.length; depth++) {
    const above = tlvs.find((candidate) => candidate.row.name === parent)?.row;
    if (above === undefined) break;
    octets += above.value.kind === 'variant' ? 1 : boundsOf(above.value).min + TLV_HEAD;
    parent = above.parent;
  }
  return octets;
}

function checkLength(value: Value, room: number, path: Path, subject: Subject, report: Report): void {
  if (value.kind === 'struct') {
    const { min } = boundsOf(value);
    if (min > room)
      report.add('impossible-length', path, `the fields take ${min} octets, and ${room} is all there can be`);
    return;
  }
  if (value.kind !== 'bytes' && value.kind !== 'ascii' && value.kind !== 'utf8') return;
  const { min = 0, max } = value;
  if (min < 0 || min > room) {
    report.add('impossible-length', [...path, 'min'], `min ${min} cannot be; lengths are 0..${room}`);
  }
  if (max === undefined) return;
  const most = numberOf(max, subject, [...path, 'max'], report);
  if (most === undefined) return;
  if (typeof max === 'number' && (most < 0 || most > LONGEST_TLV)) {
    report.add('impossible-length', [...path, 'max'], `max ${most} cannot be; lengths are 0..${room}`);
  } else if (min > most) {
    report.add('impossible-length', [...path, 'min'], `min ${min} is above max ${most}; exchange them`);
  }
}

/** The bound as a number; that of a limit is the largest that users may set. */
function numberOf(max: Bound, { limits, partial }: Subject, path: Path, report: Report): number | undefined {
  if (typeof max === 'number') return max;
  const limit = limits.find(({ row }) => row.name === max.limit);
  if (limit !== undefined) return limit.row.max;
  if (!partial.has('limits')) {
    const names = limits.map(({ row }) => row.name);
    report.add('unknown-limit', path, `no limit is called ${show(max.limit)}; ${suggest(max.limit, names)}`);
  }
  return undefined;
}

function checkField({ row, path }: ReturnType<typeof fieldsAt>[number], report: Report): void {
  if (widthOf(row.value) !== undefined) return;
  report.add(
    'wrong-kind',
    [...path, 'value', 'kind'],
    `${row.value.kind} has no fixed size, so no field can have it; use u8, u16be, u16le, u32be, u32le, u64be, u64le or flags, or make it a row inside`,
  );
}

function checkRole({ row, path }: At<Subject['tlvs'][number]['row']>, report: Report): void {
  const place = [...path, 'role'];
  if (row.role === 'checksum' && (row.parent !== undefined || row.value.kind !== 'u32be')) {
    report.add('bad-role', place, `${show(row.name)} cannot be a checksum; that is a u32be without a parent`);
  }
  if (row.role === 'padding' && row.value.kind !== 'bytes') {
    report.add('bad-role', place, `${show(row.name)} cannot be padding; that is { kind: 'bytes' }`);
  }
}
