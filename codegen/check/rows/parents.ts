import type { Tlv } from '../../../spec/types.ts';
import type { Report } from '../diagnostic.ts';
import { show, suggest } from '../diagnostic.ts';
import type { Subject } from '../subject.ts';

/** Parents exist, can hold rows, and are not inside themselves. */
export function checkParents(subject: Subject, report: Report): void {
  const { tlvs, partial } = subject;
  const byName = new Map(tlvs.map((at) => [at.row.name, at]));
  const holders = tlvs.filter(({ row }) => holds(row)).map(({ row }) => row.name);
  for (const { row, path } of tlvs) {
    if (row.parent === undefined) continue;
    const parent = byName.get(row.parent);
    const place = [...path, 'parent'];
    if (parent === undefined) {
      if (!partial.has('tlvs'))
        report.add(
          'unknown-parent',
          place,
          `no row is called ${show(row.parent)}; ${suggest(row.parent, holders)}`,
        );
    } else if (!holds(parent.row)) {
      report.add(
        'childless-parent',
        place,
        `${show(row.parent)} holds no rows, its value is ${parent.row.value.kind}; make it { kind: 'variant' }, or choose a parent of ${holders.join(', ')}`,
        [{ path: [...parent.path, 'value'], message: `the value of ${show(row.parent)} is here` }],
      );
    }
  }
  checkCycles(subject, report);
  if (partial.has('tlvs')) return;
  for (const { row, path } of tlvs) {
    if (row.value.kind === 'variant' && !tlvs.some((child) => child.row.parent === row.name)) {
      report.add(
        'variant-without-rows',
        [...path, 'value'],
        `no row is inside ${show(row.name)}; add one with parent: ${show(row.name)}, or make its value { kind: 'bytes' }`,
      );
    }
  }
}

/** Whether rows can stand inside. */
function holds(row: Tlv): boolean {
  return row.value.kind === 'variant' || (row.value.kind === 'struct' && row.value.holds === 'tlvs');
}

function checkCycles({ tlvs }: Subject, report: Report): void {
  const parentOf = new Map(tlvs.map(({ row }) => [row.name, row.parent]));
  const told = new Set<string>();
  for (const { row, path } of tlvs) {
    const chain = [row.name];
    for (let up = row.parent; up !== undefined && !told.has(up); up = parentOf.get(up)) {
      if (up === row.name) {
        report.add(
          'parent-cycle',
          [...path, 'parent'],
          `${show(row.name)} is inside itself: ${[...chain, row.name].join(' in ')}; take the parent out of one of them`,
        );
        for (const name of chain) told.add(name);
        break;
      }
      if (chain.includes(up)) break;
      chain.push(up);
    }
  }
}
