import type { Field, Layout, Pair } from '../../../spec/types.ts';
import { hexCode } from '../../names.ts';
import { sizeInBlock } from '../../octets.ts';
import { type Path, type Report, show, suggest } from '../diagnostic.ts';
import { checkEndpoint } from '../endpoints.ts';
import type { At, Subject } from '../subject.ts';

/** Address blocks and pairs, which the standard states twice, agree with themselves. */
export function checkLayouts(subject: Subject, report: Report): void {
  for (const layout of subject.layouts) checkLayout(layout, subject, report);
  for (const pair of subject.pairs) checkPair(pair, subject, report);
}

function checkLayout({ row, path }: At<Layout>, subject: Subject, report: Report): void {
  checkNamed('family', row.family, path, subject, report);
  let sum = 0;
  for (const [i, field] of row.fields.entries()) {
    checkField(field, [...path, 'fields', i], report);
    sum += sizeInBlock(field) ?? 0;
  }
  if (sum === row.size) return;
  const message = `the size is stated as ${row.size}, and the fields take ${sum} octets`;
  report.add('layout-size', [...path, 'size'], message);
}

function checkField(field: Field, path: Path, report: Report): void {
  const { kind } = field.value;
  if (sizeInBlock(field) === undefined) {
    const hint = 'an address block is made of ipv4, ipv6, unixPath and u16be';
    report.add('wrong-kind', [...path, 'value', 'kind'], `${kind} cannot stand here; ${hint}`);
  } else checkEndpoint(field.name, kind === 'u16be' ? 'port' : 'address', [...path, 'name'], report);
}

function checkPair({ row, path }: At<Pair>, subject: Subject, report: Report): void {
  const family = checkNamed('family', row.family, path, subject, report);
  const transport = checkNamed('transport', row.transport, path, subject, report);
  if (family === undefined || transport === undefined) return;
  const made = family * 16 + transport;
  if (made === row.code) return;
  const message = `the octet is stated as ${hexCode(row.code)}, and ${row.family} over ${row.transport} make ${hexCode(made)}`;
  report.add('pair-nibbles', [...path, 'code'], message);
}

const TABLES = { family: 'families', transport: 'transports' } as const;

/** The code of a family or transport that a row names in the property `key`; undefined where its table has none. */
export function checkNamed(
  key: keyof typeof TABLES,
  name: string,
  path: Path,
  subject: Subject,
  report: Report,
): number | undefined {
  const table = TABLES[key];
  const rows = subject[table].map(({ row }) => row);
  const found = rows.find((row) => row.name === name);
  if (found === undefined && !subject.partial.has(table)) {
    const names = rows.map((row) => row.name);
    report.add(
      `unknown-${key}`,
      [...path, key],
      `no ${key} is called ${show(name)}; ${suggest(name, names)}`,
    );
  }
  return found?.code;
}
