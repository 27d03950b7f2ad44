import { kebab, pascal } from '../../names.ts';
import type { Path, Report } from '../diagnostic.ts';
import { show } from '../diagnostic.ts';
import { type At, fieldsAt, type Subject } from '../subject.ts';

/** A name, where it stands, and what bears it. */
interface Named {
  readonly name: string;
  readonly path: Path;
  readonly what: string;
}

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*$/;
const CONSTANT = /^[A-Z][A-Z0-9_]*$/;

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

/** Const objects that are there whatever the rows are called. */
const CONSTANTS = [
  'V2_CMD',
  'AF',
  'PROTO',
  'PP2_TYPE',
  'V2_CMD_NAME',
  'AF_NAME',
  'PROTO_NAME',
  'PP2_TYPENAME',
];

/** Names can be written, are not taken, and stay apart when case and underscores are gone. */
export function checkNames(subject: Subject, report: Report): void {
  const tlvs = subject.tlvs.flatMap((at) => [
    named(at, 'row'),
    ...fieldsAt(at).map((field) => named(field, `field of ${show(at.row.name)}`)),
  ]);
  checkTable(tlvs, report);
  for (const { name, path } of tlvs) checkTaken(name, path, report);
  checkAliases(subject.tlvs, 'row', report);
  for (const [table, what] of [
    ['commands', 'command'],
    ['families', 'family'],
    ['transports', 'transport'],
  ] as const) {
    checkTable([...subject[table].map((at) => named(at, what)), ...aliases(subject[table], what)], report);
  }
  checkTable(
    subject.errors.map((at) => named(at, 'error')),
    report,
  );
  checkTable(
    subject.limits.map((at) => named(at, 'limit')),
    report,
  );
  checkTable(
    subject.ranges.map((at) => named(at, 'range')),
    report,
  );
  checkTable(
    subject.v1.map((at) => named(at, 'rule')),
    report,
  );
  checkTwice(
    subject.sources.map((at) => named(at, 'source')),
    report,
  );
  for (const { row, path } of subject.layouts) {
    checkTable(
      row.fields.map((field, i) => ({
        name: field.name,
        path: [...path, 'fields', i, 'name'],
        what: 'field',
      })),
      report,
    );
  }
  checkTwice(
    subject.layouts.map(({ row, path }) => ({
      name: row.family,
      path: [...path, 'family'],
      what: 'layout of',
    })),
    report,
  );
  checkConstants(subject, report);
}

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

function checkTable(names: readonly Named[], report: Report): void {
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

function checkTaken(name: string, path: Path, report: Report): void {
  if (!IDENTIFIER.test(name)) return;
  if (MEMBERS.has(name)) {
    report.add(
      'reserved-name',
      path,
      `${show(name)} is a member of the class that holds TLVs, which the row would hide; call it ${show(name.toUpperCase())}`,
    );
  } else if (/^(?:.*_)?x[0-9a-f]{2}$/.test(name)) {
    report.add(
      'reserved-name',
      path,
      `${show(name)} is how a TLV without a row is called; choose another name`,
    );
  }
}

/** The const objects: those that are always there, one for each parent, one for each set of flags. */
function checkConstants({ tlvs }: Subject, report: Report): void {
  const parents = new Set(tlvs.map(({ row }) => row.parent));
  const taken = new Map<string, Path | undefined>(CONSTANTS.map((name) => [name, undefined]));
  for (const { row, path } of tlvs) {
    if (parents.has(row.name)) taken.set(`PP2_SUBTYPE_${row.name}`, path);
  }
  for (const at of tlvs) {
    const values = [{ value: at.row.value, path: [...at.path, 'value'] }];
    for (const { row, path } of fieldsAt(at)) values.push({ value: row.value, path: [...path, 'value'] });
    for (const { value, path } of values) {
      if (value.kind !== 'flags') continue;
      const place = [...path, 'constant'];
      const name = value.constant;
      if (!CONSTANT.test(name)) {
        report.add(
          'bad-name',
          place,
          `${show(name)} cannot name a const object; use upper case, such as MY_FLAGS`,
        );
      } else if (taken.has(name)) {
        const other = taken.get(name);
        const notes = other === undefined ? [] : [{ path: other, message: 'it is made for this' }];
        report.add(
          'duplicate-name',
          place,
          `there is a const object ${name} already; choose another name`,
          notes,
        );
      }
      taken.set(name, place);
      checkTable(
        value.bits.map((bit, i) => ({ name: bit.name, path: [...path, 'bits', i, 'name'], what: 'flag' })),
        report,
      );
    }
  }
}
