import { hexCode } from '../../names.ts';
import type { Path, Report } from '../diagnostic.ts';
import { show } from '../diagnostic.ts';
import { type At, flagsAt, type Subject } from '../subject.ts';

interface Coded {
  readonly name: string;
  readonly code: number;
  readonly path: Path;
}

/** Codes fit their place, are unique in it, and are not reserved by the standard. */
export function checkCodes(subject: Subject, report: Report): void {
  for (const table of ['commands', 'families', 'transports'] as const) {
    checkTable(coded(subject[table]), 0x0f, 'half an octet', report, () => undefined);
  }
  checkTable(
    subject.pairs.map(({ row, path }) => ({
      name: `${row.family} over ${row.transport}`,
      code: row.code,
      path: [...path, 'code'],
    })),
    0xff,
    'an octet',
    report,
    () => undefined,
  );
  for (const parent of new Set(subject.tlvs.map(({ row }) => row.parent))) {
    const rows = coded(subject.tlvs.filter(({ row }) => row.parent === parent));
    const free = (code: number): number | undefined =>
      parent === undefined ? freeType(subject, rows, code) : firstFree(rows, code, 0xff);
    const shared = (code: number): boolean =>
      parent === undefined &&
      subject.ranges.some(({ row }) => row.shared && row.usable && row.from <= code && code <= row.to);
    checkTable(rows, 0xff, 'an octet', report, free, shared);
    if (parent === undefined) checkReserved(subject, rows, report);
  }
  for (const { row, path } of flagsAt(subject)) checkBits(row.bits, [...path, 'bits'], report);
}

function coded(rows: readonly At<{ readonly name: string; readonly code: number }>[]): Coded[] {
  return rows.map(({ row, path }) => ({ name: row.name, code: row.code, path: [...path, 'code'] }));
}

function checkTable(
  rows: readonly Coded[],
  most: number,
  place: string,
  report: Report,
  free: (code: number) => number | undefined,
  shared: (code: number) => boolean = () => false,
): void {
  const seen = new Map<number, Coded>();
  for (const row of rows) {
    if (row.code > most) {
      const message = `${show(row.name)} has code ${hexCode(row.code)}, which does not fit ${place}`;
      report.add('code-out-of-range', row.path, message + freeHint(free(1)));
      continue;
    }
    const before = seen.get(row.code);
    if (before === undefined) {
      seen.set(row.code, row);
      continue;
    }
    report.add(
      'duplicate-code',
      row.path,
      `${show(row.name)} has code ${hexCode(row.code)}, which ${show(before.name)} has already${freeHint(free(row.code))}`,
      [{ path: before.path, message: `${show(before.name)} is here${insteadOf(before, shared)}` }],
    );
  }
}

/** How a number that anybody may use becomes free for a row of one's own. */
function insteadOf({ name, code }: Coded, shared: (code: number) => boolean): string {
  if (!shared(code)) return '';
  return `; to take its number, extend tables without it and its parts: spec.tlvs.filter(({ name, parent }) => name !== ${show(name)} && parent !== ${show(name)})`;
}

function freeHint(free: number | undefined): string {
  return free === undefined ? '' : `; ${hexCode(free)} is free`;
}

function checkReserved({ ranges }: Subject, rows: readonly Coded[], report: Report): void {
  for (const { name, code, path } of rows) {
    const range = ranges.find(({ row }) => !row.usable && row.from <= code && code <= row.to);
    if (range === undefined) continue;
    const open = ranges.find(({ row }) => row.usable && row.shared);
    const free = open === undefined ? undefined : firstFreeIn(rows, open.row.from, open.row.to);
    report.add(
      'reserved-code',
      path,
      `${show(name)} has code ${hexCode(code)}, which the standard reserves as ${range.row.name}${freeHint(free)}`,
      [{ path: range.path, message: `the range ${range.row.name} is here` }],
    );
  }
}

/** A free type in the range of `code`, else in one that anybody may use. */
function freeType({ ranges }: Subject, rows: readonly Coded[], code: number): number | undefined {
  const usable = ranges.map(({ row }) => row).filter((range) => range.usable);
  const own = usable.filter((range) => range.from <= code && code <= range.to);
  for (const { from, to } of [...own, ...usable]) {
    const free = firstFreeIn(rows, from, to);
    if (free !== undefined) return free;
  }
  return undefined;
}

function firstFree(rows: readonly Coded[], after: number, most: number): number | undefined {
  return firstFreeIn(rows, after, most) ?? firstFreeIn(rows, 1, most);
}

function firstFreeIn(rows: readonly Coded[], from: number, to: number): number | undefined {
  for (let code = from; code <= to; code++) {
    if (!rows.some((row) => row.code === code)) return code;
  }
  return undefined;
}

function checkBits(
  bits: readonly { readonly name: string; readonly code: number }[],
  path: Path,
  report: Report,
): void {
  const rows = bits.map((bit, i) => ({ name: bit.name, code: bit.code, path: [...path, i, 'code'] }));
  const free = (): number | undefined =>
    [1, 2, 4, 8, 16, 32, 64, 128].find((bit) => !rows.some((row) => row.code === bit));
  for (const row of rows) {
    if (row.code <= 0x80 && row.code > 0 && (row.code & (row.code - 1)) === 0) continue;
    report.add(
      'bad-bit',
      row.path,
      `${show(row.name)} has code ${hexCode(row.code)}, which is not one bit of an octet${freeHint(free())}`,
    );
  }
  checkTable(
    rows.filter((row) => row.code <= 0xff),
    0xff,
    'an octet',
    report,
    free,
  );
}
