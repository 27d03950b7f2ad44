import { kebab, pascal } from '../../names.ts';
import type { Path, Report } from '../diagnostic.ts';
import { show } from '../diagnostic.ts';
import { type At, fieldsAt, type Subject } from '../subject.ts';

/** A name, where it stands, and what bears it. */
export interface Named {
  readonly name: string;
  readonly path: Path;
  readonly what: string;
}

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * Members of the class that holds TLVs: a row of the same name would hide one. `Map` and `Object` are asked what
 * theirs are called; the rest are those of `ProxyTLV`.
 */
const MEMBERS: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Map.prototype),
  ...Object.getOwnPropertyNames(Object.prototype),
  'tlvLoc',
  'vectors',
  'read',
  'sameAttribs',
  'toJSON',
]);

/** Names are identifiers, are not reserved, and differ in more than case and underscores. */
export function checkNames(subject: Subject, report: Report): void {
  const tlvs = subject.tlvs.flatMap((at) => [
    named(at, 'row'),
    ...fieldsAt(at).map((field) => named(field, `field of ${show(at.row.name)}`)),
  ]);
  checkTable(tlvs, report);
  for (const { name, path } of tlvs) checkReserved(name, path, report);
  checkAliases(subject.tlvs, 'row', report);
  for (const [table, what] of TABLES_WITH_ALIASES)
    checkTable([...subject[table].map((at) => named(at, what)), ...aliases(subject[table], what)], report);
  for (const [table, what] of TABLES) {
    const rows: readonly At<{ readonly name: string }>[] = subject[table];
    checkTable(
      rows.map((at) => named(at, what)),
      report,
    );
  }
  checkTwice(
    subject.sources.map((at) => named(at, 'source')),
    report,
  );
  for (const { row, path } of subject.layouts)
    checkTable(
      row.fields.map((field, i) => named({ row: field, path: [...path, 'fields', i] }, 'field')),
      report,
    );
  checkTwice(
    subject.layouts.map(({ row, path }) => ({
      name: row.family,
      path: [...path, 'family'],
      what: 'layout of',
    })),
    report,
  );
}

const TABLES_WITH_ALIASES = [
  ['commands', 'command'],
  ['families', 'family'],
  ['transports', 'transport'],
] as const;

const TABLES = [
  ['errors', 'error'],
  ['limits', 'limit'],
  ['ranges', 'range'],
  ['v1', 'rule'],
] as const;

function named({ row, path }: At<{ readonly name: string }>, what: string): Named {
  return { name: row.name, path: [...path, 'name'], what };
}

function aliases(rows: readonly At<{ readonly aliases?: readonly string[] }>[], what: string): Named[] {
  return rows.flatMap(({ row, path }) =>
    (row.aliases ?? []).map((name, i) => ({
      name,
      path: [...path, 'aliases', i],
      what: `other name of a ${what}`,
    })),
  );
}

/** Other names of a row stand beside the names of its table, which are sorted by parent. */
function checkAliases(rows: Subject['tlvs'], what: string, report: Report): void {
  for (const parent of new Set(rows.map(({ row }) => row.parent))) {
    const siblings = rows.filter(({ row }) => row.parent === parent);
    const others = aliases(siblings, what);
    if (others.length > 0) checkTwice([...siblings.map((at) => named(at, what)), ...others], report);
    for (const other of others) checkIdentifier(other, report);
  }
}

/** The names of one table. */
export function checkTable(names: readonly Named[], report: Report): void {
  for (const each of names) checkIdentifier(each, report);
  checkTwice(names, report);
}

function checkIdentifier({ name, path }: Named, report: Report): void {
  if (IDENTIFIER.test(name)) return;
  const mended = name.replace(/[^A-Za-z0-9]+/g, '_').replace(/^[^A-Za-z]+|_+$/g, '');
  report.add(
    'bad-name',
    path,
    `${show(name)} cannot be a name; use letters, digits and _, a letter first${mended === '' ? '' : `, such as ${mended.slice(0, 40)}`}`,
  );
}

/** The same name twice, or two that become one in code. */
function checkTwice(names: readonly Named[], report: Report): void {
  const seen = new Map<string, Named>();
  for (const each of names) {
    const keys = [`kebab ${kebab(each.name)}`, `pascal ${pascal(each.name)}`];
    const before = keys.map((key) => seen.get(key)).find((other) => other !== undefined);
    for (const key of keys) seen.set(key, before ?? each);
    if (before === undefined) continue;
    const notes = [{ path: before.path, message: `${before.what} ${show(before.name)} is here` }];
    if (before.name === each.name) {
      report.add(
        'duplicate-name',
        each.path,
        `${each.what} ${show(each.name)} is there already; choose another name`,
        notes,
      );
    } else {
      const both = `${show(each.name)} and ${show(before.name)}`;
      report.add(
        'name-clash',
        each.path,
        `${both} become the same name in code; choose another for one`,
        notes,
      );
    }
  }
}

function checkReserved(name: string, path: Path, report: Report): void {
  if (!IDENTIFIER.test(name)) return;
  if (MEMBERS.has(name)) {
    report.add(
      'reserved-name',
      path,
      `${show(name)} is a member of the class that holds TLVs, which the row would hide; call it ${show(name.toUpperCase())}`,
    );
  } else if (/^(?:.*_)?x[0-9a-fA-F]{2}$/.test(name)) {
    report.add(
      'reserved-name',
      path,
      `${show(name)} is how a TLV without a row is called; choose another name`,
    );
  }
}
