import { hexCode } from '../names.ts';
import { type Report, show, suggest } from './diagnostic.ts';
import { sizeInBlock } from './interpret-header.ts';
import type { Subject } from './subject.ts';

/** What the header says of the connection, by the names that the codec gives it. */
export const ENDPOINTS: Readonly<Record<string, 'address' | 'port'>> = {
  srcAddr: 'address',
  dstAddr: 'address',
  srcPort: 'port',
  dstPort: 'port',
};

/** Address blocks and pairs, which the standard states twice, agree with themselves. */
export function checkLayouts(subject: Subject, report: Report): void {
  const { layouts, pairs, families, transports, partial } = subject;
  const familyNames = families.map(({ row }) => row.name);
  const transportNames = transports.map(({ row }) => row.name);
  for (const { row, path } of layouts) {
    if (!partial.has('families') && !familyNames.includes(row.family)) {
      const message = `no family is called ${show(row.family)}; ${suggest(row.family, familyNames)}`;
      report.add('unknown-family', [...path, 'family'], message);
    }
    let sum = 0;
    for (const [i, field] of row.fields.entries()) {
      const size = sizeInBlock(field.value.kind);
      const place = [...path, 'fields', i];
      const kind = field.value.kind === 'u16be' ? 'port' : 'address';
      sum += size ?? 0;
      if (size === undefined) {
        const hint = 'an address block is made of ipv4, ipv6, unixPath and u16be';
        report.add(
          'wrong-kind',
          [...place, 'value', 'kind'],
          `${field.value.kind} cannot stand here; ${hint}`,
        );
      } else if (ENDPOINTS[field.name] !== kind) {
        const names = Object.keys(ENDPOINTS).filter((name) => ENDPOINTS[name] === kind);
        const message = `${show(field.name)} is no ${kind} of a connection; use ${names.join(' or ')}`;
        report.add('unsupported-field', [...place, 'name'], message);
      }
    }
    if (sum !== row.size)
      report.add(
        'layout-size',
        [...path, 'size'],
        `the size is stated as ${row.size}, and the fields take ${sum} octets`,
      );
  }
  for (const { row, path } of pairs) {
    const family = families.find((at) => at.row.name === row.family)?.row;
    const transport = transports.find((at) => at.row.name === row.transport)?.row;
    if (family === undefined && !partial.has('families')) {
      const message = `no family is called ${show(row.family)}; ${suggest(row.family, familyNames)}`;
      report.add('unknown-family', [...path, 'family'], message);
    }
    if (transport === undefined && !partial.has('transports')) {
      const message = `no transport is called ${show(row.transport)}; ${suggest(row.transport, transportNames)}`;
      report.add('unknown-transport', [...path, 'transport'], message);
    }
    if (family === undefined || transport === undefined) continue;
    const made = family.code * 16 + transport.code;
    if (made !== row.code) {
      const message = `the octet is stated as ${hexCode(row.code)}, and ${row.family} over ${row.transport} make ${hexCode(made)}`;
      report.add('pair-nibbles', [...path, 'code'], message);
    }
  }
}
